import type { Span } from "../diagnostics/source.ts";
import { mentions, showForm, type Form } from "../integers/index.ts";
import type { Builder } from "./checker-types.ts";

/** An integer as a message calls it: by its form, unless that reads what the compiler made of the text itself. */
export function showInteger(what: string, form: Form, span: Span, { bindings }: Builder): string {
  const made = new Set(bindings.filter((binding) => isInside(binding.span, span)).map(({ name }) => name));
  const isMade = mentions(form, (atom) => atom.kind === "read" && made.has(atom.operand));
  return isMade ? `this ${what}` : `the ${what} ${showForm(form)}`;
}

function isInside(part: Span, whole: Span): boolean {
  return part.source === whole.source && part.start >= whole.start && part.end <= whole.end;
}
