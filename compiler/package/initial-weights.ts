import type { Diagnostic } from "../diagnostics/index.ts";
import { interpret } from "../graph/interpret.ts";
import type { Parameter, Program } from "../graph/graph.ts";
import { notFinite, storedNames } from "../interop/safetensors.ts";
import { tensorBytes } from "../interop/tensor-bytes.ts";
import { writeSafetensors } from "../../runtime/write-safetensors.ts";

export interface InitialWeights {
  /** A safetensors file. */
  readonly file: Uint8Array<ArrayBuffer>;
  /** Warnings of parameters whose initialiser gives NaN or an infinity. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The declared initial values of a program's parameters and states for a seed (an unsigned 32-bit integer): the same
 * bits on every machine, since exp, log and their like are those of `scalar/portable.ts`. `onParameter` is told
 * how many numbers have been made.
 */
export function initialWeights(
  program: Program,
  seed: number,
  onParameter?: (numbers: number) => void,
): InitialWeights {
  const diagnostics: Diagnostic[] = [];
  let made = 0;
  const tensors = [...program.params, ...program.states].map((parameter) => {
    const bytes = initialBytes(parameter, seed);
    const { path, dtype, shape } = parameter;
    diagnostics.push(...notFinite(path, dtype, shape, bytes, "what its initialiser gives"));
    made += shape.reduce((size, extent) => size * extent, 1);
    onParameter?.(made);
    return { name: path, dtype: storedNames[dtype], shape, bytes };
  });
  return { file: writeSafetensors(tensors, { seed: String(seed) }), diagnostics };
}

function initialBytes({ path, dtype, initial }: Parameter, seed: number): Uint8Array<ArrayBuffer> {
  const { value } = interpret(initial, { seed, portable: true });
  if (value === undefined) throw new Error(`bug: the initialiser of ${path} has no output "value"`);
  return tensorBytes(dtype, value.data);
}
