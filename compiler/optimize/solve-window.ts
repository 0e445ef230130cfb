import type { Axis, Guard } from "../graph/expr.ts";
import { add, constant, constantOf, floorDivide, linearIn, mentions, type Form } from "../integers/index.ts";

export interface SolvedWindow {
  /** The two that say so. */
  readonly guards: readonly Guard[];
  readonly value: Form;
}

/**
 * p − k·r ≥ 0 and k·r − p + k − 1 ≥ 0 give r = ⌊p/k⌋: the row in which a flat place lies. Only where data say p: of
 * indices, such guards are bounds of a loop, which need no division.
 */
export function solveWindow(domain: readonly Guard[], axis: Axis): SolvedWindow | undefined {
  for (const below of domain) {
    if (below.relation !== "nonnegative" || !mentions(below.form, (atom) => atom.kind === "read")) continue;
    const parts = linearIn(below.form, (atom) => atom.kind === "axis" && atom.name === axis.name);
    const [own] = parts?.coefficients.values() ?? [];
    const step = own && constantOf(own.coefficient);
    if (parts === undefined || step === undefined || step >= -1) continue;
    const above = domain.find(
      (other) => other.relation === "nonnegative" && constantOf(add(below.form, other.form)) === -step - 1,
    );
    if (above === undefined) continue;
    return { guards: [below, above], value: floorDivide(parts.rest, constant(-step)) };
  }
  return undefined;
}
