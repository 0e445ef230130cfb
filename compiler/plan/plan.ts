import type { Lifetime } from "../../runtime/place.ts";
import type { Guard } from "../graph/expr.ts";
import type { FreeDim, Parameter, Training } from "../graph/graph.ts";
import type { Form } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import type { Kernel } from "./kernel.ts";
import type { Layout } from "./layout.ts";
import type { Loops } from "./loops.ts";

/**
 * A place in memory. Persistent ones (parameters, states, what is derived from them) are placed at `load`; the others
 * belong to one entry and are placed for each set of dims. Sizes are polynomials in the entry's free dims.
 */
export interface Buffer {
  /** Its number in the table of base addresses. */
  readonly id: number;
  readonly name: string;
  readonly role: "param" | "state" | "slot" | "constant" | "input" | "output" | "temporary" | "scratch";
  readonly dtype: Dtype;
  readonly shape: readonly Form[];
  readonly layout: Layout;
  readonly bytes: Form;
  /** It holds a value for each turn of a scan: row-major, each written as if it were all. */
  readonly stacked?: true;
  /** Path in the weights file, of a param or state; in checkpoints, of a slot. */
  readonly path?: string;
  /** Contents of a constant, row-major in the logical shape. */
  readonly values?: readonly number[];
}

/** One run of a kernel: code from `Plan.code`, base addresses of buffers, values of the code's free dims. */
export interface Call {
  readonly code: string;
  readonly operands: readonly number[];
  /** Bytes from the base of a buffer to what the call means by it; left out where all are 0. */
  readonly offsets?: readonly (Form | undefined)[];
  readonly dims: readonly Form[];
}

/**
 * A run of calls that is repeated: `count` of them from `first`. In their dims and offsets, `turn` is a dim that goes
 * from 1 to `extent`. Loops are nested or apart.
 */
export interface CallLoop {
  readonly turn: string;
  readonly extent: Form;
  readonly first: number;
  readonly count: number;
}

export interface EntryPlan {
  readonly name: string;
  readonly dims: readonly FreeDim[];
  readonly facts: readonly Guard[];
  /** Whether its code draws random numbers: it takes the seed and the step as i32 arguments after its dims. */
  readonly random?: true;
  readonly inputs: readonly {
    readonly name: string;
    readonly buffer: number;
    readonly range?: { readonly low: Form; readonly high: Form };
    /** Every entry of it where a call leaves it out. */
    readonly initial?: number;
    /** Copied in only where it is another array than in the call before. */
    readonly kept?: true;
  }[];
  readonly outputs: readonly { readonly name: string; readonly buffer: number }[];
  /** Ids of the buffers that are placed for this entry, kept inputs first, and when each is needed. */
  readonly arena: readonly number[];
  readonly lifetimes: readonly Lifetime[];
  readonly calls: readonly Call[];
  /** Left out where no call is repeated; outer loops stand before inner ones. */
  readonly loops?: readonly CallLoop[];
  /** Floating-point operations of one call, a fused multiply-add counted as two. */
  readonly flops: Form;
}

/** How a model learns: the names of hidden entries, and what a trainer has to know besides. */
export interface TrainingPlan extends Omit<Training, "step" | "accumulate" | "evaluate" | "data" | "test"> {
  readonly step: string;
  readonly accumulate?: string;
  readonly evaluate: string;
}

/** The order, the code and the memory of a whole program, for one target. */
export interface Plan {
  readonly name: string;
  readonly target: "wasm" | "wgsl";
  readonly buffers: readonly Buffer[];
  readonly params: readonly Parameter[];
  readonly states: readonly Parameter[];
  /** States that calls change, and that no weights file has. */
  readonly memory?: readonly Parameter[];
  /** The model's own, then the hidden ones of its training, whose names begin with `$`. */
  readonly entries: readonly EntryPlan[];
  readonly training?: TrainingPlan;
  /** Twelve equal blocks share one: the key is a hash of kernel and schedule. */
  readonly code: ReadonlyMap<string, { readonly kernel: Kernel; readonly loops: Loops }>;
}
