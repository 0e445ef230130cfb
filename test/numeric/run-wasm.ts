import { tensorOf, type Tensor } from "../../compiler/graph/tensor.ts";
import { constant, evaluate, type Form } from "../../compiler/integers/index.ts";
import { storageMap } from "../../compiler/plan/layout.ts";
import { placeArena, persistentBytes, alignment, bytesAt } from "../../compiler/plan/memory-size.ts";
import type { Buffer, Plan } from "../../compiler/plan/plan.ts";
import type { Dtype } from "../../compiler/scalar/dtype.ts";

export interface WasmRun {
  readonly dims: Readonly<Record<string, number>>;
  /** By name. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Parameters and states, by path. */
  readonly weights?: Readonly<Record<string, Tensor>>;
  /** Of random draws. */
  readonly seed?: number;
  readonly step?: number;
}

const arrays = {
  f32: Float32Array,
  i32: Int32Array,
  i8: Int8Array,
  u8: Uint8Array,
  bool: Uint8Array,
} as const;

/** Runs an entry of emitted code on memory that is full of NaN but for what a loaded module would hold. */
export async function runWasm(
  plan: Plan,
  code: Uint8Array,
  name: string,
  run: WasmRun,
): Promise<Readonly<Record<string, Tensor>>> {
  const instance = await instantiate(plan, code, name, run);
  instance.run();
  return instance.outputs();
}

export interface Instance {
  readonly run: () => void;
  /** Writes the inputs again: a call may have used their memory for something else. */
  readonly rewrite: () => void;
  readonly outputs: () => Readonly<Record<string, Tensor>>;
  /** What persists, by path, as the calls so far have left it. */
  readonly persistent: () => Readonly<Record<string, Tensor>>;
}

/** The entry ready to be called, its inputs and weights in memory. */
export async function instantiate(
  plan: Plan,
  code: Uint8Array,
  name: string,
  run: WasmRun,
): Promise<Instance> {
  const entry = plan.entries.find((each) => each.name === name);
  if (entry === undefined) throw new Error(`the plan has no entry ${name}`);
  const dims = (dim: string): number => run.dims[dim] ?? NaN;
  const valueOf = (form: Form): number =>
    evaluate(form, (atom) => (atom.kind === "dim" ? dims(atom.name) : NaN));
  const { addresses, end } = placeArena(plan, entry, dims);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / 65536) + 1, maximum: 65536 });
  new Float32Array(memory.buffer).fill(NaN);
  const table = new Uint32Array(memory.buffer, 0, plan.buffers.length);
  for (const [id, address] of addresses) table[id] = address;
  let next = Math.ceil((4 * plan.buffers.length) / alignment) * alignment;
  const viewOf = ({ id, dtype, bytes }: Buffer): Float32Array | Int32Array | Int8Array | Uint8Array => {
    const make = arrays[dtype as Exclude<Dtype, "f16">];
    return new make(memory.buffer, table[id] ?? NaN, valueOf(bytes) / make.BYTES_PER_ELEMENT);
  };
  const mapOf = ({ shape, layout }: Buffer): Int32Array =>
    storageMap({ shape: shape.map((form) => constant(valueOf(form))), layout });
  const write = (buffer: Buffer, data: ArrayLike<number>): void =>
    viewOf(buffer).set(Array.from(mapOf(buffer), (from) => (from < 0 ? 0 : (data[from] ?? NaN))));
  for (const buffer of plan.buffers) {
    const data = buffer.values ?? (buffer.path === undefined ? undefined : run.weights?.[buffer.path]?.data);
    if (data === undefined) continue;
    table[buffer.id] = next;
    next = Math.ceil((next + bytesAt(buffer, () => NaN)) / alignment) * alignment;
    write(buffer, data);
  }
  if (next !== persistentBytes(plan)) throw new Error("the plan counts other bytes that persist");
  const bufferOf = (id: number): Buffer => {
    const buffer = plan.buffers[id];
    if (buffer === undefined) throw new Error(`the plan has no buffer ${id}`);
    return buffer;
  };
  const writeInputs = (): void => {
    for (const { name: input, buffer } of entry.inputs)
      write(bufferOf(buffer), run.inputs[input]?.data ?? []);
  };
  writeInputs();
  const { instance } = await WebAssembly.instantiate(Uint8Array.from(code), { env: { memory } });
  const start = instance.exports[name];
  if (typeof start !== "function") throw new Error(`the code has no entry ${name}`);
  const reserved = entry.random === true ? [run.seed ?? 0, run.step ?? 0] : [];
  const free = [...entry.dims.map((dim) => dims(dim.name)), ...reserved];
  const read = (buffer: Buffer): Tensor => {
    const shape = buffer.shape.map(valueOf);
    const values = new Float64Array(shape.reduce((all, extent) => all * extent, 1));
    const stored = viewOf(buffer);
    mapOf(buffer).forEach((to, from) => {
      if (to >= 0) values[to] = stored[from] ?? NaN;
    });
    return tensorOf(shape, values, buffer.dtype);
  };
  const outputs = (): Readonly<Record<string, Tensor>> =>
    Object.fromEntries(entry.outputs.map(({ name: output, buffer }) => [output, read(bufferOf(buffer))]));
  const persistent = (): Readonly<Record<string, Tensor>> =>
    Object.fromEntries(
      plan.buffers.flatMap((buffer) => (buffer.path === undefined ? [] : [[buffer.path, read(buffer)]])),
    );
  return {
    run: () => {
      start(...free);
    },
    rewrite: writeInputs,
    outputs,
    persistent,
  };
}
