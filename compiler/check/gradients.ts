import type { Call } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import { isFloat } from "../scalar/dtype.ts";
import { operandArray } from "./arrays.ts";
import { freshBinding } from "./builder.ts";
import type { ArrayValue, Context, InstanceValue, ParameterValue, Value } from "./checker-types.ts";
import { axisForms } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { expectArray } from "./expect.ts";
import { reachedByFlow } from "./flow.ts";
import { hoist } from "./hoist.ts";
import { pathKey } from "./instances.ts";
import { refuseGradientInScan } from "./later-scans.ts";
import { isFloatType, showType } from "./numbers.ts";
import { arrayOfOwned, parametersFor, rootsOfValue } from "./parameters.ts";
import { tellIn } from "./session.ts";
import { showShape } from "./show-types.ts";
import type { InstancePath, OwnedTensor } from "./typed.ts";
import { describeValue, errorValue, scalarValue } from "./value.ts";

interface Spanned {
  readonly span: Span;
}

/** `grad(e, x)` for each value of the indices around it (D6.1). */
export function evaluateGrad(call: Call, outer: Context): Value {
  const context = { ...outer, label: undefined, integer: false };
  const { builder } = context;
  const args = call.args.flatMap((arg) =>
    arg.kind === "argument" && arg.name === undefined ? [arg.value] : [],
  );
  const [of, by] = args;
  if (of === undefined || by === undefined || call.args.length !== 2 || call.generators.length > 0) {
    tellIn(builder, "DLC2012", {
      message: "`grad` takes what is differentiated, and by what",
      span: call.span,
      help: ["write `grad(loss, x)`"],
    });
    return errorValue;
  }
  const scalar = scalarToDifferentiate(evaluate(of, context), of, context);
  const variable = evaluate(by, context);
  if (scalar === undefined || variable.kind === "error") return errorValue;
  switch (variable.kind) {
    case "array":
      return gradientByArray(scalar, variable, of, by, call, context);
    case "results":
      break;
    case "instance":
    case "list":
      return gradientByInstance(scalar, variable, of, by, call, context);
    case "parameters":
      if (variable.shape.length === 0) return gradientByParameters(scalar, variable, of, by, call, context);
      break;
    default:
      break;
  }
  refuse(by, describeValue(variable), context);
  return errorValue;
}

function refuse(by: Call["callee"], what: string, context: Context): void {
  tellIn(context.builder, "DLC4003", {
    message: `a gradient is taken by a name, a parameter or a layer, but this is ${what}`,
    span: by.span,
    help: ["give it a name of its own, and compute from that name"],
  });
}

function scalarToDifferentiate(value: Value, of: Spanned, context: Context): ArrayValue | undefined {
  const array = expectArray(value, context, of.span);
  if (array === undefined) return undefined;
  if (array.shape.length === 0 && isFloatType(array.type)) return array;
  tellIn(context.builder, "DLC4001", {
    message:
      array.shape.length > 0
        ? `what is differentiated is one number, but this has shape ${showShape(array.shape)}`
        : `what is differentiated is a float, but this is ${showType(array.type)}`,
    span: of.span,
    help: array.shape.length > 0 ? ["sum it, or give it an index: `g[n, :] = grad(y[n], x)`"] : [],
  });
  return undefined;
}

function gradientByArray(
  scalar: ArrayValue,
  variable: ArrayValue,
  of: Call["callee"],
  by: Call["callee"],
  call: Call,
  context: Context,
): Value {
  const { type, operand } = variable;
  if (type === "counted" || type === "float" || type === "bool" || !isFloat(type)) {
    if (type === "float" && context.builder.mode === "declaration") return variable;
    tellIn(context.builder, "DLC4001", {
      message: `no gradient is taken by ${type === "bool" ? "a condition" : type === "i32" || type === "counted" ? "whole numbers" : showType(type)}`,
      span: by.span,
    });
    return errorValue;
  }
  if (operand === undefined) {
    if (context.builder.mode === "declaration") return variable;
    refuse(by, "computed where it stands", context);
    return errorValue;
  }
  if (context.builder.mode === "declaration") return variable;
  const hoisted = hoist(scalar, "objective", context, of.span);
  if (!dependsOn(hoisted.operand, operand, context)) {
    reportIndependent(of, by, context);
    return errorValue;
  }
  return gradientBinding(hoisted, operand, type, variable, call, context);
}

function reportIndependent(of: Call["callee"], by: Call["callee"], context: Context): void {
  const text = (expr: Call["callee"]): string => expr.span.source.text.slice(expr.span.start, expr.span.end);
  tellIn(context.builder, "DLC4002", {
    message: `nothing flows from \`${text(of)}\` back to \`${text(by)}\``,
    span: by.span,
    help: [
      "its gradient would be 0 everywhere: whole numbers, comparisons, conditions and `stop` let nothing through",
    ],
  });
}

function dependsOn(of: string, by: string, context: Context): boolean {
  const { builder } = context;
  if (reachedByFlow(builder.bindings, builder.scans, [of]).has(by)) return true;
  const owned = builder.params.get(by);
  return owned !== undefined && parametersFor(of, [owned.path], builder).length > 0;
}

function gradientBinding(
  of: ReturnType<typeof hoist>,
  by: string,
  dtype: ParameterValue["owned"]["dtype"],
  variable: ArrayValue,
  call: Spanned,
  context: Context,
): ArrayValue {
  const { builder } = context;
  refuseGradientInScan(of.operand, by, call.span, context);
  const name = freshBinding(builder, `d_${by.replaceAll(".", "_")}`);
  builder.bindings.push({
    kind: "gradient",
    name,
    of: of.operand,
    by,
    context: of.context,
    dtype,
    span: call.span,
  });
  const array = operandArray(name, { dtype, shape: variable.shape }, axisForms(of.context));
  return array.shape.length === 0
    ? { ...scalarValue(array.element([], context)), operand: array.operand }
    : array;
}

function gradientByInstance(
  scalar: ArrayValue,
  variable: Value,
  of: Call["callee"],
  by: Call["callee"],
  call: Call,
  context: Context,
): Value {
  const { builder } = context;
  const roots = rootsOfValue(variable);
  if (roots.length === 0) {
    refuse(by, describeValue(variable), context);
    return errorValue;
  }
  if (builder.mode === "declaration") return errorValue;
  const hoisted = hoist(scalar, "objective", context, of.span);
  const parameters = parametersFor(hoisted.operand, roots, builder);
  const tensors = gradientsBy(parameters, hoisted, call, context);
  if (tensors.size === 0) {
    reportIndependent(of, by, context);
    return errorValue;
  }
  return { kind: "parameters", of: variable, shape: [], tensors, rest: "zero" };
}

/** The gradient of a number by those parameters of an instance that are not left out. */
export function differentiated(
  scalar: Value,
  instance: InstanceValue,
  span: Span,
  context: Context,
  wanted: (path: InstancePath) => boolean,
): Value | undefined {
  const array = scalarToDifferentiate(scalar, { span }, context);
  if (array === undefined) return undefined;
  const hoisted = hoist(array, "objective", context, span);
  const owned = parametersFor(hoisted.operand, [instance.path], context.builder);
  const tensors = gradientsBy(
    owned.filter(({ path }) => wanted(path)),
    hoisted,
    { span },
    context,
  );
  if (tensors.size > 0) return { kind: "parameters", of: instance, shape: [], tensors, rest: "zero" };
  tellIn(context.builder, "DLC4002", {
    message:
      owned.length === 0
        ? "the loss depends on no parameter, so that nothing would be learned"
        : "nothing flows from the loss back to a parameter that may change",
    span,
    help: [
      owned.length === 0
        ? "what is learned is declared: `param weight: f32[…] ~ …`, or is a layer's own"
        : "whole numbers, comparisons, conditions and `stop` let nothing through",
    ],
  });
  return undefined;
}

function gradientsBy(
  parameters: readonly OwnedTensor[],
  of: ReturnType<typeof hoist>,
  call: Spanned,
  context: Context,
): ReadonlyMap<string, ParameterValue> {
  const tensors = new Map<string, ParameterValue>();
  for (const owned of parameters) {
    if (!isFloat(owned.dtype)) continue;
    const value = gradientBinding(of, owned.name, owned.dtype, arrayOfOwned(owned), call, context);
    tensors.set(pathKey(owned.path), { owned, value });
  }
  return tensors;
}

/** By an instance with other values: each of them is a tensor with a name. */
function gradientByParameters(
  scalar: ArrayValue,
  variable: Value & { readonly kind: "parameters" },
  of: Call["callee"],
  by: Call["callee"],
  call: Call,
  context: Context,
): Value {
  const tensors = new Map<string, ParameterValue>();
  const hoisted = hoist(scalar, "objective", context, of.span);
  for (const [key, { owned, value }] of variable.tensors) {
    if (value.operand === undefined) {
      refuse(by, "computed where it stands", context);
      return errorValue;
    }
    const gradient = gradientBinding(hoisted, value.operand, owned.dtype, value, call, context);
    tensors.set(key, { owned, value: gradient });
  }
  return { ...variable, tensors, rest: "zero" };
}
