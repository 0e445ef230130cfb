import type { Formal } from "../../grammar/ast.ts";
import type { Axis } from "../graph/expr.ts";
import type { ApplyRequest } from "./apply-request.ts";
import { operandArray, type OperandType } from "./arrays.ts";
import type { Capture } from "./capture.ts";
import { freshBinding } from "./builder.ts";
import type { ArrayValue, Context, Instantiated, Value } from "./checker-types.ts";
import type { Origin } from "./scalar.ts";
import { axisForms } from "./context.ts";
import { closeUnderGuards, hoist, type Hoisted } from "./hoist.ts";
import { pathKey } from "./instances.ts";
import { capturedOperand } from "./names.ts";
import { coerce } from "./numbers.ts";
import { isUnder } from "./parameters.ts";
import type { ApplicationInput, InstancePath } from "./typed.ts";
import { errorValue } from "./value.ts";

/** The application as a binding, and its results as tensors that read it. */
export function bindApplication(
  result: Instantiated,
  formals: readonly Formal[],
  arrays: readonly (ArrayValue | undefined)[],
  path: InstancePath,
  slots: readonly InstancePath[],
  origin: Origin | undefined,
  request: ApplyRequest,
): Value {
  const { context, span } = request;
  const { builder } = context;
  const filled: ArrayValue[] = [];
  for (const input of result.inputs) {
    const place = formals.findIndex((formal) => formal.name.text === input.name);
    const array = input.capture === undefined ? arrays[place] : captureOf(input.capture, input, context);
    if (array === undefined) return errorValue;
    filled.push(fill(array, input));
  }
  const hint = (place: number): string =>
    argumentName(filled[place], request, result.inputs[place]?.name ?? "");
  const others = [...(request.given?.tensors.values() ?? [])].filter(({ owned }) =>
    isUnder(owned.path, path),
  );
  filled.push(...others.map(({ value }) => value));
  const alone = filled.map((array, place) => hoist(array, hint(place), context, span));
  // D4.5: what is drawn is drawn for each value of the indices around it, whatever it is given.
  const around = result.body?.draws === true ? context.axes : alone.flatMap((hoisted) => hoisted.context);
  const needed = new Set(around.map((axis) => axis.name));
  const { outer, domain } = closeUnderGuards(needed, context);
  const operands = alone.map((hoisted, place) => {
    const array = filled[place];
    const partly = hoisted.context.length > 0 && hoisted.context.length < outer.length;
    return partly && array ? hoist(array, hint(place), context, span, outer) : hoisted;
  });
  const name = freshBinding(builder, bindingName(request.name));
  if (result.body !== undefined) {
    const own: readonly InstancePath[] = result.local
      ? Array.from({ length: builder.slots }, (_, root) => ({ root, labels: [] }))
      : slots;
    const count = result.inputs.length;
    const given = others.flatMap(({ owned }, place) => {
      const operand = operands[count + place];
      return operand ? [{ ...inputOf(operand, outer), path: owned.path }] : [];
    });
    const application = {
      kind: "application",
      name,
      callee: result.body,
      context: outer,
      domain,
      inputs: operands.slice(0, count).map((hoisted) => inputOf(hoisted, outer)),
      path,
      slots: own,
      given,
      turns: context.times.map((time) => time.name),
      ...(request.parameter && { parameter: request.parameter }),
      span,
    } as const;
    builder.bindings.push(application);
    const key = pathKey(path);
    // A function owns nothing; but one of this block applies what the block owns.
    if (request.callee.kind === "instance" || result.local)
      builder.applied.set(key, [...(builder.applied.get(key) ?? []), result.body]);
    builder.session.sites.set(application, {
      name: request.name,
      made: request.callee.kind === "instance" ? request.callee.made : undefined,
      origins: arrays.map((array) => array?.origin),
    });
  }
  const prefix = axisForms(outer);
  const results = result.outputs.map(({ name: output, dtype, shape, range }) => {
    const from: Origin = { name: request.name, shape, from: origin };
    return [output, operandArray(`${name}.${output}`, { dtype, shape, range }, prefix, from)] as const;
  });
  const [only, second] = results;
  return only !== undefined && second === undefined
    ? only[1]
    : { kind: "results", results: new Map(results) };
}

/** A number where a tensor is declared fills it (D4.6), and takes the declared dtype. */
function fill(array: ArrayValue, input: Instantiated["inputs"][number]): ArrayValue {
  if (array.shape.length === input.shape.length && array.type === input.dtype) return array;
  const whole = array.shape.length === 0 && input.shape.length > 0;
  return {
    ...array,
    type: input.dtype,
    shape: input.shape,
    operand: undefined,
    scalar: undefined,
    element: (at, wanted) => {
      const element = array.element(whole ? [] : at, wanted);
      return { ...element, type: input.dtype, expr: coerce(element, input.dtype) };
    },
  };
}

/** What a local function takes from the block around it, seen from where it, or what it was given to, is applied. */
function captureOf({ owner, operand }: Capture, type: OperandType, { builder }: Context): ArrayValue {
  const name = builder.identity === owner ? operand : capturedOperand(owner, operand, type, builder);
  return operandArray(name, type);
}

function inputOf({ operand, context }: Hoisted, outer: readonly Axis[]): ApplicationInput {
  if (context.length > 0 && context.length < outer.length) {
    throw new Error("bug: an argument stands under fewer indices than its application");
  }
  return { operand, indexed: context.length > 0 };
}

export function bindingName(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_]/g, "_");
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
}

function argumentName(array: ArrayValue | undefined, request: ApplyRequest, input: string): string {
  return array?.hint ?? bindingName(`${request.name}_${input}`);
}
