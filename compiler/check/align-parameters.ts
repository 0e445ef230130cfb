import type { Span } from "../diagnostics/source.ts";
import { constant, type Form } from "../integers/index.ts";
import type {
  ArrayValue,
  Context,
  InstanceValue,
  ParametersValue,
  ParameterValue,
  Value,
} from "./checker-types.ts";
import { literal } from "./exprs.ts";
import { pathKey } from "./instances.ts";
import { evaluateApplications } from "./members.ts";
import { arrayOfOwned, isUnder, parametersUnder, rootsOfValue } from "./parameters.ts";
import { tellIn } from "./session.ts";
import type { InstancePath, OwnedTensor } from "./typed.ts";
import { errorValue } from "./value.ts";

/** Several operands as tensors of the same parameters. */
export interface Aligned {
  /** Whose parameters the result has. */
  readonly of: Value;
  readonly shape: readonly Form[];
  /** The parameters for which one of the operands has a tensor, by the key of their path. */
  readonly owned: ReadonlyMap<string, OwnedTensor>;
  /** What an operand is at one of them. */
  readonly at: (operand: Value, key: string) => Value;
}

/** What an operand that is a layer, or tensors of one, is at a parameter of the result. */
type Part = (key: string) => Value;

/** What the operands bring together: the layer that the first of them is of, and its parameters that they speak of. */
interface Meeting {
  readonly of: Value;
  readonly roots: readonly InstancePath[];
  readonly owned: Map<string, OwnedTensor>;
  readonly context: Context;
  readonly span: Span;
}

/**
 * Brings together gradients, layers and what steps have made of layers. Those of one layer meet by the paths of their
 * parameters, those of several layers of one kind by the paths inside of them. What an operand leaves out is 0 in a
 * gradient (D6.1), and in a layer after a step what it was before. Undefined where they don't fit, which has been said.
 */
export function alignParameters(
  operands: readonly Value[],
  context: Context,
  span: Span,
): Aligned | undefined {
  const layered = operands.filter((operand) => operand.kind === "parameters" || isWhole(operand));
  const [base] = layered;
  if (base === undefined) return undefined;
  const of = layerOf(base);
  const meeting: Meeting = { of, roots: rootsOfValue(of), owned: new Map(), context, span };
  // Beside a gradient of its own a layer has the parameters of that; by itself it has all.
  const isAlone = !layered.some(
    (one) => one.kind === "parameters" && areOfOneTree(rootsOfValue(one.of), meeting.roots),
  );
  const parts = new Map<Value, Part>();
  for (const operand of layered) {
    const part = areOfOneTree(rootsOfValue(layerOf(operand)), meeting.roots)
      ? partOfSame(operand, isAlone, meeting)
      : partOfAnother(operand, meeting);
    if (part === undefined) return undefined;
    parts.set(operand, part);
  }
  const { owned } = meeting;
  if (owned.size === 0) {
    if (context.builder.mode === "instance") reportEmpty(span, context);
    return undefined;
  }
  const shape = layered.find((one): one is ParametersValue => one.kind === "parameters")?.shape ?? [];
  return { of, shape, owned, at: (operand, key) => parts.get(operand)?.(key) ?? operand };
}

function layerOf(value: Value): Value {
  return value.kind === "parameters" ? value.of : value;
}

function partOfSame(operand: Value, isAlone: boolean, { owned, context }: Meeting): Part {
  const of = layerOf(operand);
  const own = rootsOfValue(of);
  if (operand.kind === "parameters") for (const [key, one] of operand.tensors) owned.set(key, one.owned);
  else if (isAlone) for (const one of parametersOf(of, context)) owned.set(pathKey(one.path), one);
  return (key) => {
    const one = owned.get(key);
    const isOutside = one !== undefined && !own.some((root) => isUnder(one.path, root));
    return isOutside ? zeros(one, []) : valueAt(operand, key, one);
  };
}

/** The parameters of another layer stand for those of the first that have the same place in it. */
function partOfAnother(operand: Value, { of, roots, owned, context, span }: Meeting): Part | undefined {
  const other = layerOf(operand);
  const moved = movedTo(roots, rootsOfValue(other));
  if (moved === undefined) {
    tellIn(context.builder, "DLC3013", {
      message: "these are of different lists of layers, whose parameters don't belong together",
      span,
    });
    return undefined;
  }
  const others = new Map(parametersOf(other, context).map((one) => [pathKey(moved(one.path)), one]));
  const mine = new Map(parametersOf(of, context).map((one) => [pathKey(one.path), one]));
  const needed =
    operand.kind === "parameters"
      ? [...operand.tensors.values()].map((one) => pathKey(moved(one.owned.path)))
      : [...others.keys()];
  for (const key of needed) {
    const met = mine.get(key);
    if (met === undefined) {
      tellIn(context.builder, "DLC3013", {
        message: `these are two layers, and only one of them has a parameter \`${nameOf(others.get(key))}\``,
        span,
        help: ["layers of one kind, with the same hyper-parameters, are combined parameter by parameter"],
      });
      return undefined;
    }
    owned.set(key, met);
  }
  return (key) => {
    const one = others.get(key);
    return valueAt(operand, one ? pathKey(one.path) : key, one);
  };
}

/** What stands for one layer as the same for another, where both have the same parameters. */
export function parametersAs(
  value: ParametersValue,
  layer: Value,
  context: Context,
): ParametersValue | undefined {
  const moved = movedTo(rootsOfValue(layer), rootsOfValue(value.of));
  if (moved === undefined) return undefined;
  const owned = new Map(parametersOf(layer, context).map((one) => [pathKey(one.path), one]));
  const tensors = new Map<string, ParameterValue>();
  for (const one of value.tensors.values()) {
    const key = pathKey(moved(one.owned.path));
    const own = owned.get(key);
    if (own === undefined) return undefined;
    tensors.set(key, { owned: own, value: one.value });
  }
  return { ...value, of: layer, tensors };
}

/** A layer, or a list of layers. */
export function isWhole(value: Value): boolean {
  return rootsOfValue(value).length > 0;
}

function valueAt(operand: Value, key: string, owned: OwnedTensor | undefined): Value {
  if (operand.kind !== "parameters") return owned ? arrayOfOwned(owned) : errorValue;
  const found = operand.tensors.get(key)?.value;
  if (found !== undefined || owned === undefined) return found ?? errorValue;
  return operand.rest === "same" ? arrayOfOwned(owned) : zeros(owned, operand.shape);
}

function zeros({ dtype, shape }: OwnedTensor, around: readonly Form[]): ArrayValue {
  return {
    kind: "array",
    type: dtype,
    shape: [...around, ...shape.map(constant)],
    element: () => ({ type: dtype, expr: literal(dtype, 0) }),
  };
}

export function sameRoots(a: readonly InstancePath[], b: readonly InstancePath[]): boolean {
  return a.length === b.length && a.every((root, place) => pathKey(root) === pathKey(b[place] ?? root));
}

/** True for a layer and what is a part of it too: the paths of their parameters say by themselves what belongs together. */
function areOfOneTree(a: readonly InstancePath[], b: readonly InstancePath[]): boolean {
  const isAround = (outer: InstancePath): boolean =>
    b.some((inner) => isUnder(inner, outer) || isUnder(outer, inner));
  return sameRoots(a, b) || a.every(isAround);
}

/** A path below one layer as the path below another; of lists, below the layer in the same place. */
function movedTo(
  to: readonly InstancePath[],
  from: readonly InstancePath[],
): ((path: InstancePath) => InstancePath) | undefined {
  if (to.length !== from.length) return undefined;
  const named = ({ labels }: InstancePath): readonly string[] => labels.filter((label) => label !== "");
  return (path) => {
    const place = from.findIndex((root) => isUnder(path, root));
    const [old, next] = [from[place], to[place]];
    if (old === undefined || next === undefined) return path;
    return { root: next.root, labels: [...next.labels, ...named(path).slice(named(old).length)] };
  };
}

/** All that a layer owns, or a list of them, where it is applied. */
export function parametersOf(of: Value, context: Context): readonly OwnedTensor[] {
  const instances = (value: Value): readonly InstanceValue[] =>
    value.kind === "list" ? value.elements.flatMap(instances) : value.kind === "instance" ? [value] : [];
  for (const instance of instances(of)) evaluateApplications(instance, context);
  return parametersUnder(rootsOfValue(of), context.builder);
}

function nameOf(owned: OwnedTensor | undefined): string {
  return owned?.path.labels.filter((label) => label !== "").join(".") ?? "";
}

function reportEmpty(span: Span, context: Context): void {
  tellIn(context.builder, "DLC3012", {
    message: "which parameters this layer has follows from what it is applied to, and it is not applied here",
    span,
  });
}
