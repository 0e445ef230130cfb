import { report } from "../compiler/diagnostics/report.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { Comment, FileNode } from "./ast.ts";
import { attachDocs } from "./docs.ts";
import { FileRules } from "./file-rules.ts";
import type { Lexed } from "./lex.ts";

/** The rules, fed with tokens. With `validate`, construction fails where the grammar is ambiguous. */
export class FileParser extends FileRules {
  parse(lexed: Lexed): { readonly file: FileNode; readonly diagnostics: readonly Diagnostic[] } {
    const { docs, loose } = attachDocs(lexed.source, lexed.tokens, lexed.comments);
    this.lexed = lexed;
    this.docs = docs;
    this.diagnostics = [];
    this.documented = new Set();
    this.nesting = 0;
    this.input = lexed.tokens;
    const file = this.file();
    const { diagnostics } = this;
    // In a broken file, what the documentation belongs to may be what was not understood.
    if (diagnostics.length === 0 && lexed.diagnostics.length === 0) {
      const unread = [...docs].filter(([offset]) => !this.documented.has(offset)).map(([, doc]) => doc.span);
      for (const span of [...loose.map((comment) => comment.span), ...unread]) {
        diagnostics.push(documentsNothing(span));
      }
    }
    this.lexed = { ...lexed, tokens: [] };
    this.input = [];
    return { file, diagnostics };
  }
}

function documentsNothing(span: Comment["span"]): Diagnostic {
  const { source, start } = span;
  const title = "write // for a plain comment";
  const edits = [];
  for (const match of source.text.slice(start, span.end).matchAll(/\/\/\//g)) {
    const at = start + match.index;
    edits.push({ span: { source, start: at, end: at + 3 }, text: "//" });
  }
  return report("DLC1013", {
    message: "this documentation documents nothing",
    span,
    help: [title],
    fix: { title, edits },
  });
}
