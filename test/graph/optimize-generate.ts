import fc from "fast-check";
import {
  apply,
  bind,
  convert,
  holds,
  indexOf,
  literal,
  local,
  nonnegative,
  read,
  reduce,
  select,
  type Axis,
  type ComputeNode,
  type Expr,
  type Graph,
  type Guard,
  type Node,
} from "../../compiler/graph/index.ts";
import {
  add,
  axis,
  constant,
  dim,
  floorDivide,
  modulo,
  scale,
  subtract,
  type Form,
} from "../../compiler/integers/index.ts";

/**
 * Small graphs of everything that a body may be made of: windows, strides, divisions, guards, lets, nested reductions,
 * broadcasts, a symbolic dim. Reads are guarded wherever their subscript is more than an axis of the right extent.
 */
export function arbitraryGraph(): fc.Arbitrary<Graph> {
  return fc.infiniteStream(fc.nat({ max: 1_000_003 })).map((stream) => {
    const next = (below: number): number => {
      const { value } = stream.next();
      return (value ?? 0) % below;
    };
    return generate(next);
  });
}

/** Answers a number below its argument. */
type Choose = (below: number) => number;

interface Scope {
  readonly choose: Choose;
  readonly nodes: readonly Node[];
  readonly axes: readonly Axis[];
  readonly locals: readonly string[];
  readonly counter: { names: number };
}

function pick<Item>(choose: Choose, items: readonly Item[]): Item {
  const item = items[choose(items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

const extents = [1, 2, 3, 4, 6].map(constant).concat(dim("N"));

function generate(choose: Choose): Graph {
  const nodes: Node[] = [
    { kind: "input", name: "x", dtype: "f32", shape: [dim("N"), constant(6)] },
    { kind: "input", name: "y", dtype: "f32", shape: [constant(4), constant(3)] },
    { kind: "param", name: "w", dtype: "f32", shape: [constant(6)], path: "w" },
    { kind: "constant", name: "c", dtype: "f32", shape: [constant(2)], values: [0.5, -2] },
  ];
  const count = 1 + choose(4);
  for (let place = 0; place < count; place += 1) nodes.push(generateNode(`v${place}`, nodes, choose));
  const last = nodes.at(-1);
  const outputs = [{ name: "out", node: last?.name ?? "" }];
  if (count > 1 && choose(3) === 0) outputs.push({ name: "other", node: "v0" });
  return { name: "random", dims: [{ name: "N", low: 1 }], facts: [], nodes, outputs };
}

function generateNode(name: string, nodes: readonly Node[], choose: Choose): ComputeNode {
  const axes = Array.from({ length: choose(4) }, (_, place) => ({
    name: "pqrs"[place] ?? "p",
    extent: pick(choose, extents),
  }));
  const scope: Scope = { choose, nodes, axes, locals: [], counter: { names: 0 } };
  const base = { kind: "compute", name, dtype: "f32", shape: axes.map((each) => each.extent), axes } as const;
  if (choose(3) > 0) return { ...base, domain: [], body: generateExpr(scope, 3) };
  const own = newAxes(scope);
  const inner = { ...scope, axes: [...axes, ...own] };
  const op = pick(choose, ["sum", "max", "min"] as const);
  const domain = op === "sum" && choose(3) === 0 ? [generateGuard(inner)] : [];
  return { ...base, reduce: { op, axes: own }, domain, body: generateExpr(inner, 2) };
}

function newAxes(scope: Scope): readonly Axis[] {
  return Array.from({ length: 1 + scope.choose(2) }, () => ({
    name: `r${++scope.counter.names}`,
    extent: pick(scope.choose, extents),
  }));
}

function generateExpr(scope: Scope, depth: number): Expr {
  const { choose } = scope;
  const inner = (): Expr => generateExpr(scope, depth - 1);
  if (depth === 0) return generateLeaf(scope);
  switch (choose(12)) {
    case 0:
    case 1:
    case 2:
      return apply("multiply", inner(), inner());
    case 3:
      return apply(pick(choose, ["add", "subtract", "maximum", "minimum"] as const), inner(), inner());
    case 4:
      return apply("divide", inner(), apply("add", apply("abs", inner()), literal(1)));
    case 5:
      return apply(pick(choose, ["negate", "tanh", "abs"] as const), inner());
    case 6:
      return select(generateCondition(scope), inner(), choose(2) === 0 ? literal(0) : inner());
    case 7: {
      const name = `l${++scope.counter.names}`;
      const body = generateExpr({ ...scope, locals: [...scope.locals, name] }, depth - 1);
      return bind(name, inner(), body);
    }
    case 8:
    case 9: {
      const axes = newAxes(scope);
      const within = { ...scope, axes: [...scope.axes, ...axes] };
      const op = pick(choose, ["sum", "sum", "max"] as const);
      const domain = op === "sum" && choose(3) === 0 ? [generateGuard(within)] : [];
      return reduce(op, axes, generateExpr(within, depth - 1), domain);
    }
    default:
      return generateLeaf(scope);
  }
}

function generateLeaf(scope: Scope): Expr {
  const { choose } = scope;
  switch (choose(8)) {
    case 0:
      return literal(pick(choose, [0, 1, -1, 2, 0.5, 3]));
    case 1:
      return convert("f32", indexOf(generateForm(scope)));
    case 2: {
      const name = scope.locals.at(-1);
      return name === undefined ? generateRead(scope) : local(name);
    }
    default:
      return generateRead(scope);
  }
}

/** Arithmetic in a condition could be rounded to its other side, so conditions are of indices and of given numbers. */
function generateCondition(scope: Scope): Expr {
  if (scope.choose(3) > 0) return holds(generateGuard(scope));
  const given = { ...scope, nodes: scope.nodes.slice(0, 2) };
  return apply("greater", generateRead(given), literal(0));
}

function generateGuard(scope: Scope): Guard {
  if (scope.choose(4) > 0) return nonnegative(generateForm(scope));
  return { relation: "zero", form: generateForm(scope) };
}

function generateForm(scope: Scope): Form {
  const { choose } = scope;
  const term = (): Form => {
    const chosen = scope.axes.length === 0 ? undefined : pick(choose, scope.axes);
    if (chosen === undefined) return constant(choose(3));
    const bare = axis(chosen.name);
    const divisor = constant(2 + choose(3));
    switch (choose(6)) {
      case 0:
        return floorDivide(add(bare, constant(choose(3))), divisor);
      case 1:
        return modulo(add(bare, constant(choose(3))), divisor);
      case 2:
        return scale(bare, 1 + choose(3));
      case 3:
        return scale(bare, -1);
      default:
        return bare;
    }
  };
  const sum = choose(2) === 0 ? term() : add(term(), term());
  return choose(2) === 0 ? sum : subtract(sum, constant(choose(4)));
}

function generateRead(scope: Scope): Expr {
  const { choose } = scope;
  const node = pick(choose, scope.nodes);
  const guards: Guard[] = [];
  const at = node.shape.map((extent) => {
    const fitting = scope.axes.filter((each) => each.extent.key === extent.key);
    if (fitting.length > 0 && choose(4) > 0) return axis(pick(choose, fitting).name);
    const form = generateForm(scope);
    guards.push(nonnegative(form), nonnegative(subtract(subtract(extent, constant(1)), form)));
    return form;
  });
  const [first, ...rest] = guards.map(holds);
  const value = read(node.name, ...at);
  if (first === undefined) return value;
  const condition = rest.reduce((all, each) => apply("and", all, each), first);
  return select(condition, value, literal(pick(choose, [0, 0, 1])));
}
