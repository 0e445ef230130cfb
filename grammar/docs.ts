import type { IToken } from "chevrotain";
import type { Source } from "../compiler/diagnostics/source.ts";
import type { Comment, Doc } from "./ast.ts";
import { endOf } from "./nodes.ts";

/**
 * Documentation by the offset of the token that follows it. Lines of `///` belong together where no token
 * stands between them; one that stands behind a token on its line belongs to nothing.
 */
export function attachDocs(
  source: Source,
  tokens: readonly IToken[],
  comments: readonly Comment[],
): { readonly docs: ReadonlyMap<number, Doc>; readonly loose: readonly Comment[] } {
  const docs = new Map<number, Doc>();
  const loose: Comment[] = [];
  let next = 0;
  for (const comment of comments) {
    if (!comment.doc) continue;
    const { start, end } = comment.span;
    while ((tokens[next]?.startOffset ?? Infinity) < start) next += 1;
    const before = tokens[next - 1];
    const after = tokens[next];
    const opensLine = !before || source.text.slice(endOf(before), start).includes("\n");
    if (!after || !opensLine) {
      loose.push(comment);
      continue;
    }
    const line = comment.text.slice(3).replace(/^ /, "");
    const earlier = docs.get(after.startOffset);
    const span = { source, start: earlier?.span.start ?? start, end };
    docs.set(after.startOffset, { kind: "doc", lines: [...(earlier?.lines ?? []), line], span });
  }
  return { docs, loose };
}
