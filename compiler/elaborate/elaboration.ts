import type { OwnedTensor } from "../check/typed.ts";
import type { Axis, Guard } from "../graph/expr.ts";
import type { Update } from "../graph/graph.ts";
import type { GraphBuilder } from "./graph-builder.ts";
import type { OwnedKind } from "./paths.ts";

/**
 * A value of a body: the node that holds it, and which of the indices around the body it depends on; those are the
 * node's first axes, in the order in which they were entered.
 */
export interface Value {
  readonly node: string;
  readonly context: readonly string[];
  /** Of a result under indices of its application, which a reader writes out: which of them it depends on. */
  readonly kept?: readonly boolean[];
}

/** The indices under which a body stands (none for a model's entry), and the conditions on them. */
export interface Context {
  readonly axes: readonly Axis[];
  readonly domain: readonly Guard[];
  /** The applications that lead here, by which draws are told apart. */
  readonly path: readonly string[];
  /** The turns of scans, by the names that bodies have for them. */
  readonly turns: ReadonlyMap<string, Axis>;
  /** Those of them that the body stands in: draws in it are others in each turn. */
  readonly times: readonly Axis[];
}

export interface Elaboration {
  readonly builder: GraphBuilder;
  /** Called for each parameter and state that is read, with its absolute path. */
  readonly own: (kind: OwnedKind, path: string, tensor: OwnedTensor) => void;
  /** What the bodies so far put into what they own, by kind and path. */
  readonly updates: Map<string, Update>;
}

export function valueOf(values: ReadonlyMap<string, Value>, operand: string): Value {
  const value = values.get(operand);
  if (value === undefined) throw new Error(`bug: nothing in the body is called ${operand}`);
  return value;
}
