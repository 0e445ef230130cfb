import type { Axis, Guard } from "../graph/expr.ts";
import { axesOfForm, mapForms, mapGuard, readsOf, readsOfForm } from "../graph/visit.ts";
import {
  axis as axisForm,
  constant,
  constantOf,
  linearIn,
  provablyNonnegative,
  scale,
  substitute,
  subtract,
  type Form,
} from "../integers/index.ts";
import type { FormedStep } from "./formed-step.ts";
import { changeOf } from "./row-change.ts";
import { rangeOfAxes } from "./lower-halo.ts";
import type { Kernel, Stage } from "./kernel.ts";

/**
 * An update whose new value is the old one but where a condition says otherwise, `if s == place then new else old`, writes
 * there alone, if it is written over the old one: one row of a cache costs a row. `old` has the names of what it is
 * written over, `write` is what the kernel writes. Undefined where the kernel does something else.
 */
export function writeRows(step: FormedStep, old: ReadonlySet<string>, write: string): FormedStep | undefined {
  const { kernel } = step;
  const stage = kernel.stages.find(({ output }) => output === write);
  if (stage === undefined || kernel.stages.some((other) => readsStage(other, stage.name))) return undefined;
  const changed = changeOf(stage, stage.axes, old);
  if (changed === undefined) return undefined;
  const rows = atFixedPlaces({ ...stage, ...changed }, kernel);
  if (rows === undefined) return undefined;
  const stages = kernel.stages.map((other) => (other === stage ? rows : other));
  const used = new Set(stages.flatMap(({ axes }) => axes));
  const isRead = (name: string): boolean => stages.some((other) => readsOperand(other, name));
  const kept = kernel.operands.map(({ name, access }) => access === "write" || isRead(name));
  return {
    ...step,
    kernel: {
      ...kernel,
      axes: kernel.axes.filter(({ name }) => used.has(name)),
      operands: kernel.operands.filter((_, place) => kept[place]),
      stages,
    },
    nodes: step.nodes.filter((_, place) => kept[place]),
  };
}

/** Each axis that a condition fixes left out, and its value put in its place; undefined where none is fixed. */
function atFixedPlaces(stage: Stage, kernel: Kernel): Stage | undefined {
  let current = stage;
  let target: readonly Form[] = stage.axes.map((name) => axisForm(name));
  for (const name of stage.axes) {
    const axis = kernel.axes.find((one) => one.name === name);
    const fixed = axis && valueOf(current.domain, axis);
    if (axis === undefined || fixed === undefined) continue;
    const inForm = (form: Form): Form =>
      substitute(form, (atom) => (atom.kind === "axis" && atom.name === name ? fixed.value : undefined));
    const range = rangeOfAxes(kernel, stage);
    const inside = [fixed.value, subtract(subtract(axis.extent, constant(1)), fixed.value)]
      .filter((form) => !provablyNonnegative(form, range))
      .map((form): Guard => ({ relation: "nonnegative", form }));
    const others = current.domain.filter((guard) => guard !== fixed.guard);
    target = target.map(inForm);
    current = {
      ...current,
      axes: current.axes.filter((other) => other !== name),
      domain: [...inside, ...others.map((guard) => mapGuard(guard, inForm))],
      body: mapForms(current.body, inForm),
    };
  }
  return current.axes.length === stage.axes.length ? undefined : { ...current, target };
}

/** The value that an equality gives an axis. */
function valueOf(
  domain: readonly Guard[],
  { name }: Axis,
): { readonly guard: Guard; readonly value: Form } | undefined {
  for (const guard of domain) {
    if (guard.relation !== "zero") continue;
    const parts = linearIn(guard.form, (atom) => atom.kind === "axis" && atom.name === name);
    const [own] = parts?.coefficients.values() ?? [];
    const coefficient = own && constantOf(own.coefficient);
    if (parts === undefined || (coefficient !== 1 && coefficient !== -1)) continue;
    if (!axesOfForm(parts.rest).has(name)) return { guard, value: scale(parts.rest, -coefficient) };
  }
  return undefined;
}

function readsStage({ body, domain }: Stage, name: string): boolean {
  return [...readsOf(body), ...domain.flatMap(({ form }) => readsOfForm(form))].some(
    ({ operand }) => operand === name,
  );
}

function readsOperand(stage: Stage, name: string): boolean {
  const target = (stage.target ?? []).flatMap(readsOfForm);
  return readsStage(stage, name) || target.some(({ operand }) => operand === name);
}
