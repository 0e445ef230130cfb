import { expect } from "vitest";
import { differentiate } from "../../compiler/autodiff/index.ts";
import {
  apply,
  computeNode,
  conjunction,
  gradNode,
  interpret,
  inputNode,
  isZero,
  literal,
  nonnegative,
  printGraph,
  read,
  select,
  tensorOf,
  verify,
  type Axis,
  type Expr,
  type Graph,
  type Guard,
  type Node,
  type Tensor,
} from "../../compiler/graph/index.ts";
import {
  add,
  axis,
  constant,
  floorDivide,
  modulo,
  scale,
  subtract,
  type Form,
} from "../../compiler/integers/index.ts";
import { normalize } from "../../compiler/optimize/index.ts";

/** y[p] = Σ over r, where a guard may hold, of w[p, r] · (x[at] else 0): subscripts with nested floors and remainders. */
export interface RandomRead {
  readonly graph: Graph;
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** ∂ (Σ R·y) / ∂ x, added up term by term. */
  readonly expected: Float64Array;
  /** ∂ (Σ V·that) / ∂ w. */
  readonly second: Float64Array;
  /** Of all loops of y. */
  readonly points: number;
}

type Draw = (low: number, high: number) => number;

/** An index expression, and what it is at a place, worked out apart. */
interface Subscript {
  readonly form: Form;
  readonly at: (place: readonly number[]) => number;
}

export function randomRead(random: () => number): RandomRead {
  const draw: Draw = (low, high) => low + Math.floor(random() * (high - low + 1));
  const parallel = draw(1, 2);
  const extents = Array.from({ length: parallel + draw(0, 2) }, () => draw(1, 6));
  const axes: readonly Axis[] = extents.map((extent, place) => ({
    name: `a${place}`,
    extent: constant(extent),
  }));
  const shape = Array.from({ length: draw(1, 2) }, () => draw(1, 12));
  const subscripts = shape.map(() => subscript(axes, 2, random, draw));
  const guarded = random() < 0.3 ? subscript(axes, 1, random, draw) : undefined;
  const isEquality = random() < 0.5;
  const tensor = (sizes: readonly number[]): Tensor =>
    tensorOf(
      sizes,
      Array.from({ length: sizes.reduce((all, each) => all * each, 1) }, () => random() - 0.5),
    );
  const outer = extents.slice(0, parallel);
  const inputs = { x: tensor(shape), w: tensor(extents), R: tensor(outer), V: tensor(shape) };
  const graph = graphOf({ axes, parallel, shape, extents, subscripts, guarded, isEquality });
  const reads = (place: readonly number[]): number | undefined => {
    const condition = guarded?.at(place) ?? 0;
    if (guarded !== undefined && (isEquality ? condition !== 0 : condition < 0)) return undefined;
    const at = subscripts.map((each) => each.at(place));
    if (at.some((value, dimension) => value < 0 || value >= (shape[dimension] ?? 0))) return undefined;
    return at.reduce((flat, value, dimension) => flat * (shape[dimension] ?? 1) + value, 0);
  };
  const expected = new Float64Array(inputs.x.data.length);
  const second = new Float64Array(inputs.w.data.length);
  second.forEach((_, flat) => {
    const place = placeOf(flat, extents);
    const target = reads(place);
    if (target === undefined) return;
    const row = place.slice(0, parallel).reduce((at, value, each) => at * (outer[each] ?? 1) + value, 0);
    expected[target] = (expected[target] ?? 0) + (inputs.w.data[flat] ?? 0) * (inputs.R.data[row] ?? 0);
    second[flat] = (inputs.R.data[row] ?? 0) * (inputs.V.data[target] ?? 0);
  });
  return { graph, inputs, expected, second, points: second.length };
}

function placeOf(flat: number, extents: readonly number[]): readonly number[] {
  const place: number[] = [];
  let rest = flat;
  for (const extent of extents.toReversed()) {
    place.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return place;
}

function subscript(axes: readonly Axis[], depth: number, random: () => number, draw: Draw): Subscript {
  const kind = depth === 0 ? 1 : random();
  if (kind < 0.2) {
    const [inner, by] = [subscript(axes, depth - 1, random, draw), draw(2, 4)];
    return {
      form: floorDivide(inner.form, constant(by)),
      at: (place) => Math.floor(inner.at(place) / by),
    };
  }
  if (kind < 0.4) {
    const [inner, by] = [subscript(axes, depth - 1, random, draw), draw(2, 4)];
    return {
      form: modulo(inner.form, constant(by)),
      at: (place) => ((inner.at(place) % by) + by) % by,
    };
  }
  if (kind < 0.55) {
    const [a, b] = [subscript(axes, depth - 1, random, draw), subscript(axes, depth - 1, random, draw)];
    const times = draw(-2, 3);
    return { form: add(a.form, scale(b.form, times)), at: (place) => a.at(place) + times * b.at(place) };
  }
  const coefficients = axes.map(() => (random() < 0.5 ? 0 : draw(-3, 4)));
  const offset = draw(-3, 6);
  return {
    form: axes.reduce(
      (sum, { name }, each) => add(sum, scale(axis(name), coefficients[each] ?? 0)),
      constant(offset),
    ),
    at: (place) => place.reduce((sum, value, each) => sum + (coefficients[each] ?? 0) * value, offset),
  };
}

interface Parts {
  readonly axes: readonly Axis[];
  readonly parallel: number;
  readonly shape: readonly number[];
  readonly extents: readonly number[];
  readonly subscripts: readonly Subscript[];
  readonly guarded: Subscript | undefined;
  readonly isEquality: boolean;
}

function graphOf({ axes, parallel, shape, extents, subscripts, guarded, isEquality }: Parts): Graph {
  const forms = subscripts.map((each) => each.form);
  const inside = forms.flatMap((form, place): Guard[] => {
    const last = constant((shape[place] ?? 0) - 1);
    return [nonnegative(form), nonnegative(subtract(last, form))];
  });
  const product = apply(
    "multiply",
    select(conjunction(inside), read("x", ...forms), literal(0)),
    read("w", ...axes.map((each) => axis(each.name))),
  );
  const condition = guarded && (isEquality ? isZero(guarded.form) : nonnegative(guarded.form));
  const body: Expr =
    condition === undefined ? product : select({ kind: "guard", guard: condition }, product, literal(0));
  const [outer, inner] = [axes.slice(0, parallel), axes.slice(parallel)];
  const x = inputNode("x", "f32", shape);
  const w = inputNode("w", "f32", extents);
  const nodes: Node[] = [
    x,
    w,
    inputNode("R", "f32", extents.slice(0, parallel)),
    inputNode("V", "f32", shape),
  ];
  nodes.push(
    computeNode({
      name: "y",
      dtype: "f32",
      axes: outer,
      ...(inner.length > 0 && { reduce: { op: "sum", axes: inner } }),
      body,
    }),
  );
  const loss = dot("loss", "y", "R", outer);
  const dx = gradNode("dx", loss, x);
  const places = shape.map((extent, place): Axis => ({ name: `q${place}`, extent: constant(extent) }));
  const weighted = dot("weighted", "dx", "V", places);
  nodes.push(loss, dx, weighted, gradNode("dw", weighted, w));
  return {
    name: "reads",
    dims: [],
    facts: [],
    nodes,
    outputs: [
      { name: "dx", node: "dx" },
      { name: "dw", node: "dw" },
    ],
  };
}

function dot(name: string, left: string, right: string, axes: readonly Axis[]): Node {
  const at = axes.map((each) => axis(each.name));
  const body = apply("multiply", read(left, ...at), read(right, ...at));
  return computeNode({ name, dtype: "f32", axes: [], reduce: { op: "sum", axes }, body });
}

/** Holds both gradients of a random read against what was added up term by term. */
export function expectReadAdjoint({ graph, inputs, expected, second }: RandomRead): void {
  const made = differentiate(normalize(graph));
  expect(verify(made, { normal: false, differentiated: true }), printGraph(graph)).toEqual([]);
  const { dx, dw } = interpret(made, { inputs });
  const what = (): string => `${printGraph(graph)}${printGraph(made)}`;
  expectEqual(dx?.data, expected, () => `dx of ${what()}`);
  expectEqual(dw?.data, second, () => `dw of ${what()}`);
}

function expectEqual(actual: Float64Array | undefined, expected: Float64Array, what: () => string): void {
  const error = expected.reduce(
    (most, value, at) => Math.max(most, Math.abs(value - (actual?.[at] ?? NaN))),
    0,
  );
  if (!(error < 1e-12)) expect.fail(`${error} in ${what()}`);
}
