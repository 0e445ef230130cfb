import type { Atom, Form, Term } from "./form.ts";

/** How a form is written, where it isn't for people. */
export interface FormStyle {
  /** A name as text; names are written as they are where it is left out. */
  readonly name?: (name: string) => string;
  /** Whether an integer read is followed by its declared range: `(ids[n] in 0..V)`. */
  readonly ranges?: boolean;
}

/**
 * A form as people write it in the language and in messages: `2*H - 1`, `floor((H - 1) / 2) + 1`. `parseForm` of the
 * graph's text reads it back. Positive terms come first and the constant last.
 */
export function showForm(form: Form, style: FormStyle = {}): string {
  if (form.terms.length === 0) return "0";
  const ordered = [...form.terms].sort((a, b) => rankOf(a) - rankOf(b));
  return ordered
    .map((term, place) => {
      const text = showTerm({ ...term, numerator: Math.abs(term.numerator) }, style);
      if (place === 0) return term.numerator < 0 ? `-${text}` : text;
      return term.numerator < 0 ? ` - ${text}` : ` + ${text}`;
    })
    .join("");
}

function rankOf(term: Term): number {
  return (term.factors.length === 0 ? 2 : 0) + (term.numerator < 0 ? 1 : 0);
}

function showTerm(term: Term, style: FormStyle): string {
  const factors = term.factors.map((factor) => showAtom(factor, style)).join("*");
  const over = term.denominator === 1 ? "" : `/${term.denominator}`;
  if (factors === "") return `${term.numerator}${over}`;
  return term.numerator === 1 ? `${factors}${over}` : `${term.numerator}*${factors}${over}`;
}

/** What follows `$` tells the turns of scans with one variable apart, and is nothing to people. */
export function showName(name: string): string {
  return name.replace(/\$\d*$/, "");
}

function showAtom(atom: Atom, style: FormStyle): string {
  const nameOf = style.name ?? showName;
  switch (atom.kind) {
    case "dim":
    case "axis":
      return nameOf(atom.name);
    case "floor":
      return `floor(${showOperand(atom.of, style)} / ${showOperand(atom.by, style)})`;
    case "min":
    case "max":
      return `${atom.kind}(${showForm(atom.left, style)}, ${showForm(atom.right, style)})`;
    case "read": {
      const read = `${nameOf(atom.operand)}[${atom.at.map((form) => showForm(form, style)).join(", ")}]`;
      if (style.ranges !== true || (atom.low === undefined && atom.high === undefined)) return read;
      const [low, high] = [atom.low, atom.high].map((end) => (end === undefined ? "" : showForm(end, style)));
      return `(${read} in ${low ?? ""}..${high ?? ""})`;
    }
    default:
      return atom satisfies never;
  }
}

function showOperand(form: Form, style: FormStyle): string {
  const text = showForm(form, style);
  return /^[\w.]+$/.test(text) ? text : `(${text})`;
}
