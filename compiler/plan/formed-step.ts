import type { Form } from "../integers/index.ts";
import type { FormedKernel } from "./form-kernels.ts";

/** A loop over turns: kernels that run before it, and those that run in each turn, in their order. */
export interface FormedScan {
  readonly turn: string;
  readonly extent: Form;
  readonly before: readonly FormedStep[];
  readonly steps: readonly FormedStep[];
}

/** A kernel, or a scan with a kernel that stands for all that it reads from outside and results in. */
export interface FormedStep extends FormedKernel {
  readonly scan?: FormedScan;
}
