import { constant, type Form } from "../integers/index.ts";
import { entrywise, operandArray } from "./arrays.ts";
import { freshBinding } from "./builder.ts";
import type {
  ArrayValue,
  Builder,
  Context,
  ErrorValue,
  ParameterValue,
  ParametersValue,
  Value,
} from "./checker-types.ts";
import { pathKey } from "./instances.ts";
import { reachedByFlow, reachedInside } from "./flow.ts";
import type { Application, Binding, Body, InstancePath, OwnedTensor } from "./typed.ts";
import { errorValue } from "./value.ts";

/** The roots of what an instance or a list of them owns. */
export function rootsOfValue(value: Value): readonly InstancePath[] {
  switch (value.kind) {
    case "instance":
      return [value.path];
    case "list":
      return value.elements.flatMap(rootsOfValue);
    default:
      return [];
  }
}

/** True where a path is that of an instance or lies below it. */
export function isUnder(path: InstancePath, root: InstancePath): boolean {
  const [inner, outer] = [path, root].map(({ labels }) => labels.filter((label) => label !== ""));
  return path.root === root.root && (outer ?? []).every((label, place) => inner?.[place] === label);
}

/** The parameters below some instances into which a gradient flows from an operand, each once, as operands of the body. */
export function parametersFor(
  operand: string,
  roots: readonly InstancePath[],
  builder: Builder,
): readonly OwnedTensor[] {
  const reached = reachedByFlow(builder.bindings, builder.scans, [operand]);
  return ownedUnder(roots, builder, { here: (name) => reached.has(name), inside: reachedInside });
}

/** All parameters below some instances that are applied, each once, as operands of the body. */
export function parametersUnder(roots: readonly InstancePath[], builder: Builder): readonly OwnedTensor[] {
  const all = { has: () => true };
  return ownedUnder(roots, builder, { here: () => true, inside: () => all });
}

/** Which operands are wanted: of the body, and of a body that is applied, for one of its outputs. */
interface Wanted {
  readonly here: (name: string) => boolean;
  readonly inside: (callee: Body, output: string) => { readonly has: (name: string) => boolean };
}

function ownedUnder(
  roots: readonly InstancePath[],
  builder: Builder,
  wanted: Wanted,
): readonly OwnedTensor[] {
  const found = new Map<string, OwnedTensor>();
  for (const owned of builder.params.values()) {
    if (wanted.here(owned.name)) add(owned, owned.path);
  }
  visitApplications(builder.bindings, { has: wanted.here }, (path) => path);
  return [...found.values()].map((owned) => ownedOperand(owned, builder));

  function add(owned: OwnedTensor, path: InstancePath): void {
    const key = pathKey(path);
    if (!found.has(key) && roots.some((root) => isUnder(path, root))) found.set(key, { ...owned, path });
  }
  function visitApplications(
    bindings: readonly Binding[],
    reachedThere: { readonly has: (name: string) => boolean },
    outer: (path: InstancePath) => InstancePath,
  ): void {
    for (const binding of bindings) {
      if (binding.kind !== "application") continue;
      for (const { name } of binding.callee.outputs) {
        if (reachedThere.has(`${binding.name}.${name}`)) visit(binding, name, outer);
      }
    }
  }
  function visit(
    application: Application,
    output: string,
    outer: (path: InstancePath) => InstancePath,
  ): void {
    const { callee, path: own, slots, given } = application;
    const replaced = new Set(given.map(({ path }) => pathKey(outer(path))));
    const resolve = (path: InstancePath): InstancePath => {
      const root = path.root === "own" ? own : slots[path.root];
      if (root === undefined) throw new Error("bug: an instance in no slot");
      return outer({ root: root.root, labels: [...root.labels, ...path.labels] });
    };
    const inside = wanted.inside(callee, output);
    for (const owned of callee.params) {
      const path = resolve(owned.path);
      if (inside.has(owned.name) && !replaced.has(pathKey(path))) add(owned, path);
    }
    visitApplications(callee.bindings, inside, resolve);
  }
}

/** The parameter under a name of its own in the body. */
export function ownedOperand(owned: OwnedTensor, builder: Builder): OwnedTensor {
  const key = pathKey(owned.path);
  const before = [...builder.params.values()].find((one) => pathKey(one.path) === key);
  if (before !== undefined) return before;
  const labels = owned.path.labels.filter((label) => label !== "");
  const name = freshBinding(builder, labels.join("_").replaceAll(/[^A-Za-z0-9_]/g, "_"));
  const named = { ...owned, name };
  builder.params.set(name, named);
  return named;
}

export function arrayOfOwned(owned: OwnedTensor): ArrayValue {
  return operandArray(owned.name, { dtype: owned.dtype, shape: owned.shape.map(constant) });
}

/** Another value for each tensor. */
export function mapParameters(
  value: ParametersValue,
  map: (one: ParameterValue) => ArrayValue | ErrorValue,
): ParametersValue | ErrorValue {
  const tensors = new Map<string, ParameterValue>();
  for (const [key, one] of value.tensors) {
    const array = map(one);
    if (array.kind === "error") return errorValue;
    tensors.set(key, { ...one, value: array });
  }
  return { ...value, tensors };
}

/** Each tensor with a prefix of places: `g[n]`. */
export function partOfParameters(
  value: ParametersValue,
  places: readonly Form[],
): ParametersValue | ErrorValue {
  const part = mapParameters(value, ({ value: array }) => ({
    kind: "array",
    type: array.type,
    shape: array.shape.slice(places.length),
    element: (at, wanted) => array.element([...places, ...at], wanted),
  }));
  return part.kind === "error" ? part : { ...part, shape: [] };
}

/** D6.7: what a step has made is a constant for what is judged by it. */
export function stopped(value: ParametersValue, context: Context): ParametersValue | ErrorValue {
  return mapParameters(value, ({ value: array, owned }) =>
    entrywise(
      [array],
      context,
      owned.span,
      ([x]) => x && { type: x.type, expr: { kind: "apply", fn: "stop", operands: [x.expr] } },
    ),
  );
}
