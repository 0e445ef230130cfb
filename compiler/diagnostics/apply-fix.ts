import type { Fix } from "./diagnostic.ts";
import type { Source } from "./source.ts";

/** The text of a source after a fix; edits of other sources are left out. */
export function applyFix(source: Source, fix: Fix): string {
  const edits = fix.edits.filter((edit) => edit.span.source === source);
  const ordered = edits
    .map((edit, order) => ({ ...edit, order }))
    .sort((a, b) => {
      return b.span.start - a.span.start || b.order - a.order;
    });
  let { text } = source;
  for (const { span, text: replacement } of ordered) {
    text = text.slice(0, span.start) + replacement + text.slice(span.end);
  }
  return text;
}
