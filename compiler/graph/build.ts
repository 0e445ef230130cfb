import { constant, type Form } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { readAs } from "../scalar/meaning.ts";
import type { ScalarName } from "../scalar/names.ts";
import type { Axis, Expr, Guard, ReduceExpr, ReduceOp } from "./expr.ts";
import type {
  CarryNode,
  ComputeNode,
  ConstantNode,
  GradNode,
  InputNode,
  LastNode,
  Node,
  ParamNode,
  Scan,
  ScatterNode,
  StackNode,
  StateNode,
} from "./graph.ts";

export function literal(value: number, dtype: Dtype = "f32"): Expr {
  return { kind: "constant", dtype, value };
}

export function indexOf(form: Form): Expr {
  return { kind: "index", form };
}

export function holds(guard: Guard): Expr {
  return { kind: "guard", guard };
}

export function read(operand: string, ...at: readonly Form[]): Expr {
  return { kind: "read", operand, at };
}

/** An element of a node as the node stores it; what is stored in 8 bits is read in 32. */
export function copyAt({ name, dtype }: Pick<Node, "name" | "dtype">, at: readonly Form[]): Expr {
  const own = read(name, ...at);
  return readAs(dtype) === dtype ? own : convert(dtype, own);
}

export function apply(fn: ScalarName, ...operands: readonly Expr[]): Expr {
  return { kind: "apply", fn, operands };
}

export function convert(to: Dtype, operand: Expr): Expr {
  return { kind: "convert", to, operand };
}

export function select(condition: Expr, then: Expr, otherwise: Expr): Expr {
  return { kind: "select", condition, then, otherwise };
}

export function bind(name: string, value: Expr, body: Expr): Expr {
  return { kind: "let", name, value, body };
}

export function local(name: string): Expr {
  return { kind: "local", name };
}

export function random(path: string, stream: number, counter: Form): Expr {
  return { kind: "random", path, stream, counter };
}

export function reduce(
  op: ReduceOp,
  axes: readonly Axis[],
  body: Expr,
  domain: readonly Guard[] = [],
): ReduceExpr {
  return { kind: "reduce", op, axes, domain, body };
}

/** form ≥ 0 */
export function nonnegative(form: Form): Guard {
  return { relation: "nonnegative", form };
}

/** form = 0 */
export function isZero(form: Form): Guard {
  return { relation: "zero", form };
}

export function axisOver(name: string, extent: Form | number): Axis {
  return { name, extent: sizeOf(extent) };
}

function sizeOf(size: Form | number): Form {
  return typeof size === "number" ? constant(size) : size;
}

type Shape = readonly (Form | number)[];

export function inputNode(
  name: string,
  dtype: Dtype,
  shape: Shape,
  range?: { readonly low: Form; readonly high: Form },
): InputNode {
  return { kind: "input", name, dtype, shape: shape.map(sizeOf), ...(range && { range }) };
}

export function paramNode(name: string, dtype: Dtype, shape: Shape, path = name): ParamNode {
  return { kind: "param", name, dtype, shape: shape.map(sizeOf), path };
}

export function stateNode(name: string, dtype: Dtype, shape: Shape, path = name): StateNode {
  return { kind: "state", name, dtype, shape: shape.map(sizeOf), path };
}

export function constantNode(
  name: string,
  dtype: Dtype,
  shape: readonly number[],
  values: readonly number[],
): ConstantNode {
  return { kind: "constant", name, dtype, shape: shape.map(sizeOf), values };
}

/** A compute node; its shape is that of its axes. */
export function computeNode(
  node: Pick<ComputeNode, "name" | "dtype" | "axes" | "body"> &
    Partial<Pick<ComputeNode, "reduce" | "domain" | "recognition" | "span">>,
): ComputeNode {
  return { kind: "compute", domain: [], ...node, shape: node.axes.map((axis) => axis.extent) };
}

/** The sum of `body` over `axes`, each term added where its subscripts say. */
export function scatterNode(
  node: Pick<ScatterNode, "name" | "dtype" | "axes" | "at" | "body"> &
    Partial<Pick<ScatterNode, "domain" | "span">> & { readonly shape: Shape },
): ScatterNode {
  return { kind: "scatter", domain: [], ...node, shape: node.shape.map(sizeOf) };
}

/** What a scan carries, with its value before the first turn. */
export function carryNode(name: string, { turn }: Scan, of: Node): CarryNode {
  return { kind: "carry", name, dtype: of.dtype, shape: of.shape, turn, of: of.name };
}

/** What a scan carries, after the last turn. */
export function lastNode(name: string, { turn }: Scan, of: Node): LastNode {
  return { kind: "last", name, dtype: of.dtype, shape: of.shape, turn, of: of.name };
}

/** A node of a scan for all of its turns. */
export function stackNode(name: string, { turn, extent }: Scan, of: Node): StackNode {
  return { kind: "stack", name, dtype: of.dtype, shape: [extent, ...of.shape], turn, of: of.name };
}

/** The gradient of one node with respect to another; `axes` are those of `of`. */
export function gradNode(
  name: string,
  of: Node,
  wrt: Node,
  axes: readonly Axis[] = [],
  shared: readonly string[] = [],
): GradNode {
  const shape = [...axes.map((axis) => axis.extent), ...wrt.shape.slice(shared.length)];
  return { kind: "grad", name, dtype: wrt.dtype, shape, of: of.name, wrt: wrt.name, axes, shared };
}
