import type { Dtype } from "../scalar/dtype.ts";
import { readAs } from "../scalar/meaning.ts";
import { resultDtype } from "../scalar/table.ts";
import type { Expr, ReduceOp } from "./expr.ts";

/** The dtypes of what a body may mention. */
export interface DtypeScope {
  /** The storage dtype of a node. */
  readonly node: (name: string) => Dtype | undefined;
  readonly local?: ReadonlyMap<string, Dtype>;
}

/** The dtype of a body's value; undefined where something in it has none. `verify` says what. */
export function dtypeOf(expr: Expr, scope: DtypeScope): Dtype | undefined {
  switch (expr.kind) {
    case "constant":
      return expr.dtype;
    case "index":
      return "i32";
    case "guard":
      return "bool";
    case "read": {
      const stored = scope.node(expr.operand);
      return stored === undefined ? undefined : readAs(stored);
    }
    case "apply": {
      const operands = expr.operands.map((operand) => dtypeOf(operand, scope));
      const known = operands.filter((dtype) => dtype !== undefined);
      return known.length === operands.length ? resultDtype(expr.fn, known) : undefined;
    }
    case "convert":
      return expr.to;
    case "select": {
      const then = dtypeOf(expr.then, scope);
      return then === dtypeOf(expr.otherwise, scope) ? then : undefined;
    }
    case "let": {
      const value = dtypeOf(expr.value, scope);
      return value === undefined ? undefined : dtypeOf(expr.body, withLocal(scope, expr.name, value));
    }
    case "local":
      return scope.local?.get(expr.name);
    case "random":
      return "f32";
    case "reduce": {
      const body = dtypeOf(expr.body, scope);
      return body === undefined ? undefined : reducedDtype(expr.op, body);
    }
    default:
      return expr satisfies never;
  }
}

export function withLocal(scope: DtypeScope, name: string, dtype: Dtype): DtypeScope {
  return { ...scope, local: new Map([...(scope.local ?? []), [name, dtype]]) };
}

/** The dtype of a reduction of values of this dtype; undefined where it has no meaning. */
export function reducedDtype(op: ReduceOp, body: Dtype): Dtype | undefined {
  switch (op) {
    case "sum":
    case "prod":
      return body === "f32" || body === "f16" || body === "i32" ? body : undefined;
    case "max":
    case "min":
      return body === "bool" ? undefined : body;
    case "argmax":
    case "argmin":
      return body === "bool" ? undefined : "i32";
    case "any":
    case "all":
      return body === "bool" ? "bool" : undefined;
    case "partition":
      return body === "bool" ? "i32" : undefined;
    default:
      return op satisfies never;
  }
}
