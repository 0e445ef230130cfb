import type { Application, ApplicationInput, Body, Equation, Gradient, Sorting } from "../check/typed.ts";
import type { Axis, Expr } from "../graph/expr.ts";
import type { Node } from "../graph/graph.ts";
import { axesOfForm, readsOf, readsOfForm, visitExpr } from "../graph/visit.ts";
import { axis as axisForm, type Form } from "../integers/index.ts";
import { joinPath, pathOf, resolvePath, type Place } from "./paths.ts";
import { placedDraws } from "./placed-draws.ts";
import { valueOf, type Context, type Elaboration, type Value } from "./elaboration.ts";
import { elaborateCarry, elaborateResult, withScans } from "./elaborate-scan.ts";
import { elaborateBeforeTurn, ownedValue, ownTimes, type Given } from "./owned-value.ts";
import { noteChangedStates, writeState } from "./states.ts";
import { readRewriter, type ReadRewriter, type Target } from "./rewrite-reads.ts";

/**
 * Puts the body of an entry into the graph; answers the node of each of its outputs. `path` is that of the draws that
 * stand in the body itself.
 */
export function elaborateEntry(
  body: Body,
  elaboration: Elaboration,
  path: readonly string[],
): ReadonlyMap<string, string> {
  const inputs = new Map<string, Value>();
  for (const { name, dtype, shape, range, initial, span } of body.inputs) {
    const node = elaboration.builder.add(name, (unique) => ({
      kind: "input",
      name: unique,
      dtype,
      shape,
      ...(range && { range }),
      ...(initial !== undefined && { initial }),
      span,
    }));
    inputs.set(name, { node, context: [] });
  }
  const place: Place = { own: [], slots: [] };
  const outputs = elaborateBody(
    body,
    inputs,
    place,
    { axes: [], domain: [], path, turns: new Map(), times: [] },
    "",
    elaboration,
    new Map(),
  );
  return new Map([...outputs].map(([name, value]) => [name, value.node]));
}

function elaborateBody(
  body: Body,
  inputs: ReadonlyMap<string, Value>,
  place: Place,
  around: Context,
  prefix: string,
  elaboration: Elaboration,
  given: Given,
): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>(inputs);
  const context = withScans(body.scans, around, elaboration);
  noteChangedStates(body, place, context, elaboration);
  for (const kind of ["param", "state"] as const) {
    for (const tensor of kind === "param" ? body.params : body.states) {
      values.set(tensor.name, ownedValue(kind, tensor, place, context, elaboration, given));
    }
  }
  for (const binding of body.bindings) {
    switch (binding.kind) {
      case "equation":
        values.set(binding.name, elaborateEquation(binding, values, context, prefix, elaboration));
        break;
      case "sorting":
        values.set(binding.name, elaborateSorting(binding, values, prefix, elaboration));
        break;
      case "carry":
        values.set(
          binding.name,
          elaborateCarry(binding, valueOf(values, binding.of), context, prefix, elaboration),
        );
        break;
      case "last":
      case "stack":
        values.set(binding.name, elaborateResult(binding, body.scans, values, context, prefix, elaboration));
        break;
      case "before-turn":
        values.set(binding.name, elaborateBeforeTurn(binding, body, values, place, context, elaboration));
        break;
      case "gradient":
        values.set(binding.name, elaborateGradient(binding, values, context, prefix, elaboration));
        break;
      case "application": {
        const outputs = elaborateApplication(binding, values, place, context, prefix, elaboration, given);
        for (const [name, value] of outputs) values.set(`${binding.name}.${name}`, value);
        break;
      }
      default:
        binding satisfies never;
    }
  }
  for (const { kind, name, operand } of body.updates) {
    const owned = (kind === "param" ? body.params : body.states).find((one) => one.name === name);
    if (owned === undefined) throw new Error(`bug: ${body.name} updates ${name}, which it does not own`);
    const next = valueOf(values, operand);
    if (next.context.length > 0) throw new Error(`bug: ${name} would have several next values`);
    const state = pathOf(kind, owned, place);
    writeState(state, next.node, context.times, elaboration, () => valueOf(values, name).node);
  }
  return new Map(body.outputs.map(({ name, operand }) => [name, valueOf(values, operand)]));
}

/** An order for each value of the indices on which what is sorted depends. */
function elaborateSorting(
  { name, of, count, descending, span }: Sorting,
  values: ReadonlyMap<string, Value>,
  prefix: string,
  { builder }: Elaboration,
): Value {
  const sorted = valueOf(values, of);
  const shape = [...builder.node(sorted.node).shape.slice(0, -1), count];
  const node = builder.add(prefix + name, (unique): Node => ({
    kind: "argsort",
    name: unique,
    dtype: "i32",
    shape,
    of: sorted.node,
    descending,
    span,
  }));
  return { ...sorted, node };
}

/** The free axes are those around the body on which the scalar depends, and its own. */
function elaborateGradient(
  gradient: Gradient,
  values: ReadonlyMap<string, Value>,
  context: Context,
  prefix: string,
  elaboration: Elaboration,
): Value {
  const [of, by] = [gradient.of, gradient.by].map((operand) => valueOf(values, operand));
  if (of === undefined || by === undefined) throw new Error("bug: a gradient of nothing");
  const { builder } = elaboration;
  const missing = by.context.filter((name) => !of.context.includes(name));
  const leading = context.axes.filter(({ name }) => of.context.includes(name) || missing.includes(name));
  const taken = new Set(leading.map(({ name }) => name));
  const own = gradient.context.map((axis) => {
    const name = uniqueName(axis.name, (wished) => taken.has(wished));
    taken.add(name);
    return { ...axis, name };
  });
  const axes = [...leading, ...own];
  const wrt = builder.node(by.node);
  const rest = wrt.shape.slice(by.context.length);
  const base = {
    dtype: gradient.dtype,
    shape: [...axes.map(({ extent }) => extent), ...rest],
    span: gradient.span,
  };
  const node = builder.add(prefix + gradient.name, (name): Node => {
    // What does not change with an index of x does not depend on x.
    if (missing.length > 0) {
      const places = rest.map((extent, place) => {
        const unique = uniqueName(`q${place}`, (wished) => taken.has(wished));
        return { name: unique, extent };
      });
      const body = { kind: "constant", dtype: gradient.dtype, value: 0 } as const;
      return { ...base, kind: "compute", name, axes: [...axes, ...places], domain: [], body };
    }
    return { ...base, kind: "grad", name, of: of.node, wrt: by.node, axes, shared: by.context };
  });
  return { node, context: leading.map(({ name }) => name) };
}

function elaborateEquation(
  equation: Equation,
  values: ReadonlyMap<string, Value>,
  context: Context,
  prefix: string,
  elaboration: Elaboration,
): Value {
  const around = contextOf(equation, values, context);
  const { rewriter, renamed } = rewriterFor(equation, values, around, context);
  const used = new Set(around.map((axis) => axis.name));
  const axes = [...around, ...equation.axes.map((axis) => ({ ...axis, name: renamed(axis.name) }))];
  const domain = [
    ...context.domain.filter((guard) => [...axesOfForm(guard.form)].every((axis) => used.has(axis))),
    ...equation.domain.map(rewriter.guard),
  ];
  const node = elaboration.builder.add(prefix + equation.name, (name) => ({
    kind: "compute",
    name,
    dtype: equation.dtype,
    shape: axes.map((axis) => axis.extent),
    axes,
    domain,
    body: placedDraws(rewriter.expr(equation.body), {
      axes: equation.axes,
      around: [...context.times, ...around],
      turns: [...context.turns.values()],
      path: context.path,
    }),
    span: equation.span,
  }));
  return { node, context: around.map((axis) => axis.name) };
}

function turnNames(turns: Context["turns"]): readonly (readonly [string, string])[] {
  return [...turns].map(([old, { name }]) => [old, name] as const);
}

/** The indices around the body on which an equation depends: those of what it reads, or all where it draws. */
function contextOf(
  equation: Equation,
  values: ReadonlyMap<string, Value>,
  context: Context,
): readonly Axis[] {
  if (context.axes.length === 0) return [];
  const inside: Expr[] = [];
  visitExpr(equation.body, (expr) => inside.push(expr));
  if (inside.some((expr) => expr.kind === "random")) return context.axes;
  const reads = [...readsOf(equation.body), ...equation.domain.flatMap(({ form }) => readsOfForm(form))];
  const needed = new Set(reads.flatMap(({ operand }) => valueOf(values, operand).context));
  return context.axes.filter((axis) => needed.has(axis.name));
}

function rewriterFor(
  equation: Pick<Equation, "axes" | "body">,
  values: ReadonlyMap<string, Value>,
  around: readonly Axis[],
  { turns }: Context,
): { readonly rewriter: ReadRewriter; readonly renamed: (name: string) => string } {
  const taken = new Set(around.map((axis) => axis.name));
  const own = [...equation.axes.map((axis) => axis.name), ...reductionAxes(equation.body)];
  const names = new Map<string, string>();
  for (const name of own) {
    const unique = uniqueName(
      name,
      (wished) => taken.has(wished) || (wished !== name && own.includes(wished)),
    );
    taken.add(unique);
    names.set(name, unique);
  }
  const renamed = (name: string): string => names.get(name) ?? name;
  const forms = new Map<string, Form>(
    [...names, ...turnNames(turns)]
      .filter(([old, name]) => old !== name)
      .map(([old, name]) => [old, axisForm(name)]),
  );
  const targetOf = (operand: string): Target => {
    const { node, context, kept = [] } = valueOf(values, operand);
    return { node, leading: context.map((name) => axisForm(name)), kept };
  };
  return { rewriter: readRewriter(targetOf, forms), renamed };
}

function reductionAxes(body: Expr): readonly string[] {
  const names: string[] = [];
  visitExpr(body, (expr) => {
    if (expr.kind === "reduce") names.push(...expr.axes.map((axis) => axis.name));
  });
  return names;
}

function uniqueName(name: string, isTaken: (name: string) => boolean): string {
  let unique = name;
  for (let number = 2; isTaken(unique); number++) unique = `${name}_${number}`;
  return unique;
}

function elaborateApplication(
  application: Application,
  values: ReadonlyMap<string, Value>,
  place: Place,
  context: Context,
  prefix: string,
  elaboration: Elaboration,
  given: Given,
): ReadonlyMap<string, Value> {
  const { callee } = application;
  // The indices of the application stand inside those around it, under names that are free there.
  const names = new Map<string, string>();
  const taken = new Set(context.axes.map((axis) => axis.name));
  for (const { name } of application.context) {
    const unique = uniqueName(name, (wished) => taken.has(wished));
    taken.add(unique);
    names.set(name, unique);
  }
  const own = application.context.map((axis) => ({ ...axis, name: names.get(axis.name) ?? axis.name }));
  const rewriter = readRewriter(
    (operand) => {
      const { node, context: leading, kept = [] } = valueOf(values, operand);
      return { node, leading: leading.map((name) => axisForm(name)), kept };
    },
    new Map([...names, ...turnNames(context.turns)].map(([old, name]) => [old, axisForm(name)])),
  );
  const inputs = new Map<string, Value>();
  callee.inputs.forEach((input, number) => {
    const argument = application.inputs[number];
    if (argument === undefined) throw new Error(`bug: ${callee.name} lacks its input ${input.name}`);
    inputs.set(input.name, inputValue(argument, values, own));
  });
  const parameter =
    application.parameter === undefined
      ? place.parameter
      : joinPath(resolvePath(application.parameter, place));
  const label = joinPath(application.path.labels);
  // An optimizer is told apart by the parameter: what its application is called depends on the others.
  const drawn = application.parameter === undefined ? [application.name] : [label, parameter ?? ""];
  const inner: Context = {
    axes: [...context.axes, ...own],
    domain: [...context.domain, ...application.domain.map(rewriter.guard)],
    path: [...context.path, ...drawn],
    turns: context.turns,
    times: [...context.times, ...ownTimes(application.turns, context)],
  };
  const calleePlace: Place = {
    own: resolvePath(application.path, place),
    slots: application.slots.map((slot) => resolvePath(slot, place)),
    ...(parameter !== undefined && { parameter }),
  };
  const others = new Map(given);
  for (const one of application.given) {
    others.set(joinPath(resolvePath(one.path, place)), inputValue(one, values, own));
  }
  const calleePrefix = `${prefix}${label === "" ? application.name : label}.`;
  const outputs = elaborateBody(callee, inputs, calleePlace, inner, calleePrefix, elaboration, others);
  const indices = own.map((axis) => axis.name);
  return new Map([...outputs].map(([name, value]) => [name, seenFromOutside(value, indices)]));
}

/** Readers outside write out the application's own indices; those around the body stay implied. */
function seenFromOutside({ node, context }: Value, indices: readonly string[]): Value {
  return {
    node,
    context: context.filter((name) => !indices.includes(name)),
    kept: indices.map((name) => context.includes(name)),
  };
}

function inputValue(
  given: ApplicationInput,
  values: ReadonlyMap<string, Value>,
  own: readonly Axis[],
): Value {
  const { node, context } = valueOf(values, given.operand);
  return { node, context: given.indexed ? [...context, ...own.map((axis) => axis.name)] : context };
}
