import type { Span } from "../diagnostics/source.ts";
import type { Expr, Guard } from "../graph/expr.ts";
import type { FreeDim } from "../graph/graph.ts";
import { atomsOf, type Form } from "../integers/index.ts";
import type { Builder, Output } from "./checker-types.ts";
import { formsOf, visitExpr } from "../graph/visit.ts";
import { orderBindings } from "./order-bindings.ts";
import type { Binding, Body } from "./typed.ts";

/** The operands that an expression reads, in its values and in its subscripts. */
export function operandsOf(expr: Expr): ReadonlySet<string> {
  const names = new Set<string>();
  visitExpr(expr, (inner) => {
    if (inner.kind === "read") names.add(inner.operand);
    for (const form of formsOf(inner)) addReads(form, names);
  });
  return names;
}

function addReads(form: Form, names: Set<string>): void {
  for (const atom of atomsOf(form)) if (atom.kind === "read") names.add(atom.operand);
}

function operandsOfBinding(binding: Binding, { scans }: Builder): readonly string[] {
  const names = new Set<string>();
  if (binding.kind === "gradient") return [binding.of, binding.by];
  if (
    binding.kind === "before-turn" ||
    binding.kind === "sorting" ||
    binding.kind === "last" ||
    binding.kind === "stack"
  )
    return [binding.of];
  if (binding.kind === "carry") {
    const carries = scans.flatMap((scan) => scan.carries);
    const next = carries.flatMap((one) => (one.current === binding.name ? [one.next] : []));
    return [binding.of, ...next];
  }
  for (const { form } of binding.domain) addReads(form, names);
  if (binding.kind === "application") {
    return [...names, ...[...binding.inputs, ...binding.given].map(({ operand }) => operand)];
  }
  return [...names, ...operandsOf(binding.body)];
}

/** `attn.y` is a result of the application `attn`. */
function bindingOf(operand: string): string {
  return operand.split(".")[0] ?? operand;
}

export interface Needed {
  readonly bindings: readonly Binding[];
  /** Inputs, parameters and states. */
  readonly others: Set<string>;
}

export function neededFor(expr: Expr, builder: Builder): Needed {
  return neededFrom([...operandsOf(expr)], builder);
}

export function neededFrom(roots: readonly string[], builder: Builder): Needed {
  const byName = new Map(builder.bindings.map((binding) => [binding.name, binding]));
  const reached = new Set<Binding>();
  const others = new Set<string>();
  const visit = (operand: string): void => {
    const binding = byName.get(bindingOf(operand));
    if (binding === undefined) {
      others.add(operand);
      return;
    }
    if (reached.has(binding)) return;
    reached.add(binding);
    operandsOfBinding(binding, builder).forEach(visit);
  };
  roots.forEach(visit);
  return { bindings: builder.bindings.filter((binding) => reached.has(binding)), others };
}

/** D2.4: what the outputs need and nothing else. */
export function prune(
  builder: Builder,
  outputs: readonly Output[],
  span: Span,
  dims: readonly FreeDim[],
  facts: readonly Guard[],
): Body {
  const { updates } = builder;
  const { bindings, others } = neededFrom(
    [...outputs, ...updates].map(({ operand }) => operand),
    builder,
  );
  for (const { name } of updates) others.add(name);
  const needed = new Set(bindings.map((binding) => binding.name));
  const running = new Set(bindings.flatMap((binding) => ("turn" in binding ? [binding.turn] : [])));
  const scans = builder.scans
    .filter(({ turn }) => running.has(turn))
    .map((scan) => ({ ...scan, carries: scan.carries.filter(({ current }) => needed.has(current)) }));
  return {
    name: builder.name,
    span,
    dims,
    facts,
    inputs: builder.inputs,
    params: [...builder.params.values()].filter(({ name }) => others.has(name)),
    states: [...builder.states.values()].filter(({ name }) => others.has(name)),
    scans,
    bindings: orderBindings(
      bindings,
      scans,
      (binding) => operandsOfBinding(binding, builder),
      builder.session,
    ),
    outputs: outputs.map(({ range, ...output }) => ({ ...output, ...(range && { range }) })),
    updates: [...updates],
    draws: bindings.some(draws),
  };
}

function draws(binding: Binding): boolean {
  if (binding.kind === "application") return binding.callee.draws;
  if (binding.kind !== "equation") return false;
  let found = false;
  visitExpr(binding.body, ({ kind }) => {
    if (kind === "random") found = true;
  });
  return found;
}
