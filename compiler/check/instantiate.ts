import type { Formal, FunctionDeclaration, UnitDeclaration } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import { assume, mentions, type Atom, type Facts } from "../integers/index.ts";
import { isFloat, type Dtype } from "../scalar/dtype.ts";
import { operandArray } from "./arrays.ts";
import { defineStatements } from "./block.ts";
import type {
  ApplicationSite,
  Builder,
  Given,
  Instantiated,
  Scope,
  Session,
  Target,
  Via,
} from "./checker-types.ts";
import type { Origin } from "./scalar.ts";
import { newContext } from "./context.ts";
import { fillTo } from "./equations.ts";
import { evaluate } from "./evaluate.ts";
import { boundedDims, freeInput } from "./free-inputs.ts";
import { deepest } from "./inline.ts";
import { defaultOf } from "./input-defaults.ts";
import { hypersKey, kindLabels } from "./instances.ts";
import { refuseNextValues } from "./next-values.ts";
import { optimizerOutputs } from "./optimizer-outputs.ts";
import { matchInput, type Matched } from "./match.ts";
import { declaredOutputs, outputsOf } from "./outputs.ts";
import { prune } from "./prune.ts";
import { define, known, newScope, valueOf } from "./scope.ts";
import { identityOf, tell } from "./session.ts";
import { wayInto } from "./signature.ts";
import { errorValue } from "./value.ts";
import { collectUpdates } from "./updates.ts";
import { checkWhere, defineWhere } from "./where.ts";

/** A declaration with everything chosen; equal choices are looked at once. Undefined where it does not work out. */
export function instantiate(
  target: Target,
  given: readonly (Given | undefined)[],
  via: Via,
): Instantiated | undefined {
  const { session } = via.caller;
  const facts = sizeFacts(via);
  const key = keyOf(target, given, via, facts);
  if (session.bodies.has(key)) {
    const done = session.bodies.get(key);
    if (done !== undefined || session.failed.has(key)) return done;
  }
  const { declaration } = target;
  if (session.depth.value >= deepest || session.inProgress.has(key)) {
    tell(session, "DLC2014", {
      message: `\`${declaration.name.text}\` applies itself without an end`,
      span: declaration.name.span,
      help: ["let every path to it lead through an `if` whose condition is known when the model is built"],
    });
    return undefined;
  }
  session.depth.value++;
  session.inProgress.add(key);
  try {
    const result = instantiateNew(target, given, via, facts);
    session.bodies.set(key, result);
    if (result === undefined) session.failed.add(key);
    return result;
  } finally {
    session.depth.value--;
    session.inProgress.delete(key);
  }
}

/** What is known of sizes where it is applied (D3.6); indices are no business of what is applied. */
function sizeFacts({ caller, guards }: Via): Facts {
  return assume(caller.facts, ...guards.filter(({ form }) => !mentions(form, isOfAnIndex)));
}

function isOfAnIndex(atom: Atom): boolean {
  return atom.kind === "axis" || atom.kind === "read";
}

function keyOf(target: Target, given: readonly (Given | undefined)[], via: Via, facts: Facts): string {
  const { session } = via.caller;
  const inputs = given.map((one) =>
    one === undefined
      ? "-"
      : `${one.type}[${one.shape.map(({ key }) => key).join(",")}]${one.range ? `${one.range.low.key}..${one.range.high.key}` : ""}${one.form?.key ?? ""}`,
  );
  return [
    via.caller.mode,
    via.caller.training,
    identityOf(session, target.declaration),
    identityOf(session, target.scope),
    target.entry,
    hypersKey(target.hypers, session),
    (target.scheduled ?? []).map(({ name }) => name.text).join(","),
    inputs.join(";"),
    via.slots,
    factsKey(facts),
    facts === via.caller.certain ? "" : factsKey(via.caller.certain),
  ].join("|");
}

function factsKey(facts: Facts): string {
  const bounds = [...facts.bounds].map(
    ([name, { low, high }]) => `${name}:${low?.key ?? ""}..${high?.key ?? ""}`,
  );
  const solved = [...facts.substitutions].map(([name, form]) => `${name}=${form.key}`);
  return [...bounds, ...solved, ...facts.nonnegative.map(({ key }) => key)].join("&");
}

function instantiateNew(
  target: Target,
  given: readonly (Given | undefined)[],
  via: Via,
  facts: Facts,
): Instantiated | undefined {
  const { declaration } = target;
  const way = wayInto(declaration, target.entry);
  if (way === undefined) return undefined;
  const { caller } = via;
  const builder: Builder = {
    identity: {},
    session: caller.session,
    name: target.entry === "forward" ? declaration.name.text : `${declaration.name.text}.${target.entry}`,
    mode: caller.mode,
    training: caller.training,
    streams: { next: 0 },
    real: realOf(way.inputs, given),
    facts,
    certain: caller.certain,
    inputs: [],
    bindings: [],
    scans: [],
    turns: [],
    params: new Map(),
    states: new Map(),
    updates: [],
    obligations: undefined,
    totals: declaration.kind === "optimizer" ? [] : undefined,
    names: new Set(),
    freeDims: new Set(),
    outer: via.inner ? target.scope.builder : undefined,
    captures: [],
    slots: via.inner ? caller.slots : via.slots,
    frame: { name: via.name, span: via.span, outer: caller.frame },
    depth: caller.depth + 1,
    nested: caller.totals !== undefined,
    kinds:
      declaration.kind === "function" ? caller.kinds : kindLabels(declaration, target.scope, caller.session),
    applied: new Map(),
  };
  return build(target, given, builder, { name: via.name, span: via.span });
}

/** D5.2: one float dtype for each application, that of its `real` inputs. */
function realOf(inputs: readonly Formal[], given: readonly (Given | undefined)[]): Dtype {
  for (const [place, formal] of inputs.entries()) {
    const type = given[place]?.type;
    const real = formal.type?.kind === "named-type" && formal.type.name.text === "real";
    if (real && type !== undefined && type !== "counted" && type !== "float" && isFloat(type)) return type;
  }
  return "f32";
}

/** Fills a builder with a declaration; `given` has the types of its inputs, unless nobody gives them. */
export function build(
  target: Target,
  given: readonly (Given | undefined)[] | "free",
  builder: Builder,
  site: ApplicationSite,
): Instantiated | undefined {
  const { declaration, hypers } = target;
  const { session } = builder;
  const way = wayInto(declaration, target.entry);
  if (way === undefined) return undefined;
  const outer = newScope(target.scope, builder);
  for (const [name, value] of hypers)
    outer.entities.set(name, known(name, hyperSpan(declaration, name), value));
  const scope = way.entry === undefined ? outer : newScope(outer, builder);
  const unitContext = newContext(builder, outer);
  const context = newContext(builder, scope);
  defineWhere(declaration.signature.where, outer, unitContext);
  if (way.entry !== undefined && declaration.kind !== "function") {
    defineStatements(declaration.body, declaration, outer, builder, []);
    defineWhere(way.where, scope, context);
  }
  const formals = [...way.inputs, ...(target.scheduled ?? [])];
  const matched = matchInputs(formals, given, scope, builder, site);
  if (matched === undefined) return undefined;
  const conditions = [checkWhere(declaration.signature.where, unitContext, site)];
  if (way.entry !== undefined) conditions.push(checkWhere(way.where, context, site));
  // Where a condition does not hold, nothing inside is worth a message.
  if (conditions.some(({ holds }) => !holds)) return undefined;
  const stated = conditions.flatMap((where) => where.stated);
  const block = way.entry?.body ?? declaration.body;
  if (block.kind === "block") {
    defineStatements(block, declaration, scope, builder, way.results);
    if (declaration.kind !== "optimizer") refuseNextValues(block, scope, builder);
  }
  // What others apply takes its defaults there; of an entry they are left to who calls the module.
  const called = given === "free" && declaration.kind === "model" && builder.mode === "instance";
  if (!defineInputs(formals, matched, scope, builder, called)) return undefined;
  // Inside the check of a declaration, others are known by their headers.
  const byHeader = builder.mode === "declaration" && site !== undefined && way.results.length > 0;
  const outputs =
    declaration.kind === "optimizer"
      ? optimizerOutputs(way.inputs, scope, builder, declaration.name.span)
      : byHeader
        ? declaredOutputs(way.results, scope, builder, site, firstOrigin(given))
        : outputsOf(block, way.results, scope, builder, site, firstOrigin(given));
  if (outputs === undefined) return undefined;
  if (builder.mode === "declaration" && site === undefined) evaluateAll([outer, scope], session);
  if (builder.mode === "instance") {
    for (const one of new Set([outer, scope, ...builder.turns])) collectUpdates(one, builder);
  }
  const inputs = builder.inputs.map((input) => ({
    ...input,
    capture: builder.captures.find((capture) => capture.input === input.name),
  }));
  const body =
    builder.mode === "instance"
      ? prune(builder, outputs, declaration.name.span, boundedDims(builder), stated)
      : undefined;
  const totals = totalBodies(builder, declaration.name.span);
  if (builder.totals !== undefined && builder.totals.length > 0 && builder.nested) {
    tell(session, "DLC3019", {
      message: "an optimizer with `total` inside another one is not built yet",
      span: site?.span ?? declaration.name.span,
    });
    return undefined;
  }
  return {
    body,
    inputs,
    outputs,
    totals,
    local: builder.outer !== undefined,
  };
}

/** What one parameter adds to each total; a later one may read those before it. */
function totalBodies(builder: Builder, span: Span): Instantiated["totals"] {
  const totals = builder.totals ?? [];
  return totals.map(({ input, operand, dtype }, place) => {
    const later = new Set(totals.slice(place).map((one) => one.input));
    const own = { ...builder, updates: [], inputs: builder.inputs.filter(({ name }) => !later.has(name)) };
    const outputs = [{ name: "part", operand, dtype, shape: [], span }];
    return { input, dtype, body: prune(own, outputs, span, [], []) };
  });
}

/** Also what no output needs is checked. */
function evaluateAll(scopes: readonly Scope[], session: Session): void {
  for (const scope of scopes) for (const entity of [...scope.entities.values()]) valueOf(entity, session);
}

function firstOrigin(given: readonly (Given | undefined)[] | "free"): Origin | undefined {
  return given === "free" ? undefined : given.find((one) => one?.origin !== undefined)?.origin;
}

function hyperSpan(declaration: FunctionDeclaration | UnitDeclaration, name: string): Span | undefined {
  return declaration.signature.lists[0]?.items.find((formal) => formal.name.text === name)?.name.span;
}

/** Tensors first, since they bind dims; then the numbers that fill what they bound. */
function matchInputs(
  formals: readonly Formal[],
  given: readonly (Given | undefined)[] | "free",
  scope: Scope,
  builder: Builder,
  site: ApplicationSite,
): ReadonlyMap<Formal, Matched> | undefined {
  const matched = new Map<Formal, Matched>();
  const context = newContext(builder, scope);
  if (given === "free") {
    for (const formal of formals) {
      const input = freeInput(formal, context);
      if (input === undefined) return undefined;
      matched.set(formal, input);
    }
    return matched;
  }
  const order = formals.map((formal, place) => ({ formal, one: given[place] }));
  order.sort((a, b) => Number(a.one?.shape.length === 0) - Number(b.one?.shape.length === 0));
  for (const { formal, one } of order) {
    if (one === undefined) continue;
    const result = matchInput(formal, one, context, site);
    if (result === undefined) return undefined;
    matched.set(formal, result);
  }
  return matched;
}

function defineInputs(
  formals: readonly Formal[],
  matched: ReadonlyMap<Formal, Matched>,
  scope: Scope,
  builder: Builder,
  called: boolean,
): boolean {
  for (const formal of formals) {
    const name = formal.name.text;
    const type = matched.get(formal);
    if (type === undefined) {
      const context = newContext(builder, scope);
      const value = formal.initial ? evaluate(formal.initial, context) : errorValue;
      const filled = fillTo(value, formal.type, context, formal.span);
      define(builder.session, scope, known(name, formal.name.span, filled));
      continue;
    }
    const { dtype, shape, range, origin } = type;
    builder.names.add(name);
    const initial = called ? defaultOf(formal, dtype, range, newContext(builder, scope)) : undefined;
    builder.inputs.push({
      name,
      dtype,
      shape,
      span: formal.span,
      ...(range && { range }),
      ...(initial !== undefined && { initial }),
    });
    define(
      builder.session,
      scope,
      known(name, formal.name.span, operandArray(name, { dtype, shape, range }, [], origin)),
    );
  }
  return true;
}
