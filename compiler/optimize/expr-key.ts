import type { Expr } from "../graph/expr.ts";
import type { Form } from "../integers/index.ts";

/** 0 and −0 differ. */
export function textOfNumber(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

const commutative: ReadonlySet<string> = new Set([
  "add",
  "multiply",
  "minimum",
  "maximum",
  "equal",
  "notEqual",
]);

/** Whether the operands may stand in any order. */
export function isSymmetric(expr: Expr): boolean {
  return expr.kind === "apply" && commutative.has(expr.fn);
}

/** The text of a body up to names of axes and locals, and to the order of operands where that is free. */
export function keyOfExpr(
  expr: Expr,
  keyOfForm: (form: Form) => string = (form) => form.key,
  locals: readonly string[] = [],
): string {
  const key = (inner: Expr): string => keyOfExpr(inner, keyOfForm, locals);
  switch (expr.kind) {
    case "constant":
      return `${textOfNumber(expr.value)}:${expr.dtype}`;
    case "index":
      return `index(${keyOfForm(expr.form)})`;
    case "guard":
      return `[${expr.guard.relation} ${keyOfForm(expr.guard.form)}]`;
    case "read":
      return `${JSON.stringify(expr.operand)}[${expr.at.map(keyOfForm).join(",")}]`;
    case "apply": {
      const operands = expr.operands.map(key);
      if (isSymmetric(expr)) operands.sort();
      return `${expr.fn}(${operands.join(",")})`;
    }
    case "convert":
      return `${expr.to}(${key(expr.operand)})`;
    case "select":
      return `if(${key(expr.condition)},${key(expr.then)},${key(expr.otherwise)})`;
    case "let":
      return `let(${key(expr.value)},${keyOfExpr(expr.body, keyOfForm, [...locals, expr.name])})`;
    case "local":
      // By its place among the lets inside, by its name where its let is outside.
      return `local(${locals.includes(expr.name) ? locals.lastIndexOf(expr.name) : JSON.stringify(expr.name)})`;
    case "random":
      return `random(${JSON.stringify(expr.path)},${expr.stream},${keyOfForm(expr.counter)})`;
    case "reduce": {
      // Names of axes are unique in their node; only equal names are seen as equal here, before normal form.
      const axes = expr.axes.map((axis) => `${axis.name}:${axis.extent.key}`).join(",");
      const domain = expr.domain.map((guard) => `${guard.relation} ${keyOfForm(guard.form)}`).join("&");
      return `${expr.op}[${axes}|${domain}](${key(expr.body)})`;
    }
    default:
      return expr satisfies never;
  }
}
