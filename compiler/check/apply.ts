import type { Formal } from "../../grammar/ast.ts";
import type { ApplyRequest } from "./apply-request.ts";
import { entrywise } from "./arrays.ts";
import { bindApplication, bindingName } from "./bind-application.ts";
import type { ArrayValue, FunctionValue, Given, InstanceValue, Target, Value } from "./checker-types.ts";
import { expectArray } from "./expect.ts";
import { bindHypers } from "./hypers.ts";
import { inline } from "./inline.ts";
import { rebase } from "./instances.ts";
import { instantiate } from "./instantiate.ts";
import { applyOptimizer, withSchedules } from "./optimizers.ts";
import { applyPrelude } from "./prelude.ts";
import { tellIn } from "./session.ts";
import { isFormula, listsOf, wayInto, wayNames } from "./signature.ts";
import type { InstancePath } from "./typed.ts";
import { describeValue, errorValue } from "./value.ts";

/** The results of one stage, which the next one takes in order. */
export function resultsOf(value: Value): readonly Value[] {
  if (value.kind === "list") return value.elements;
  return value.kind === "results" ? [...value.results.values()] : [value];
}

/** A function, an instance or a list of them, applied to tensors. */
export function applyValue(request: ApplyRequest): Value {
  const { callee, args, context, span } = request;
  switch (callee.kind) {
    case "list":
      return applyInTurn(callee.elements, request);
    case "prelude":
      return applyPrelude(callee.name, args.slice(0, request.several ? 1 : undefined), context, { span });
    case "function":
      return applyFunction(callee, request);
    case "instance":
      return applyInstance(callee, request);
    case "parameters":
      if (callee.shape.length > 0) break;
      return applyValue({ ...request, callee: callee.of, given: callee });
    case "error":
      return errorValue;
    case "unit":
      tellIn(context.builder, "DLC3013", {
        message: `\`${callee.declaration.name.text}\` is applied without being instantiated`,
        span,
        help: [`write \`${callee.declaration.name.text}()\`, with its hyper-parameters in the brackets`],
      });
      return errorValue;
    default:
      break;
  }
  tellIn(context.builder, "DLC3013", { message: `${describeValue(callee)} can't be applied`, span });
  return errorValue;
}

function applyInTurn(elements: readonly Value[], request: ApplyRequest): Value {
  let args = request.args;
  let result: Value = args.length === 1 ? (args[0] ?? errorValue) : { kind: "list", elements: args };
  for (const [place, callee] of elements.entries()) {
    const name = `${request.name}.${place}`;
    result = applyValue({ ...request, callee, args, name, several: true });
    if (result.kind === "error") return result;
    args = resultsOf(result);
  }
  return result;
}

function applyFunction(fn: FunctionValue, request: ApplyRequest): Value {
  const { context, span } = request;
  const { declaration } = fn;
  const lists = listsOf(declaration);
  if (lists.hypers !== undefined && fn.hypers === undefined) {
    const hypers = bindHypers(lists.hypers, [], fn.scope, context, [], span);
    return hypers ? applyFunction({ ...fn, hypers }, request) : errorValue;
  }
  const formals = lists.tensors?.items ?? [];
  const args = assign(formals, declaration.name.text, request);
  if (args === undefined) return errorValue;
  if (isFormula(declaration)) return applyFormula(fn, args, request);
  const target: Target = { declaration, scope: fn.scope, hypers: fn.hypers ?? new Map(), entry: "forward" };
  return applyBody(target, formals, args, { root: "own", labels: [] }, request);
}

/** Numbers are put in; tensors are gone through entry by entry (D4.6). */
function applyFormula(fn: FunctionValue, args: readonly (Value | undefined)[], request: ApplyRequest): Value {
  const { context, span } = request;
  if (args.some((arg) => arg?.kind === "error")) return errorValue;
  const places = args.flatMap((arg, place) => (arg === undefined ? [] : [place]));
  const given = places.map((place) => expectArray(args[place] ?? errorValue, context, span) ?? errorValue);
  const result = entrywise(given, context, span, (elements, wanted) =>
    inline(
      fn,
      args.map((_, place) => elements[places.indexOf(place)]),
      { ...wanted, label: undefined },
      span,
    ),
  );
  return result.kind === "array" && result.shape.length > 0
    ? { ...result, hint: bindingName(request.name) }
    : result;
}

function applyInstance(instance: InstanceValue, request: ApplyRequest): Value {
  const { declaration, scope, entry } = instance;
  const way = wayInto(declaration, entry);
  if (way === undefined) {
    tellIn(request.context.builder, "DLC2001", {
      message: `\`${declaration.name.text}\` has no entry \`${entry}\``,
      span: request.span,
      help: [`its entries are ${wayNames(declaration).join(", ")}`],
    });
    return errorValue;
  }
  const args = assign(way.inputs, declaration.name.text, request);
  if (args === undefined) return errorValue;
  const target: Target = { declaration, scope, hypers: instance.hypers, entry };
  if (declaration.kind !== "optimizer") return applyBody(target, way.inputs, args, instance.path, request);
  if (args.some((arg) => arg?.kind === "error")) return errorValue;
  if (args.some((arg) => arg?.kind === "parameters" || arg?.kind === "instance")) {
    return applyOptimizer(
      instance,
      args.map((arg) => arg ?? errorValue),
      request,
    );
  }
  const scheduled = withSchedules(target);
  return applyBody(
    scheduled.target,
    [...way.inputs, ...scheduled.formals],
    [...args, ...scheduled.values],
    instance.path,
    request,
  );
}

/** Which argument is for which input; undefined for an input that takes its default. */
function assign(
  formals: readonly Formal[],
  name: string,
  request: ApplyRequest,
): readonly (Value | undefined)[] | undefined {
  const { context, span, named } = request;
  const args = request.several ? request.args.slice(0, formals.length) : request.args;
  const values: (Value | undefined)[] = formals.map((_, place) => args[place]);
  const names = formals.map((formal) => formal.name.text);
  for (const [key, one] of named) {
    const place = names.indexOf(key);
    if (place < 0) {
      tellIn(context.builder, "DLC2012", {
        message: `\`${name}\` has no input \`${key}\``,
        span: one.span,
        help: [`its inputs are ${names.join(", ")}`],
      });
      return undefined;
    }
    values[place] = one.value;
  }
  const missing = formals.find(
    (formal, place) => values[place] === undefined && formal.initial === undefined,
  );
  if (args.length <= formals.length && missing === undefined) return values;
  tellIn(context.builder, "DLC2012", {
    message:
      missing === undefined
        ? `\`${name}\` takes ${formals.length} ${formals.length === 1 ? "tensor" : "tensors"}, but has ${args.length} here`
        : `\`${name}\` needs \`${missing.name.text}\``,
    span,
    notes: missing ? [{ text: "it is declared here", span: missing.span }] : [],
  });
  return undefined;
}

function applyBody(
  target: Target,
  formals: readonly Formal[],
  args: readonly (Value | undefined)[],
  path: InstancePath,
  request: ApplyRequest,
): Value {
  const { context, span, name } = request;
  const arrays: (ArrayValue | undefined)[] = [];
  for (const arg of args) {
    const array = arg && expectArray(arg, context, span);
    if (arg !== undefined && array === undefined) return errorValue;
    arrays.push(array);
  }
  const given: readonly (Given | undefined)[] = arrays.map(
    (array) =>
      array && {
        type: array.type,
        shape: array.shape,
        range: array.range ?? array.scalar?.range,
        form: array.scalar?.form,
        origin: array.origin,
      },
  );
  const slots: InstancePath[] = [];
  const hypers = rebase(target.hypers, path, slots);
  const result = instantiate({ ...target, hypers }, given, {
    caller: context.builder,
    guards: context.guards,
    name,
    span,
    slots: slots.length,
    inner: target.scope.builder !== undefined,
  });
  if (result === undefined) return errorValue;
  const origin = arrays.find((array) => array?.origin !== undefined)?.origin;
  return bindApplication(result, formals, arrays, path, slots, origin, request);
}
