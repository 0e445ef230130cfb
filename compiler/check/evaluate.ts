import type { Expr } from "../../grammar/ast.ts";
import type { Context } from "./context.ts";
import { evaluateCall, evaluateReduceCall } from "./calls.ts";
import { evaluateCat } from "./cat.ts";
import { evaluateIf } from "./branches.ts";
import { exactly } from "./exactly.ts";
import { evaluateList, evaluateTuple } from "./lists.ts";
import { evaluateMember, evaluateName, evaluatePrimed, evaluateString } from "./names.ts";
import { evaluateBinary, evaluateUnary } from "./operators.ts";
import { evaluatePipe } from "./pipes.ts";
import { evaluateGuarded, evaluateRead } from "./reads.ts";
import { evaluateReduction } from "./reductions.ts";
import { boolConstant, counted, errorValue, floatConstant, scalarValue, type Value } from "./value.ts";
import { constant } from "../integers/index.ts";

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
  group: ({ value }, context) => evaluate(value, context),
  tuple: evaluateTuple,
  list: evaluateList,
  reduction: evaluateReduction,
  unary: evaluateUnary,
  binary: evaluateBinary,
  pipe: evaluatePipe,
  if: evaluateIf,
};

/** What an expression means where it stands. Whatever is wrong with it has been said when this returns. */
export function evaluate(expr: Expr, context: Context): Value {
  return exactly(expr.span, context, () => evaluateByKind(expr, context), errorValue);
}

function evaluateByKind(expr: Expr, context: Context): Value {
  // The table is total by kind; that an expression and the rule of its kind belong together, types can't say.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion
  const rule = rules[expr.kind] as (expr: Expr, context: Context) => Value;
  return rule(expr, context);
}
