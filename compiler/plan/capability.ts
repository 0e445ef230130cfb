import type { Access, Lanes, LoopBind, LoopFunction } from "./loops.ts";
import { loopFunctions } from "./loops.ts";

/** What a target has of the vocabulary of loops. */
export interface Capability {
  readonly target: "wasm" | "wgsl";
  readonly lanes: readonly Lanes[];
  readonly binds: readonly LoopBind[];
  readonly accesses: readonly Access[];
  readonly functions: ReadonlySet<LoopFunction>;
  readonly barriers: boolean;
  /** Memory of the code's own; bytes of it at most, where there is a limit. */
  readonly scratch: Readonly<Record<"memory" | "shared", number>>;
  /** Threads of a workgroup at most. */
  readonly threads: number;
}

const all: ReadonlySet<LoopFunction> = new Set(loopFunctions);

/** One thread with 128-bit vectors. */
export const wasmCapability: Capability = {
  target: "wasm",
  lanes: [1, 4],
  binds: ["serial"],
  accesses: ["single", "splat", "contiguous"],
  functions: all,
  barriers: false,
  scratch: { memory: Infinity, shared: 0 },
  threads: 1,
};

/** What every WebGPU device promises: 256 threads, 16 KiB for each workgroup. Scalars only. */
export const wgslCapability: Capability = {
  target: "wgsl",
  lanes: [1],
  binds: ["serial", "grid", "local"],
  accesses: ["single"],
  functions: all,
  barriers: true,
  scratch: { memory: 0, shared: 16384 },
  threads: 256,
};
