import binaryen from "binaryen";
import { indexOf } from "../plan/index-of.ts";
import { randomDims } from "../plan/lower-random.ts";
import type { Loops } from "../plan/loops.ts";
import type { CallLoop, EntryPlan, Plan } from "../plan/plan.ts";
import { addHalfConversion } from "./half-conversion.ts";
import { emitIndex } from "./indices.ts";
import { addIntegerDivision } from "./integer-division.ts";
import {
  addLocal,
  baseName,
  dimName,
  getLocal,
  localNamed,
  makeWriter,
  setLocal,
  type Writer,
} from "./locals.ts";
import { bytesOfModule, makeModule, type Module, type Ref, type Variant } from "./module.ts";
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
  const { loops = [] } = entry;
  for (const { turn } of loops) addLocal(writer, dimName(turn), binaryen.i32);
  const calls = entry.calls.map((call) => {
    const name = names.get(call.code);
    const code = plan.code.get(call.code);
    if (name === undefined || code === undefined) throw new Error(`bug: no code ${call.code}`);
    const wanted = code.loops.operands.length + code.loops.scratch.length;
    if (call.operands.length !== wanted || call.dims.length !== code.loops.dims.length) {
      throw new Error(`bug: ${name} is called with ${call.operands.length} buffers, it wants ${wanted}`);
    }
    const bases = call.operands.map((id, place) => {
      const base = i32.load(id * addressBytes, 4, i32.const(0));
      const offset = call.offsets?.[place];
      return offset === undefined ? base : i32.add(base, emitIndex(writer, indexOf(offset)));
    });
    const dims = call.dims.map((form) => emitIndex(writer, indexOf(form)));
    return module.call(name, [...bases, ...dims], binaryen.none);
  });
  module.addFunction(
    internal,
    binaryen.createType(parameters.map((one) => one.type)),
    binaryen.none,
    writer.types,
    module.block(null, [...writer.start, ...repeated(calls, loops, 0, calls.length, writer)]),
  );
  module.addFunctionExport(internal, entry.name);
}

/** The calls from one place to another, with loops around those that are repeated. */
function repeated(
  calls: readonly Ref[],
  loops: readonly CallLoop[],
  from: number,
  to: number,
  writer: Writer,
): readonly Ref[] {
  const [loop, ...rest] = loops;
  if (loop === undefined || loop.first >= to) return calls.slice(from, to);
  const end = loop.first + loop.count;
  const isInside = ({ first }: CallLoop): boolean => first < end;
  return [
    ...calls.slice(from, loop.first),
    emitLoop(loop, repeated(calls, rest.filter(isInside), loop.first, end, writer), writer),
    ...repeated(
      calls,
      rest.filter((one) => !isInside(one)),
      end,
      to,
      writer,
    ),
  ];
}

/** for (turn = 1; turn <= extent; turn += 1), which may be never. */
function emitLoop({ turn, extent }: CallLoop, body: readonly Ref[], writer: Writer): Ref {
  const { module } = writer;
  const { i32 } = module;
  const name = dimName(turn);
  const local = localNamed(writer, name);
  const [exit, again] = [`after ${turn}`, `turn ${turn}`];
  const isPast = i32.gt_s(getLocal(writer, name), emitIndex(writer, indexOf(extent)));
  return module.block(exit, [
    setLocal(writer, local, i32.const(1)),
    module.loop(
      again,
      module.block(null, [
        module.br_if(exit, isPast),
        ...body,
        setLocal(writer, local, i32.add(getLocal(writer, name), i32.const(1))),
        module.br(again),
      ]),
    ),
  ]);
}
