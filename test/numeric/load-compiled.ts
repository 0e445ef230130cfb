import { setFlagsFromString } from "node:v8";
import type { Tensor } from "../../compiler/graph/tensor.ts";
import { storedNames } from "../../compiler/interop/safetensors.ts";
import { tensorBytes } from "../../compiler/interop/tensor-bytes.ts";
import { writeSpec } from "../../compiler/package/write-spec.ts";
import type { Plan } from "../../compiler/plan/index.ts";
import { emitWasm, type Variant } from "../../compiler/wasm/index.ts";
import { bestVariant } from "../../runtime/code.ts";
import { loadModel, type Model } from "../../runtime/load.ts";
import type { ModelSpec } from "../../runtime/spec.ts";
import { tensor } from "../../runtime/tensor.ts";
import { writeSafetensors } from "../../runtime/write-safetensors.ts";

export const variants: readonly Variant[] = ["baseline", "relaxed"];

/** A plan's code, loaded by the runtime as a generated module does it. */
export function loadCompiled(plan: Plan, variant: Variant, weights: Uint8Array): Promise<Model> {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is the literal that a module's index.js holds
  const spec: ModelSpec = new Function(`return ${writeSpec(plan)};`)();
  const code = emitWasm(plan, variant);
  const files = { code: { baseline: () => code, relaxed: () => code }, weights: () => weights };
  return loadModel(spec, files, { wasm: compileCode(code, variant) });
}

/** Node 20 has relaxed SIMD behind a flag: it is on while the code is compiled, and off again for everybody else. */
function compileCode(code: Uint8Array, variant: Variant): WebAssembly.Module {
  const bytes = Uint8Array.from(code);
  if (variant === "baseline" || bestVariant() === "relaxed") return new WebAssembly.Module(bytes);
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    setFlagsFromString("--no-experimental-wasm-relaxed-simd");
  }
}

/** A safetensors file of parameters and states by path. */
export function weightsFile(tensors: Readonly<Record<string, Tensor>>): Uint8Array {
  return writeSafetensors(
    Object.entries(tensors).map(([name, { dtype, shape, data }]) => ({
      name,
      dtype: storedNames[dtype],
      shape,
      bytes: tensorBytes(dtype, data),
    })),
  );
}

/** Calls an entry of a loaded model with tensors, and gives copies of its results. */
export function callEntry(
  model: Model,
  entry: string,
  inputs: Readonly<Record<string, Tensor>>,
): Readonly<Record<string, Tensor>> {
  const run = model[entry];
  if (run === undefined) throw new Error(`the module has no entry ${entry}`);
  const given = Object.entries(inputs).map(([name, { dtype, shape, data }]) => {
    const array = dtype === "i32" ? Int32Array.from(data) : Float32Array.from(data);
    return [name, tensor(array, shape)] as const;
  });
  const { outputs = [] } = model.info.entries[entry] ?? {};
  const results = run(Object.fromEntries(given));
  return Object.fromEntries(
    outputs.map(({ name, dtype }) => {
      const { shape = [], data = [] } = results[name] ?? {};
      return [name, { dtype, shape, data: Float64Array.from(data) }];
    }),
  );
}
