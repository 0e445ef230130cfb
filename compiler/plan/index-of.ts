import { scale, type Atom, type Form } from "../integers/index.ts";
import type { Index } from "./loops.ts";

const constant = (value: number): Index => ({ kind: "constant", value });

/**
 * A form as i32 arithmetic over locals and dims; a whole number over a common denominator is exact. `seen` is told the
 * axes that it mentions.
 */
export function indexOf(form: Form, seen: (axis: string) => void = () => undefined): Index {
  const denominator = form.terms.reduce((all, term) => Math.max(all, term.denominator), 1);
  if (denominator > 1) {
    const shared = form.terms.reduce((all, term) => all * term.denominator, 1);
    return {
      kind: "divideFloor",
      left: indexOf(scale(form, shared), seen),
      right: constant(shared),
    };
  }
  let sum: Index | undefined;
  for (const term of form.terms) {
    let value: Index | undefined =
      term.numerator === 1 && term.factors.length > 0 ? undefined : constant(term.numerator);
    for (const factor of term.factors) {
      const atom = atomIndex(factor, seen);
      value = value === undefined ? atom : { kind: "multiply", left: atom, right: value };
    }
    if (value === undefined) continue;
    sum = sum === undefined ? value : { kind: "add", left: sum, right: value };
  }
  return sum ?? constant(0);
}

function atomIndex(atom: Atom, seen: (axis: string) => void): Index {
  switch (atom.kind) {
    case "dim":
      return { kind: "dim", name: atom.name };
    case "axis":
      seen(atom.name);
      return { kind: "local", name: atom.name };
    case "floor":
      return { kind: "divideFloor", left: indexOf(atom.of, seen), right: indexOf(atom.by, seen) };
    case "min":
    case "max":
      return {
        kind: atom.kind === "min" ? "minimum" : "maximum",
        left: indexOf(atom.left, seen),
        right: indexOf(atom.right, seen),
      };
    case "read":
      throw new Error(`bug: ${atom.operand} is read inside an address that is being resolved`);
    default:
      return atom satisfies never;
  }
}
