import type { Span } from "../diagnostics/source.ts";
import type { Facts } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import type { Session } from "./session.ts";
import type { Binding, Body, BodyInput, InstancePath, OwnedTensor } from "./typed.ts";

/**
 * `declaration`: hyper-parameters and sizes are symbols, and what is undecided is left to each application.
 * `instance`: they have values, and what is undecided is an error.
 */
export type Mode = "declaration" | "instance";

/** Who applied the declaration that is being checked, up to the entry of the model. */
export interface ApplicationFrame {
  readonly name: string;
  readonly span: Span;
  readonly outer: ApplicationFrame | undefined;
}

/** A body while it is being built. */
export interface Builder {
  /** The same for a body and for trials of it. */
  readonly identity: object;
  readonly session: Session;
  readonly name: string;
  readonly mode: Mode;
  /** What `real` is. */
  readonly real: Dtype;
  /** Grows with the facts of the header. */
  facts: Facts;
  readonly inputs: BodyInput[];
  readonly bindings: Binding[];
  readonly params: Map<string, OwnedTensor>;
  readonly states: Map<string, OwnedTensor>;
  readonly names: Set<string>;
  /** Sizes that are known only at a call, in the order of the header. */
  readonly freeDims: Set<string>;
  /** The builder of the block around a local function. */
  readonly outer: Builder | undefined;
  /** What a local function reads of the block around it: operand there → input here. */
  readonly captures: Map<string, string>;
  /** How many slots the body has. */
  readonly slots: number;
  readonly frame: ApplicationFrame | undefined;
  readonly depth: number;
  /** Unlabelled instances, as numbered. */
  readonly kinds: ReadonlyMap<object, string>;
  /** Bodies of instances that were applied here, by the key of their path: for reading their parameters. */
  readonly applied: Map<string, { readonly body: Body; readonly slots: readonly InstancePath[] }>;
}

/** A name for a binding that no other has. */
export function freshBinding(builder: Builder, hint: string): string {
  let name = hint;
  for (let turn = 2; builder.names.has(name); turn++) name = `${hint}_${turn}`;
  builder.names.add(name);
  return name;
}

/** The same body, to try something in: what is added to it is forgotten. */
export function trialOf(builder: Builder): Builder {
  return {
    ...builder,
    inputs: [...builder.inputs],
    bindings: [...builder.bindings],
    params: new Map(builder.params),
    states: new Map(builder.states),
    names: new Set(builder.names),
    captures: new Map(builder.captures),
    applied: new Map(builder.applied),
  };
}
