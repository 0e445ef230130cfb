import { bareDim, constantOf, type Atom, type Form, type Term } from "../integers/index.ts";

/** A form over free dims as a JavaScript expression in which the dims are variables. */
export function formToJavaScript(form: Form): string {
  if (form.terms.length === 0) return "0";
  return form.terms.map(termText).join("+").replaceAll("+-", "-");
}

function termText(term: Term): string {
  const factors = term.factors.map(atomText);
  const over = term.denominator === 1 ? "" : `/${term.denominator}`;
  if (factors.length === 0) return `${term.numerator}${over}`;
  const sign = term.numerator === 1 ? "" : term.numerator === -1 ? "-" : `${term.numerator}*`;
  return `${sign}${factors.join("*")}${over}`;
}

function atomText(atom: Atom): string {
  switch (atom.kind) {
    case "dim":
      return atom.name;
    case "floor":
      return `Math.floor((${formToJavaScript(atom.of)})/(${formToJavaScript(atom.by)}))`;
    case "min":
    case "max":
      return `Math.${atom.kind}(${formToJavaScript(atom.left)},${formToJavaScript(atom.right)})`;
    case "axis":
    case "read":
      throw new Error(`bug: a size mentions the ${atom.kind} ${"name" in atom ? atom.name : atom.operand}`);
    default:
      return atom satisfies never;
  }
}

/** A constant as it is; a bare dim as its name in quotes; anything else as a function of the dims. */
export function extentToJavaScript(form: Form, dims: readonly string[]): string {
  const known = constantOf(form);
  if (known !== undefined) return String(known);
  const name = bareDim(form);
  return name === undefined ? `${parameterText(dims)}=>${formToJavaScript(form)}` : JSON.stringify(name);
}

export function parameterText(dims: readonly string[]): string {
  return dims.length === 0 ? "()" : `({${dims.join(",")}})`;
}
