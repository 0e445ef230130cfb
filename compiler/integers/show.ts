import type { Atom, Form, Term } from "./form.ts";

/**
 * A form as people write it in the language and in messages: `2*H - 1`, `floor((H - 1) / 2) + 1`. `parseForm` of the
 * graph's text reads it back. Positive terms come first and the constant last.
 */
export function showForm(form: Form): string {
  if (form.terms.length === 0) return "0";
  const ordered = [...form.terms].sort((a, b) => rankOf(a) - rankOf(b));
  return ordered
    .map((term, place) => {
      const text = showTerm({ ...term, numerator: Math.abs(term.numerator) });
      if (place === 0) return term.numerator < 0 ? `-${text}` : text;
      return term.numerator < 0 ? ` - ${text}` : ` + ${text}`;
    })
    .join("");
}

function rankOf(term: Term): number {
  return (term.factors.length === 0 ? 2 : 0) + (term.numerator < 0 ? 1 : 0);
}

function showTerm(term: Term): string {
  const factors = term.factors.map(showAtom).join("*");
  const over = term.denominator === 1 ? "" : `/${term.denominator}`;
  if (factors === "") return `${term.numerator}${over}`;
  return term.numerator === 1 ? `${factors}${over}` : `${term.numerator}*${factors}${over}`;
}

function showAtom(atom: Atom): string {
  switch (atom.kind) {
    case "dim":
    case "axis":
      return atom.name;
    case "floor":
      return `floor(${showOperand(atom.of)} / ${showOperand(atom.by)})`;
    case "min":
    case "max":
      return `${atom.kind}(${showForm(atom.left)}, ${showForm(atom.right)})`;
    case "read":
      return `${atom.operand}[${atom.at.map(showForm).join(", ")}]`;
    default:
      return atom satisfies never;
  }
}

function showOperand(form: Form): string {
  const text = showForm(form);
  return /^[\w.]+$/.test(text) ? text : `(${text})`;
}
