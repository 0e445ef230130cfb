import { tensorOf, type Tensor } from "../../compiler/graph/tensor.ts";
import { constant, evaluate, type Form } from "../../compiler/integers/index.ts";
import { interpretLoops } from "../../compiler/plan/interpret-loops.ts";
import { storageMap } from "../../compiler/plan/layout.ts";
import type { Buffer, Call, CallLoop, Plan } from "../../compiler/plan/plan.ts";
import { bytesOf, type Dtype } from "../../compiler/scalar/dtype.ts";
import { place } from "../../runtime/place.ts";

export interface PlanRun {
  readonly dims: Readonly<Record<string, number>>;
  /** By name. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Parameters and states, by path. */
  readonly weights?: Readonly<Record<string, Tensor>>;
}

/**
 * Runs an entry of a plan as a module would, with loops interpreted: what persists is packed, the arena is placed for
 * these dims in one stretch of bytes, inputs are written, the calls run in order. The arena is full of NaN before.
 */
export function runPlan(plan: Plan, name: string, run: PlanRun): Readonly<Record<string, Tensor>> {
  const entry = plan.entries.find((each) => each.name === name);
  if (entry === undefined) throw new Error(`the plan has no entry ${name}`);
  const bufferOf = (id: number): Buffer => {
    const buffer = plan.buffers[id];
    if (buffer?.id !== id) throw new Error(`the plan has no buffer ${id}`);
    return buffer;
  };
  const valueOf = (form: Form): number =>
    evaluate(form, (atom) => (atom.kind === "dim" ? (run.dims[atom.name] ?? NaN) : NaN));
  const shapeOf = (buffer: Buffer): readonly number[] => buffer.shape.map(valueOf);
  const mapOf = (buffer: Buffer): Int32Array =>
    storageMap({ shape: shapeOf(buffer).map((extent) => constant(extent)), layout: buffer.layout });

  const places = new Map(entry.arena.map((id, index) => [id, index]));
  const sizes = entry.arena.map((id) => valueOf(bufferOf(id).bytes));
  const placed = place(sizes, entry.lifetimes, 0, 2 ** 30);
  if (!placed.fits) throw new Error(`the arena needs ${placed.needed} bytes`);
  const arena = new ArrayBuffer(Math.ceil(placed.end / 4) * 4);
  new Float32Array(arena).fill(NaN);
  const viewOf = (id: number): Float32Array | Int32Array | Int8Array | Uint8Array => {
    const { dtype } = bufferOf(id);
    const index = places.get(id) ?? -1;
    const [address, size] = [placed.addresses[index], sizes[index]];
    if (address === undefined || size === undefined) throw new Error(`buffer ${id} has no place`);
    return viewed(dtype, arena, address, size / bytesOf[dtype]);
  };
  const packed = (id: number, values: ArrayLike<number>): Float64Array =>
    Float64Array.from(mapOf(bufferOf(id)), (from) => (from < 0 ? 0 : (values[from] ?? NaN)));

  const persistent = new Map<number, Float64Array>();
  for (const { id, path, values } of plan.buffers) {
    const data = values ?? (path === undefined ? undefined : run.weights?.[path]?.data);
    if (data !== undefined) persistent.set(id, packed(id, data));
  }
  for (const { name: input, buffer } of entry.inputs) {
    const value = run.inputs[input];
    if (value === undefined) throw new Error(`the input ${input} is missing`);
    viewOf(buffer).set(packed(buffer, value.data));
  }
  const turns = new Map<string, number>();
  const valueInTurn = (form: Form): number =>
    evaluate(form, (atom) =>
      atom.kind === "dim" ? (turns.get(atom.name) ?? run.dims[atom.name] ?? NaN) : NaN,
    );
  const runCall = (call: Call): void => {
    const code = plan.code.get(call.code);
    if (code === undefined) throw new Error(`the plan has no code ${call.code}`);
    const { kernel, loops } = code;
    // One array a buffer: a result that is written over an operand is seen through both names.
    const contents = new Map(
      call.operands.map((id) => [id, persistent.get(id) ?? Float64Array.from(viewOf(id))] as const),
    );
    const memory: Record<string, Float64Array> = {};
    loops.operands.forEach((operand, index) => {
      const id = call.operands[index] ?? -1;
      const content = contents.get(id);
      if (content === undefined) throw new Error(`${call.code} has no operand ${operand}`);
      const offset = call.offsets?.[index];
      const size = bytesOf[bufferOf(id).dtype];
      memory[operand] = offset === undefined ? content : content.subarray(valueInTurn(offset) / size);
    });
    const dims = Object.fromEntries(
      loops.dims.map((dim, index) => [dim, valueInTurn(call.dims[index] ?? constant(0))]),
    );
    interpretLoops(loops, memory, dims);
    kernel.operands.forEach(({ access }, index) => {
      const id = call.operands[index] ?? -1;
      if (access === "write" && !persistent.has(id)) viewOf(id).set(contents.get(id) ?? []);
    });
  };
  const runCalls = (from: number, to: number, loops: readonly CallLoop[]): void => {
    const [loop, ...rest] = loops;
    if (loop === undefined || loop.first >= to) {
      entry.calls.slice(from, to).forEach(runCall);
      return;
    }
    const end = loop.first + loop.count;
    entry.calls.slice(from, loop.first).forEach(runCall);
    for (let turn = 1; turn <= valueOf(loop.extent); turn += 1) {
      turns.set(loop.turn, turn);
      const inside = rest.filter(({ first }) => first < end);
      runCalls(loop.first, end, inside);
    }
    const later = rest.filter(({ first }) => first >= end);
    runCalls(end, to, later);
  };
  runCalls(0, entry.calls.length, entry.loops ?? []);
  return Object.fromEntries(
    entry.outputs.map(({ name: output, buffer }) => {
      const content = viewOf(buffer);
      const shape = shapeOf(bufferOf(buffer));
      const values = new Float64Array(shape.reduce((all, extent) => all * extent, 1));
      mapOf(bufferOf(buffer)).forEach((to, from) => {
        if (to >= 0) values[to] = content[from] ?? NaN;
      });
      return [output, tensorOf(shape, values, bufferOf(buffer).dtype)];
    }),
  );
}

function viewed(
  dtype: Dtype,
  arena: ArrayBuffer,
  address: number,
  length: number,
): Float32Array | Int32Array | Int8Array | Uint8Array {
  switch (dtype) {
    case "f32":
      return new Float32Array(arena, address, length);
    case "i32":
      return new Int32Array(arena, address, length);
    case "i8":
      return new Int8Array(arena, address, length);
    case "u8":
    case "bool":
      return new Uint8Array(arena, address, length);
    case "f16":
      throw new Error("this engine has no arrays of f16");
    default:
      return dtype satisfies never;
  }
}
