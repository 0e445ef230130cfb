import type { Lifetime } from "./place.ts";

/**
 * What a generated module tells the runtime about its model: the contract between `compiler/package`, which writes it
 * as a literal into `index.js`, and `runtime`, which reads it. It is part of the module, so both are always of one age.
 */
export type Dtype = "f32" | "i32" | "i8" | "u8" | "bool";

/** What persists may also be stored in half precision; it comes as the file has it, and only the code reads it. */
export type StoredDtype = Dtype | "f16";

/** The values of an entry's free dims by name. */
export type Dims = Readonly<Record<string, number>>;

/** One extent of a shape: a number, the name of a free dim, or what follows from the free dims. */
export type Extent = number | string | ((dims: Dims) => number);

/**
 * How the elements of a tensor lie in memory: `axes` outermost first, each [logical dim, divide, modulo or 0, extent];
 * an axis takes ⌊(s + before)/divide⌋ modulo `modulo` of its dim's subscript s. `before` has one entry a logical dim.
 */
export interface Packing {
  readonly axes: readonly (readonly [dim: number, divide: number, modulo: number, extent: number])[];
  readonly before: readonly number[];
}

/** A parameter or state: persistent, its shape known at build time. */
export interface StoredSpec {
  readonly path: string;
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  /** Its number in the table of addresses. */
  readonly buffer: number;
  readonly bytes: number;
  /** Left out for row-major. */
  readonly packing?: Packing;
}

export interface ConstantSpec extends Omit<StoredSpec, "path"> {
  readonly values: readonly number[];
}

export interface PortSpec {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly Extent[];
  readonly buffer: number;
  /** low ≤ value < high, for integers. */
  readonly range?: readonly [low: Extent, high: Extent];
  /** Every entry of an input that a call may leave out. */
  readonly initial?: number;
  /** Copied in only where it is another array than in the call before; its place comes first in `arena`. */
  readonly kept?: boolean;
}

export interface EntrySpec {
  readonly dims: readonly { readonly name: string; readonly low: number; readonly high?: number }[];
  /** Facts that the entry states about its dims, as a reader would write them, and whether they hold. */
  readonly facts: readonly { readonly text: string; readonly holds: (dims: Dims) => boolean }[];
  /** Whether its code takes a seed and a step after the dims. */
  readonly random?: boolean;
  readonly inputs: readonly PortSpec[];
  readonly outputs: readonly PortSpec[];
  /** The buffers that are placed anew for other dims, and their sizes in bytes, in one order. */
  readonly arena: readonly number[];
  readonly sizes: (dims: Dims) => readonly number[];
  /** When each of them is needed, from one of the code's calls to another. */
  readonly lifetimes: readonly Lifetime[];
  /** Floating-point operations of one call. */
  readonly flops: (dims: Dims) => number;
}

export interface ModelSpec {
  readonly name: string;
  /** How many addresses the table at address 0 holds. */
  readonly tableLength: number;
  readonly params: readonly StoredSpec[];
  readonly states: readonly StoredSpec[];
  readonly constants: readonly ConstantSpec[];
  readonly entries: Readonly<Record<string, EntrySpec>>;
}

/** A tensor that no weights file has: an optimizer's, or what a model remembers from call to call. */
export interface InitialisedSpec extends StoredSpec {
  /** Row-major, or what every element is. */
  readonly initial: number | readonly number[];
}

export interface TrainingSpec {
  readonly step: EntrySpec;
  /** A step that adds its gradient to those before, where `settings.accumulate` of them count as one. */
  readonly accumulate?: EntrySpec;
  readonly evaluate: EntrySpec;
  readonly slots: readonly InitialisedSpec[];
  /** Paths of the parameters that a step changes. */
  readonly trainable: readonly string[];
  readonly settings: {
    readonly batch: number;
    readonly epochs: number;
    readonly seed: number;
    readonly accumulate: number;
    readonly patience?: number;
  };
}

/** A model that remembers. */
export interface RememberingSpec extends ModelSpec {
  /** States that calls change. */
  readonly memory: readonly InitialisedSpec[];
}

export interface TrainableSpec extends ModelSpec {
  readonly training: TrainingSpec;
}
