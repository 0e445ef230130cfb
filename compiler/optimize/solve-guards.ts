import { freshName } from "../graph/fresh-name.ts";
import { rangeWithAxes } from "../graph/ranges.ts";
import { countsPlaces, type Axis, type Guard } from "../graph/expr.ts";
import type { ComputeNode, Graph } from "../graph/graph.ts";
import {
  add,
  atomForm,
  axis as axisForm,
  constant,
  constantOf,
  equalForms,
  greatestCommonDivisor,
  linearIn,
  modulo,
  one,
  scale,
  simplifyByRange,
  subtract,
  type Atom,
  type Form,
} from "../integers/index.ts";
import { allAxes, mapFormsOfNode, substituteAxesInForm } from "./body.ts";
import { rewriteNodes, untagged, type Rewriting } from "./rewriting.ts";
import { withShorterSums } from "./shorter-sums.ts";
import { solveWindow } from "./solve-window.ts";

/**
 * An equality in the domain says where a reduction axis stands: Σᵥ [v = ids[t]]·table[v] is table[ids[t]], and of the
 * taps of a transposed convolution, (i + p − u) % s = 0, one in s is left (its dense form). Two inequalities may say as much.
 */
export function solveGuards(graph: Graph): Graph {
  return rewriteNodes(graph, (node, rewriting) => {
    let current = node;
    for (;;) {
      const solved = solveOne(current, rewriting);
      if (solved === undefined) return current;
      current = withShorterSums(solved) ?? solved;
    }
  });
}

interface Solution {
  readonly axis: Axis;
  readonly value: Form;
  /** An axis that counts the solutions, where there may be more than one. */
  readonly fresh?: Axis;
}

function solveOne(node: ComputeNode, rewriting: Rewriting): ComputeNode | undefined {
  const { reduce } = node;
  if (reduce === undefined || countsPlaces(reduce.op)) return undefined;
  // Only a sum and `any` are 0 outside their domain, as a node without a reduction is.
  if (reduce.axes.length === 1 && reduce.op !== "sum" && reduce.op !== "any") return undefined;
  const taken = new Set(allAxes(node).map((axis) => axis.name));
  for (const guard of node.domain) {
    if (guard.relation !== "zero") continue;
    for (const axis of reduce.axes) {
      const solution = solveLinear(guard.form, axis) ?? solveCongruence(guard.form, axis, taken);
      if (solution !== undefined) return substituteSolution(node, [guard], solution, rewriting);
    }
  }
  for (const axis of reduce.axes) {
    const window = solveWindow(node.domain, axis);
    if (window !== undefined) {
      return substituteSolution(node, window.guards, { axis, value: window.value }, rewriting);
    }
  }
  return undefined;
}

/** ±r + rest = 0 gives r = ∓rest. */
function solveLinear(form: Form, axis: Axis): Solution | undefined {
  const parts = partsOf(form, axis);
  const coefficient = parts && constantOf(parts.coefficient);
  if (parts === undefined || (coefficient !== 1 && coefficient !== -1)) return undefined;
  return { axis, value: scale(parts.rest, -coefficient) };
}

/** E mod c = 0 with E = k·r + rest gives r = (−k⁻¹·rest mod c) + c·t. */
function solveCongruence(form: Form, axis: Axis, taken: Set<string>): Solution | undefined {
  const floor = form.terms.flatMap((term) => term.factors).find((atom) => atom.kind === "floor");
  const divisor = floor && constantOf(floor.by);
  const extent = constantOf(axis.extent);
  if (floor === undefined || divisor === undefined || extent === undefined) return undefined;
  const sign = [1, -1].find((each) => equalForms(scale(form, each), remainderOf(floor, divisor)));
  const parts = sign === undefined ? undefined : partsOf(floor.of, axis);
  const coefficient = parts && constantOf(parts.coefficient);
  if (parts === undefined || coefficient === undefined) return undefined;
  const inverse = inverseModulo(-coefficient, divisor);
  if (inverse === undefined) return undefined;
  const first = modulo(scale(parts.rest, inverse), constant(divisor));
  if (extent <= divisor) return { axis, value: first };
  const fresh = {
    name: freshName(`${axis.name}.0`, taken),
    extent: constant(Math.ceil(extent / divisor)),
  };
  return { axis, fresh, value: add(first, scale(axisForm(fresh.name), divisor)) };
}

function remainderOf(floor: Atom & { kind: "floor" }, divisor: number): Form {
  return subtract(floor.of, scale(atomForm(floor), divisor));
}

/** x with k·x ≡ 1 (mod c), where there is one. */
function inverseModulo(k: number, c: number): number | undefined {
  if (greatestCommonDivisor(k, c) !== 1) return undefined;
  for (let x = 1; x < c; x += 1) if ((((k * x) % c) + c) % c === 1) return x;
  return undefined;
}

function partsOf(form: Form, axis: Axis): { coefficient: Form; rest: Form } | undefined {
  const parts = linearIn(form, (atom) => atom.kind === "axis" && atom.name === axis.name);
  const [entry] = parts?.coefficients.values() ?? [];
  return parts && entry && { coefficient: entry.coefficient, rest: parts.rest };
}

function substituteSolution(
  node: ComputeNode,
  solved: readonly Guard[],
  { axis, value, fresh }: Solution,
  rewriting: Rewriting,
): ComputeNode {
  const { reduce, ...rest } = untagged(node);
  const axes = (reduce?.axes ?? []).flatMap((each) =>
    each.name !== axis.name ? [each] : fresh === undefined ? [] : [fresh],
  );
  const values = new Map([[axis.name, value]]);
  const range = rangeWithAxes([...node.axes, ...axes], rewriting.dimRange);
  const mapped = mapFormsOfNode(
    { ...rest, domain: node.domain.filter((guard) => !solved.includes(guard)) },
    (form) => simplifyByRange(substituteAxesInForm(form, values), range),
  );
  const inside: readonly Guard[] = [
    { relation: "nonnegative", form: value },
    { relation: "nonnegative", form: subtract(subtract(axis.extent, one), value) },
  ];
  return {
    ...mapped,
    ...(reduce !== undefined && axes.length > 0 && { reduce: { op: reduce.op, axes } }),
    domain: [...inside, ...mapped.domain],
  };
}
