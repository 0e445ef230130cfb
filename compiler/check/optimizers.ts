import type { Formal, Name } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import type { ApplyRequest } from "./apply-request.ts";
import { bindApplication } from "./bind-application.ts";
import type {
  ArrayValue,
  Context,
  Given,
  Instantiated,
  InstanceValue,
  Output,
  ParameterValue,
  ParametersValue,
  Target,
  Value,
} from "./checker-types.ts";
import { apply } from "./exprs.ts";
import { named } from "./hoist.ts";
import { pathKey } from "./instances.ts";
import { instantiate } from "./instantiate.ts";
import { arrayOfOwned } from "./parameters.ts";
import { tellIn } from "./session.ts";
import { listsOf, wayInto } from "./signature.ts";
import { describeValue, errorValue, scalarValue } from "./value.ts";

/** Hyper-parameters that are values of the step become inputs. */
export function withSchedules(target: Target): {
  readonly target: Target;
  readonly formals: readonly Formal[];
  readonly values: readonly ArrayValue[];
} {
  const formals: Formal[] = [];
  const values: ArrayValue[] = [];
  const hypers = new Map<string, Value>();
  for (const [name, value] of target.hypers) {
    const formal = listsOf(target.declaration).hypers?.items.find((one) => one.name.text === name);
    if (formal !== undefined && value.kind === "array" && value.operand !== undefined) {
      formals.push(formal);
      values.push(value);
    } else hypers.set(name, value);
  }
  return { target: { ...target, hypers, scheduled: formals }, formals, values };
}

interface Prepared {
  readonly one: ParameterValue;
  readonly result: Instantiated;
  readonly arrays: readonly ArrayValue[];
  readonly request: ApplyRequest;
}

/** `(net, grad(loss, net)) |> Adam()`: the optimizer applied to each parameter with its gradient. */
export function applyOptimizer(
  optimizer: InstanceValue,
  args: readonly Value[],
  request: ApplyRequest,
): Value {
  const { context, span } = request;
  const { declaration, scope, entry } = optimizer;
  const [theta, gradient] = args;
  if (theta === undefined || gradient?.kind !== "parameters" || gradient.shape.length > 0) {
    tellIn(context.builder, "DLC3013", {
      message: `\`${declaration.name.text}\` takes a layer and its gradient, but this is ${gradient ? describeValue(gradient) : "one value"}`,
      span,
      help: ["write `(net, grad(loss, net)) |> …`"],
    });
    return errorValue;
  }
  const { target, formals, values } = withSchedules({ declaration, scope, hypers: optimizer.hypers, entry });
  const way = wayInto(declaration, entry);
  if (way === undefined || context.axes.length > 0) return errorValue;
  const prepared: Prepared[] = [];
  for (const [key, one] of gradient.tensors) {
    const old = theta.kind === "parameters" ? theta.tensors.get(key)?.value : undefined;
    const arrays = [old ?? arrayOfOwned(one.owned), one.value, ...values];
    const name = `${request.name}_${one.owned.name}`;
    const result = instantiate(target, arrays.map(givenOf), {
      caller: context.builder,
      guards: context.guards,
      name,
      span,
      slots: 0,
      inner: false,
    });
    if (result === undefined) return errorValue;
    prepared.push({ one, result, arrays, request: { ...request, name, parameter: one.owned.path } });
  }
  const inputs = [...way.inputs, ...formals];
  const sums = totalsOf(optimizer, inputs, prepared, context, span);
  const steps = prepared.map(({ one, result, arrays, request: own }) => ({
    one,
    value: bindApplication(
      result,
      [...inputs, ...sums.formals],
      [...arrays, ...sums.arrays],
      optimizer.path,
      [],
      undefined,
      own,
    ),
  }));
  const outputs = prepared[0]?.result.outputs ?? [];
  const results = outputs.map(({ name }, output): Value => {
    const tensors = new Map<string, ParameterValue>();
    for (const { one, value } of steps) {
      const array = value.kind === "results" ? value.results.get(name) : value;
      if (array?.kind !== "array") return errorValue;
      tensors.set(pathKey(one.owned.path), { owned: one.owned, value: array });
    }
    return {
      ...gradient,
      of: theta.kind === "parameters" ? theta.of : theta,
      tensors,
      // First the next parameters; the gradient, if it is given on, comes second.
      rest: output === 0 ? "same" : "zero",
    } satisfies ParametersValue;
  });
  const [only, second] = results;
  return only !== undefined && second === undefined ? only : { kind: "list", elements: results };
}

function givenOf(array: ArrayValue): Given {
  return { type: array.type, shape: array.shape };
}

/** What each parameter adds to a total, and their sum, which the step of each of them reads. */
function totalsOf(
  optimizer: InstanceValue,
  inputs: readonly Formal[],
  prepared: readonly Prepared[],
  context: Context,
  span: Span,
): { readonly formals: readonly Formal[]; readonly arrays: readonly ArrayValue[] } {
  const formals: Formal[] = [];
  const arrays: ArrayValue[] = [];
  for (const [place, { input, dtype }] of (prepared[0]?.result.totals ?? []).entries()) {
    const parts = prepared.flatMap(({ result, arrays: own, request }) => {
      const body = result.totals[place]?.body;
      if (body === undefined) return [];
      const part: Instantiated = {
        ...result,
        body,
        totals: [],
        inputs: partInputs(body, result),
        outputs: partOutputs(body),
      };
      const name = `${request.name}_total`;
      const value = bindApplication(
        part,
        [...inputs, ...formals],
        [...own, ...arrays],
        optimizer.path,
        [],
        undefined,
        { ...request, name },
      );
      return value.kind === "array" ? [value.element([], context).expr] : [];
    });
    const [first, ...rest] = parts;
    if (first === undefined) break;
    const expr = rest.reduce((sum, next) => apply("add", sum, next), first);
    const total = named(scalarValue({ type: dtype, expr }), "total", context, span);
    formals.push(syntheticFormal(input, span));
    arrays.push(total);
  }
  return { formals, arrays };
}

function partInputs(
  body: { readonly inputs: readonly { readonly name: string }[] },
  result: Instantiated,
): Instantiated["inputs"] {
  const names = new Set(body.inputs.map(({ name }) => name));
  return result.inputs.filter(({ name }) => names.has(name));
}

function partOutputs(body: { readonly outputs: readonly Output[] }): readonly Output[] {
  return body.outputs;
}

export function syntheticFormal(text: string, span: Span): Formal {
  const name: Name = { kind: "name", text, span };
  return { kind: "formal", doc: undefined, name, type: undefined, initial: undefined, span };
}
