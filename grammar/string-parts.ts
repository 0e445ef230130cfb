import { report } from "../compiler/diagnostics/report.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { Source, Span } from "../compiler/diagnostics/source.ts";
import type { Name, StringLiteral, StringText } from "./ast.ts";

const escapes: Readonly<Record<string, string>> = { '"': '"', "\\": "\\", n: "\n" };

/**
 * The parts of a string token, its quotes included in `image` (the closing one may be missing, which
 * the lexer has said). Faults inside are told through `complain` and the characters kept as they are.
 */
export function stringLiteral(
  source: Source,
  start: number,
  image: string,
  complain: (diagnostic: Diagnostic) => void,
): StringLiteral {
  const parts: (StringText | Name)[] = [];
  const end = image.length > 1 && image.endsWith('"') ? image.length - 1 : image.length;
  const spanOf = (from: number, to: number): Span => ({ source, start: start + from, end: start + to });
  let text = "";
  let textStart = 1;
  const flush = (upTo: number): void => {
    if (text !== "") parts.push({ kind: "text", text, span: spanOf(textStart, upTo) });
    text = "";
  };
  for (let at = 1; at < end;) {
    const character = image[at] ?? "";
    if (text === "") textStart = at;
    if (character === "\\") {
      const escaped = image[at + 1] ?? "";
      const meaning = Object.hasOwn(escapes, escaped) ? escapes[escaped] : undefined;
      if (meaning === undefined) complain(unknownEscape(spanOf(at, Math.min(at + 2, end)), escaped));
      text += meaning ?? escaped;
      at += 2;
    } else if (character === "{") {
      const name = /^\{([A-Za-z_][A-Za-z0-9_]*)\}/.exec(image.slice(at, end))?.[1];
      if (name === undefined) {
        const close = image.indexOf("}", at);
        const to = close === -1 || close >= end ? end : close + 1;
        complain(unknownPart(spanOf(at, to)));
        text += image.slice(at, to);
        at = to;
      } else {
        flush(at);
        parts.push({ kind: "name", text: name, span: spanOf(at + 1, at + 1 + name.length) });
        at += name.length + 2;
      }
    } else {
      text += character;
      at += 1;
    }
  }
  flush(end);
  return { kind: "string", parts, span: spanOf(0, image.length) };
}

function unknownEscape(span: Span, escaped: string): Diagnostic {
  return report("DLC1006", {
    message: `a text has no escape \\${escaped}`,
    span,
    help: ['the escapes are \\" \\\\ and \\n'],
  });
}

function unknownPart(span: Span): Diagnostic {
  return report("DLC1006", {
    message: "curly brackets in a text hold one name",
    span,
    help: ["give the value a name in `where` and write that here"],
  });
}
