import binaryen from "binaryen";

export type Module = binaryen.Module;
export type Ref = binaryen.ExpressionRef;

/** baseline: SIMD as every engine has it. relaxed: with fused multiply-add, where `relaxedProbe` validates. */
export type Variant = "baseline" | "relaxed";

const features =
  binaryen.Features.SIMD128 |
  binaryen.Features.BulkMemory |
  binaryen.Features.BulkMemoryOpt |
  binaryen.Features.MutableGlobals |
  binaryen.Features.SignExt |
  binaryen.Features.NontrappingFPToInt;

/** An empty module over the imported memory `env.memory`. */
export function makeModule(variant: Variant): Module {
  const module = new binaryen.Module();
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a set of flags is a number
  module.setFeatures(variant === "relaxed" ? features | binaryen.Features.RelaxedSIMD : features);
  const noMaximum = 65536;
  module.setMemory(1, noMaximum, null, [], false, false, "0");
  module.addMemoryImport("0", "env", "memory", false);
  return module;
}

// binaryen.js has no method for relaxed SIMD; this is the C function that its other methods call.
type Ternary = (module: number, op: number, a: Ref, b: Ref, c: Ref) => Ref;

function isTernary(value: unknown): value is Ternary {
  return typeof value === "function";
}

/** a·b + c in f32x4, rounded once or twice as the engine likes. */
export function relaxedMultiplyAdd(module: Module, a: Ref, b: Ref, c: Ref): Ref {
  const make: unknown = Reflect.get(binaryen, "_BinaryenSIMDTernary");
  const pointer: unknown = Reflect.get(module, "ptr");
  if (!isTernary(make) || typeof pointer !== "number") throw new Error("bug: binaryen without relaxed SIMD");
  return make(pointer, binaryen.RelaxedMaddVecF32x4, a, b, c);
}

/** Checks the module and gives its bytes. */
export function bytesOfModule(module: Module): Uint8Array {
  if (module.validate() === 0) throw new Error("bug: the emitted module does not validate");
  return module.emitBinary();
}
