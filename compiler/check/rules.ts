import type { Expr } from "../../grammar/ast.ts";
import { constant } from "../integers/index.ts";
import { evaluateIf } from "./branches.ts";
import { evaluateCall, evaluateReduceCall } from "./calls.ts";
import { evaluateCat } from "./cat.ts";
import type { Context, Value } from "./checker-types.ts";
import { evaluateList, evaluateTuple } from "./lists.ts";
import { evaluateMember, evaluateName, evaluatePrimed } from "./names.ts";
import { evaluateBinary, evaluateUnary } from "./operators.ts";
import { evaluatePipe } from "./pipes.ts";
import { evaluateGuarded, evaluateRead } from "./reads.ts";
import { evaluateReduction } from "./reductions.ts";
import { evaluateString } from "./texts.ts";
import { boolConstant, counted, floatConstant, scalarValue } from "./value.ts";

type Kind = Expr["kind"];
type Rules = { readonly [K in Kind]: (expr: Extract<Expr, { kind: K }>, context: Context) => Value };

const rules: Rules = {
  int: ({ value }) => scalarValue(counted(constant(value))),
  float: ({ value }) => scalarValue(floatConstant(value)),
  bool: ({ value }) => scalarValue(boolConstant(value)),
  string: evaluateString,
  name: evaluateName,
  primed: evaluatePrimed,
  member: evaluateMember,
  call: evaluateCall,
  "reduce-call": evaluateReduceCall,
  cat: evaluateCat,
  read: evaluateRead,
  guarded: evaluateGuarded,
  group: ({ value }, context) => meaningOf(value, context),
  tuple: evaluateTuple,
  list: evaluateList,
  reduction: evaluateReduction,
  unary: evaluateUnary,
  binary: evaluateBinary,
  pipe: evaluatePipe,
  if: evaluateIf,
};

/** What an expression means where it stands, by the rule of its kind. */
export function meaningOf(expr: Expr, context: Context): Value {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- an expression and the rule of its kind: the table is total, but types can't pair them
  const rule = rules[expr.kind] as (expr: Expr, context: Context) => Value;
  return rule(expr, context);
}
