import { showForm, type Form } from "../integers/index.ts";
import { isFloat, type Dtype } from "../scalar/dtype.ts";
import type { Axis, Expr, Guard } from "./expr.ts";
import type { ComputeNode, FreeDim, Graph, GradNode, Node, Scan, ScatterNode } from "./graph.ts";
import type { Recognition } from "./recognition.ts";
import { binding, infix, isInfix, writeName, type Binding } from "./words.ts";

/** A graph as text; `parseGraph` is its exact inverse, but for spans. One line a node, in the graph's order. */
export function printGraph(graph: Graph): string {
  const lines = [
    ...graph.facts.map((fact) => `fact ${printGuard(fact)}`),
    ...(graph.scans ?? []).map(printScan),
    ...graph.nodes.map(printNode),
    ...graph.outputs.map(({ name, node }) => `output ${writeName(name)} = ${writeName(node)}`),
    ...(graph.updates ?? []).map(
      ({ kind, path, node }) => `update ${kind} ${JSON.stringify(path)} = ${writeName(node)}`,
    ),
  ];
  const dims = graph.dims.map(printDim).join(", ");
  return `graph ${writeName(graph.name)}(${dims}) {\n${lines.map((line) => `  ${line}\n`).join("")}}\n`;
}

/** `N`, `2 <= N`, `N <= 64`, `2 <= N <= 64`: both ends included, 1 where no low end is written. */
function printDim(dim: FreeDim): string {
  const low = dim.low === 1 ? "" : `${dim.low} <= `;
  return `${low}${writeName(dim.name)}${dim.high === undefined ? "" : ` <= ${dim.high}`}`;
}

/** `scan t: T carry [h to h_next, c to c_next]` */
function printScan({ turn, extent, carries }: Scan): string {
  const list = carries.map(({ current, next }) => `${writeName(current)} to ${writeName(next)}`);
  return `scan ${writeName(turn)}: ${printForm(extent)} carry [${list.join(", ")}]`;
}

export function printNode(node: Node): string {
  const kind = node.kind === "state" && node.slot === true ? "slot" : node.kind;
  const name = `${writeName(node.name)} = ${kind} `;
  switch (node.kind) {
    case "input":
      return `${name}${printType(node)}${
        node.range === undefined ? "" : ` in ${printForm(node.range.low)}..${printForm(node.range.high)}`
      }${node.initial === undefined ? "" : ` default ${printNumber(node.initial)}`}${node.kept === true ? " kept" : ""}`;
    case "param":
    case "state":
      return `${name}${printType(node)} ${JSON.stringify(node.path)}`;
    case "constant":
      return `${name}${printType(node)} [${node.values.map(printNumber).join(", ")}]`;
    case "compute":
      return `${name}${printCompute(node)}`;
    case "scatter":
      return `${name}${printScatter(node)}`;
    case "argsort":
      return `${name}${printType(node)} ${node.descending ? "descending" : "ascending"} ${writeName(node.of)}`;
    case "carry":
      return `${name}${printType(node)} ${writeName(node.turn)} from ${writeName(node.of)}`;
    case "last":
    case "stack":
      return `${name}${printType(node)} ${writeName(node.turn)} of ${writeName(node.of)}`;
    case "grad":
      return `${name}${printGrad(node)}`;
    default:
      return node satisfies never;
  }
}

/** `f32[V, D] sum[t: T, d: D] at [ids[t], d] g[t, d]` */
function printScatter(node: ScatterNode): string {
  const at = node.at.map(printForm).join(", ");
  return `${printType(node)} sum${printAxes(node.axes, node.domain)} at [${at}] ${printExpr(node.body)}`;
}

/** `f32[N, O, I] loss[n: N] by w[n]`: the free axes, and those of them that lead the other's axes. */
function printGrad(node: GradNode): string {
  const shared = node.shared.map(writeName).join(", ");
  return `${printType(node)} ${writeName(node.of)}${printAxes(node.axes, [])} by ${writeName(node.wrt)}[${shared}]`;
}

function printType(node: Node): string {
  return `${node.dtype}[${node.shape.map(printForm).join(", ")}]`;
}

function printCompute(node: ComputeNode): string {
  const tag = node.recognition === undefined ? "" : ` ${printRecognition(node.recognition)}`;
  if (node.reduce === undefined) {
    // A reduction that is the body itself has parentheses: without them it would be the node's.
    const level = node.body.kind === "reduce" ? binding.primary : binding.loosest;
    return `${node.dtype}${printAxes(node.axes, node.domain)} ${printExpr(node.body, level)}${tag}`;
  }
  const reduction = `${node.reduce.op}${printAxes(node.reduce.axes, node.domain)}`;
  const body = printExpr(node.body, binding.product);
  return `${node.dtype}${printAxes(node.axes, [])} ${reduction} ${body}${tag}`;
}

function printAxes(axes: readonly Axis[], domain: readonly Guard[]): string {
  const list = axes.map((axis) => `${writeName(axis.name)}: ${printForm(axis.extent)}`).join(", ");
  if (domain.length === 0) return `[${list}]`;
  return `[${list === "" ? "" : `${list} `}| ${domain.map(printGuard).join(", ")}]`;
}

export function printForm(form: Form): string {
  return showForm(form, { name: writeName, ranges: true });
}

export function printGuard(guard: Guard): string {
  return `${printForm(guard.form)} ${guard.relation === "zero" ? "==" : ">="} 0`;
}

/** The text of a body, in parentheses where it binds less tightly than `level`. */
export function printExpr(expr: Expr, level: Binding = binding.loosest): string {
  const { text, level: own } = printBare(expr);
  return own < level ? `(${text})` : text;
}

interface Printed {
  readonly text: string;
  readonly level: Binding;
}

function printBare(expr: Expr): Printed {
  switch (expr.kind) {
    case "constant":
      return printConstant(expr.dtype, expr.value);
    case "index":
      return primary(`index(${printForm(expr.form)})`);
    case "guard":
      return primary(`[${printGuard(expr.guard)}]`);
    case "read":
      return primary(`${writeName(expr.operand)}[${expr.at.map(printForm).join(", ")}]`);
    case "apply":
      return printApply(expr);
    case "convert":
      return primary(`${expr.to}(${printExpr(expr.operand)})`);
    case "select": {
      const [condition, chosen] = [printExpr(expr.condition, binding.or), printExpr(expr.then, binding.or)];
      return loosest(`if ${condition} then ${chosen} else ${printExpr(expr.otherwise)}`);
    }
    case "let":
      return loosest(
        `let ${writeName(expr.name)} = ${printExpr(expr.value, binding.or)} in ${printExpr(expr.body)}`,
      );
    case "local":
      return primary(writeName(expr.name));
    case "random":
      return primary(`random(${JSON.stringify(expr.path)}, ${expr.stream}, ${printForm(expr.counter)})`);
    case "reduce": {
      const body = printExpr(expr.body, binding.product);
      return { text: `${expr.op}${printAxes(expr.axes, expr.domain)} ${body}`, level: binding.reduction };
    }
    default:
      return expr satisfies never;
  }
}

function primary(text: string): Printed {
  return { text, level: binding.primary };
}

function loosest(text: string): Printed {
  return { text, level: binding.loosest };
}

function printApply({ fn, operands }: Extract<Expr, { kind: "apply" }>): Printed {
  const [left, right, third] = operands;
  if (left !== undefined && right === undefined) {
    if (fn === "not") return { text: `not ${printExpr(left, binding.not)}`, level: binding.not };
    if (fn === "negate") {
      // −(1.5) is a negation, −1.5 a constant.
      const text = left.kind === "constant" ? `(${printExpr(left)})` : printExpr(left, binding.primary);
      return { text: `-${text}`, level: binding.minus };
    }
  }
  if (left !== undefined && right !== undefined && third === undefined && isInfix(fn)) {
    const { symbol, level } = infix[fn];
    const associates = level !== binding.comparison && level !== binding.power;
    const text = `${printExpr(left, associates ? level : tighter(level))} ${symbol} ${printExpr(right, tighter(level))}`;
    return { text, level };
  }
  return primary(`${fn}(${operands.map((operand) => printExpr(operand)).join(", ")})`);
}

const levels = Object.values(binding);

function tighter(level: Binding): Binding {
  return levels.find((other) => other > level) ?? binding.primary;
}

/** f32 with a point or an exponent, i32 without; other dtypes are named: `0.5:f16`, `3:u8`. */
function printConstant(dtype: Dtype, value: number): Printed {
  if (dtype === "bool" && (Object.is(value, 0) || value === 1))
    return primary(value === 1 ? "true" : "false");
  const number = printNumber(value);
  const whole = /^-?\d+$/.test(number);
  const literal = isFloat(dtype) && whole ? `${number}.0` : number;
  const plain = dtype === "f32" || (dtype === "i32" && whole);
  const level = literal.startsWith("-") ? binding.minus : binding.primary;
  return { text: plain ? literal : `${literal}:${dtype}`, level };
}

function printNumber(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0.0" : String(value);
}

/** The fields of a tag as the text has them; `takeRecognition` reads them in this order. */
const fieldsOf = {
  contraction: ["batch", "m", "n", "k", "left", "right"],
  convolution: ["image", "weight", "batch", "groups", "outChannels", "inChannels", "pixels", "window"],
  depthwise: ["image", "weight", "channels", "pixels", "window"],
  window: ["image", "pixels", "window"],
  rowwise: ["row"],
  prefix: ["along", "over"],
  elementwise: [],
} as const satisfies {
  readonly [Kind in Recognition["kind"]]: readonly (keyof Extract<Recognition, { kind: Kind }>)[];
};

function printRecognition(tag: Recognition): string {
  const values = new Map<string, string | readonly string[]>(Object.entries(tag));
  const fields = fieldsOf[tag.kind].map((field) => {
    const value = values.get(field) ?? [];
    return `${field}: ${typeof value === "string" ? writeName(value) : `[${value.map(writeName).join(", ")}]`}`;
  });
  return `@${tag.kind}{${fields.join(", ")}}`;
}
