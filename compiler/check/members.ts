import type { Block, Expr, Name } from "../../grammar/ast.ts";
import { constant } from "../integers/index.ts";
import type { Span } from "../diagnostics/source.ts";
import { operandArray } from "./arrays.ts";
import { defineStatements } from "./block.ts";
import { freshBinding, trialOf } from "./builder.ts";
import type { Builder, Context, Entity, InstanceValue, Value } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { below, hasEntry, kindLabels, pathKey } from "./instances.ts";
import { describeOwned } from "./owned.ts";
import { rootsOfValue } from "./parameters.ts";
import { find, known, newScope, turnLabels, valueOf } from "./scope.ts";
import { tellIn } from "./session.ts";
import { wayNames } from "./signature.ts";
import { expressionsIn, partsOf } from "./syntax-walk.ts";
import { textOf } from "./texts.ts";
import type { Body, InstancePath, OwnedTensor } from "./typed.ts";
import { errorValue } from "./value.ts";
import { defineWhere } from "./where.ts";

/** `attn.step`, `a.b`, `wte.weight`: an entry, an instance inside, a parameter read as a tensor (D2.5). */
export function memberOfInstance(instance: InstanceValue, name: Name, context: Context): Value {
  const { declaration } = instance;
  const wanted = name.text;
  if (hasEntry(declaration, wanted)) return { ...instance, entry: wanted };
  if (appliedBody(instance.path, context.builder) === undefined) evaluateApplications(instance, context);
  const applied = appliedBody(instance.path, context.builder);
  const owned = applied && ownedIn(applied, wanted);
  if (owned !== undefined) return readOwned(owned, below(instance.path, ...owned.owned.path.labels), context);
  return insideOf(instance, name, context);
}

/** The body of an instance that has been applied here, or inside of one that has. */
function appliedBody({ root, labels }: InstancePath, { applied }: Builder): Body | undefined {
  for (let length = labels.length; length >= 0; length--) {
    for (const around of applied.get(pathKey({ root, labels: labels.slice(0, length) })) ?? []) {
      const body = bodyInside(around, labels.slice(length));
      if (body !== undefined) return body;
    }
  }
  return undefined;
}

function bodyInside(body: Body, labels: readonly string[]): Body | undefined {
  if (labels.length === 0) return body;
  for (const binding of body.bindings) {
    if (binding.kind !== "application" || binding.path.root !== "own") continue;
    const own = binding.path.labels;
    if (own.length === 0 || own.some((label, place) => label !== labels[place])) continue;
    const found = bodyInside(binding.callee, labels.slice(own.length));
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Order is free (D1.2): the equations that apply the instance, or what it is a part of, and so decide its shapes, may
 * stand further down.
 */
export function evaluateApplications({ path, declaration }: InstanceValue, context: Context): void {
  const turns = turnLabels(context.scope);
  const label =
    path.labels[turns.every((turn, place) => path.labels[place] === turn) ? turns.length : 0] ?? "model";
  const isEntry = (name: string): boolean => hasEntry(declaration, name);
  const seen = new Map<object, boolean>();
  const isIt = (part: Expr): boolean => {
    if (part.kind !== "name") return false;
    if (part.text === label) return true;
    const value = find(part.text, context.scope)?.entity.value;
    if (value?.kind === "instance") return isAround(value.path, path);
    // A function of this block may apply it.
    if (value?.kind !== "function" || value.scope.builder === undefined) return false;
    const before = seen.get(value.declaration);
    if (before !== undefined) return before;
    seen.set(value.declaration, false);
    const does = expressionsIn(value.declaration.body).some((expr) => applies(expr, isIt, isEntry));
    seen.set(value.declaration, does);
    return does;
  };
  for (const entity of [...context.scope.entities.values()]) {
    const { equation } = entity;
    if (entity.state !== "new" || equation === undefined || isNextLayer(entity, context)) continue;
    if (applies(equation, isIt, isEntry)) valueOf(entity, context.builder.session);
  }
}

/** `net' = …`: what a step makes of a layer follows from how the layer is applied, and not the other way round. */
function isNextLayer({ name }: Entity, context: Context): boolean {
  const before = name.endsWith("'") ? find(name.slice(0, -1), context.scope) : undefined;
  return before !== undefined && rootsOfValue(valueOf(before.entity, context.builder.session)).length > 0;
}

function isAround(outer: InstancePath, inner: InstancePath): boolean {
  return (
    outer.root === inner.root &&
    outer.labels.length <= inner.labels.length &&
    outer.labels.every((label, place) => inner.labels[place] === label)
  );
}

/** Where it is used, or is the label of a stage. Who reads a parameter of it, or takes a gradient by it, does not. */
function applies(expr: Expr, isIt: (part: Expr) => boolean, isEntry: (member: string) => boolean): boolean {
  const inside = (parts: readonly Expr[]): boolean => parts.some((part) => applies(part, isIt, isEntry));
  if (isIt(expr)) return true;
  if (expr.kind === "member" && isIt(expr.object)) return isEntry(expr.name.text);
  if (expr.kind === "call" && expr.callee.kind === "name" && expr.callee.text === "grad") {
    return inside(partsOf(expr).filter((part) => !isIt(part)));
  }
  const labels = expr.kind === "pipe" ? expr.stages.map(({ label }) => label) : [];
  return labels.some((label) => label?.kind === "name" && isIt(label)) || inside(partsOf(expr));
}

interface OwnedInside {
  readonly owned: OwnedTensor;
  readonly kind: "param" | "state";
}

/** What a body owns, or an instance in it whose label adds nothing to a path (D2.1). */
function ownedIn({ params, states, bindings }: Body, name: string): OwnedInside | undefined {
  const param = params.find((one) => isOwn(one, name));
  if (param !== undefined) return { owned: param, kind: "param" };
  const state = states.find((one) => isOwn(one, name));
  if (state !== undefined) return { owned: state, kind: "state" };
  for (const binding of bindings) {
    if (binding.kind !== "application" || !isUnnamed(binding.path)) continue;
    const inside = ownedIn(binding.callee, name);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function isUnnamed({ root, labels }: InstancePath): boolean {
  return root === "own" && labels.length > 0 && labels.every((label) => label === "");
}

function isOwn(owned: OwnedTensor, name: string): boolean {
  return owned.path.root === "own" && owned.path.labels.length === 1 && owned.path.labels[0] === name;
}

function readOwned({ owned, kind }: OwnedInside, path: InstancePath, context: Context): Value {
  const { builder } = context;
  const known = kind === "param" ? builder.params : builder.states;
  const key = pathKey(path);
  const before = [...known.values()].find((one) => pathKey(one.path) === key);
  const name = before?.name ?? freshBinding(builder, path.labels.filter((label) => label !== "").join("_"));
  if (before === undefined) known.set(name, { ...owned, name, path });
  const operand = kind === "state" ? beforeTurn(name, context, owned.span) : name;
  return operandArray(operand, { dtype: owned.dtype, shape: owned.shape.map(constant) });
}

/** In the body of a scan of this builder, what a state is there. */
function beforeTurn(state: string, { builder, times }: Context, span: Span): string {
  const turns = times
    .map(({ name }) => name)
    .filter((name) => builder.scans.some(({ turn }) => turn === name));
  if (turns.length === 0) return state;
  const name = freshBinding(builder, state);
  builder.bindings.push({ kind: "before-turn", name, turns, of: state, span });
  return name;
}

/** Looks into a declaration with its hyper-parameters alone: what its inputs decide is not known there. */
export function insideOf(instance: InstanceValue, name: Name, context: Context): Value {
  const { declaration } = instance;
  const { session } = context.builder;
  const builder: Builder = {
    ...trialOf(context.builder),
    identity: {},
    bindings: [],
    names: new Set(),
    kinds: kindLabels(declaration, instance.scope, session),
    applied: new Map(),
    session: { ...session, diagnostics: new Map() },
  };
  const scope = newScope(instance.scope, builder);
  for (const [key, value] of instance.hypers) scope.entities.set(key, known(key, undefined, value));
  const inner = newContext(builder, scope);
  defineWhere(declaration.signature.where, scope, inner);
  defineStatements(declaration.body, declaration, scope, builder, []);
  const statement = declaration.body.statements.find(
    (one) =>
      (one.kind === "param" || one.kind === "state") &&
      (one.name.text === name.text || (one.alias && textOf(one.alias, inner)) === name.text),
  );
  if (statement?.kind === "param" || statement?.kind === "state") {
    const owned = describeOwned(statement, inner);
    if (owned !== undefined) {
      const path = below(instance.path, ...owned.tensor.path.labels);
      const tensor = { ...owned.tensor, name: name.text };
      return readOwned({ owned: tensor, kind: statement.kind }, path, context);
    }
    // In the check of a declaration nothing is applied: each application decides.
    if (context.builder.mode === "declaration") return errorValue;
    tellIn(context.builder, "DLC3012", {
      message: `the shape of \`${name.text}\` follows from what the layer is applied to, and it is not applied before this`,
      span: name.span,
    });
    return errorValue;
  }
  const entity = scope.entities.get(name.text);
  const value = entity && valueOf(entity, session);
  if (value !== undefined) {
    const moved = moveBelow(value, instance);
    if (moved !== undefined) return moved;
  }
  for (const one of declaration.body.statements) {
    if (one.kind !== "equation" || one.alias === undefined || textOf(one.alias, inner) !== "") continue;
    const unnamed = scope.entities.get(one.targets[0]?.name.text ?? "");
    const moved = unnamed && moveBelow(valueOf(unnamed, session), instance);
    if (moved?.kind === "instance") return memberOfInstance(moved, name, context);
  }
  // What such a stage owns shows where it is applied, and nothing is in the check of a declaration.
  if (context.builder.mode === "declaration" && hasUnnamedStage(declaration.body, inner)) return errorValue;
  tellIn(context.builder, "DLC2001", {
    message: `\`${declaration.name.text}\` has no entry, parameter or layer \`${name.text}\``,
    span: name.span,
    help: [`its entries are ${wayNames(declaration).join(", ")}`],
  });
  return errorValue;
}

/** `x |> "": Inner()`: a stage whose label adds nothing to a path (D2.1). */
function hasUnnamedStage({ statements }: Block, context: Context): boolean {
  const isUnnamedPipe = (expr: Expr): boolean =>
    expr.kind === "pipe" &&
    expr.stages.some(({ label }) => label?.kind === "string" && textOf(label, context) === "");
  const inside = (expr: Expr): boolean => isUnnamedPipe(expr) || partsOf(expr).some(inside);
  return statements.some((one) =>
    one.kind === "scan" || one.kind === "repeat"
      ? hasUnnamedStage(one.body, context)
      : one.kind === "equation" && inside(one.value),
  );
}

/** An instance inside another, seen from outside. */
function moveBelow(value: Value, around: InstanceValue): Value | undefined {
  const { path, made } = around;
  if (value.kind === "instance") {
    // Whoever reaches it through what owns it finds the same parameters.
    const inside: InstancePath = { root: path.root, labels: [...path.labels, ...value.path.labels] };
    return { ...value, path: inside, made: `${made}/${value.made}` };
  }
  if (value.kind === "function" || value.kind === "prelude") return value;
  if (value.kind !== "list") return undefined;
  const elements = value.elements.map((element) => moveBelow(element, around));
  return elements.every((element) => element !== undefined) ? { kind: "list", elements } : undefined;
}
