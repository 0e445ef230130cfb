import binaryen from "binaryen";
import { indexOf } from "../plan/index-of.ts";
import { randomDims } from "../plan/lower-random.ts";
import type { Loops } from "../plan/loops.ts";
import type { EntryPlan, Plan } from "../plan/plan.ts";
import { addHalfConversion } from "./half-conversion.ts";
import { emitIndex } from "./indices.ts";
import { addIntegerDivision } from "./integer-division.ts";
import { baseName, dimName, makeWriter } from "./locals.ts";
import { bytesOfModule, makeModule, type Module, type Variant } from "./module.ts";
import { emitBlock } from "./statements.ts";

/**
 * The plan's code: a function for each kernel, one for each outlined body, and for each entry an export of its name that
 * takes its free dims in order, then, where it draws, seed and step. It imports `env.memory` and reads base addresses from a table of u32 at address 0, one
 * for each buffer id. A call's operands are the kernel's, then a buffer for each `scratch` of its loops.
 */
export function emitWasm(plan: Plan, variant: Variant): Uint8Array {
  const module = buildModule(plan, variant);
  const bytes = bytesOfModule(module);
  module.dispose();
  return bytes;
}

/** The same as text, for people. */
export function showWat(plan: Plan, variant: Variant): string {
  const module = buildModule(plan, variant);
  const text = module.emitText();
  module.dispose();
  return text;
}

function buildModule(plan: Plan, variant: Variant): Module {
  const module = makeModule(variant);
  addIntegerDivision(module);
  addHalfConversion(module);
  const names = new Map<string, string>();
  for (const [key, { loops }] of plan.code) {
    const name = `${loops.name}_${names.size}`;
    names.set(key, name);
    addKernel(module, variant, name, loops);
  }
  for (const entry of plan.entries) addEntry(module, plan, names, entry);
  // Nothing calls these in most models.
  module.runPasses(["remove-unused-module-elements"]);
  return module;
}

function addKernel(module: Module, variant: Variant, name: string, loops: Loops): void {
  const parameters = [
    ...loops.operands.map(baseName),
    ...loops.scratch.map((one) => baseName(one.name)),
    ...loops.dims.map(dimName),
  ].map((parameter) => ({ name: parameter, type: binaryen.i32 }));
  const writer = makeWriter(module, variant, name, parameters, { count: 0 });
  const body = emitBlock(writer, loops.body);
  module.addFunction(
    name,
    binaryen.createType(parameters.map((one) => one.type)),
    binaryen.none,
    writer.types,
    module.block(null, [...writer.start, body]),
  );
}

const addressBytes = 4;

function addEntry(module: Module, plan: Plan, names: ReadonlyMap<string, string>, entry: EntryPlan): void {
  const { i32 } = module;
  const reserved = entry.random === true ? randomDims : [];
  const parameters = [...entry.dims.map((dim) => dim.name), ...reserved].map((name) => ({
    name: dimName(name),
    type: binaryen.i32,
  }));
  const internal = `entry ${entry.name}`;
  const writer = makeWriter(module, "baseline", internal, parameters, { count: 0 });
  const calls = entry.calls.map((call) => {
    const name = names.get(call.code);
    const code = plan.code.get(call.code);
    if (name === undefined || code === undefined) throw new Error(`bug: no code ${call.code}`);
    const wanted = code.loops.operands.length + code.loops.scratch.length;
    if (call.operands.length !== wanted || call.dims.length !== code.loops.dims.length) {
      throw new Error(`bug: ${name} is called with ${call.operands.length} buffers, it wants ${wanted}`);
    }
    const bases = call.operands.map((id) => i32.load(id * addressBytes, 4, i32.const(0)));
    const dims = call.dims.map((form) => emitIndex(writer, indexOf(form)));
    return module.call(name, [...bases, ...dims], binaryen.none);
  });
  module.addFunction(
    internal,
    binaryen.createType(parameters.map((one) => one.type)),
    binaryen.none,
    writer.types,
    module.block(null, [...writer.start, ...calls]),
  );
  module.addFunctionExport(internal, entry.name);
}
