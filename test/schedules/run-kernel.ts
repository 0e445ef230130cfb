import { interpret } from "../../compiler/graph/interpret.ts";
import type { Graph } from "../../compiler/graph/graph.ts";
import { tensorOf, type Tensor } from "../../compiler/graph/tensor.ts";
import { constant, evaluate, scale, dim as dimForm, type Form } from "../../compiler/integers/index.ts";
import { interpretLoops } from "../../compiler/plan/interpret-loops.ts";
import type { Kernel, Operand } from "../../compiler/plan/kernel.ts";
import { rowMajor, storageMap, storedSize } from "../../compiler/plan/layout.ts";
import type { Loops } from "../../compiler/plan/loops.ts";
import type { Buffer, Plan } from "../../compiler/plan/plan.ts";
import { bytesOf } from "../../compiler/scalar/dtype.ts";
import { drawTensors, type Tensors } from "../numeric/drawn-tensors.ts";

type Dims = Readonly<Record<string, number>>;

/** Drawn inputs and what the graph means on them. */
export function meaningOf(
  graph: Graph,
  dims: Dims,
): { readonly inputs: Tensors; readonly expected: Tensors } {
  const { inputs } = drawTensors(graph, dims);
  return { inputs, expected: interpret(graph, { dims, inputs }) };
}

/** The kernel's outputs by interpreted loops; zeros around an output are looked at, too. */
export function runKernel(kernel: Kernel, loops: Loops, inputs: Tensors, dims: Dims): Tensors {
  const valueOf = (form: Form): number =>
    evaluate(form, (atom) => (atom.kind === "dim" ? (dims[atom.name] ?? NaN) : NaN));
  const shapeOf = (operand: Operand): readonly number[] => operand.shape.map(valueOf);
  const mapOf = (operand: Operand): Int32Array =>
    storageMap({ shape: shapeOf(operand).map((extent) => constant(extent)), layout: operand.layout });
  const memory = Object.fromEntries(
    kernel.operands.map((operand) => {
      const data = inputs[operand.name]?.data;
      const stored = Float64Array.from(mapOf(operand), (from) =>
        data === undefined ? NaN : from < 0 ? 0 : (data[from] ?? NaN),
      );
      return [operand.name, stored];
    }),
  );
  interpretLoops(loops, memory, dims);
  const outputs = kernel.operands.filter((operand) => operand.access === "write");
  return Object.fromEntries(
    outputs.map((operand): [string, Tensor] => {
      const stored = memory[operand.name] ?? new Float64Array();
      const shape = shapeOf(operand);
      const values = new Float64Array(shape.reduce((all, extent) => all * extent, 1));
      mapOf(operand).forEach((to, from) => {
        const value = stored[from] ?? NaN;
        if (to >= 0) values[to] = value;
        else if (value !== 0) throw new Error(`${operand.name} holds ${value} in its padding`);
      });
      return [operand.name.replace(/\.out$/, ""), tensorOf(shape, values, operand.dtype)];
    }),
  );
}

/** A plan that calls one kernel, its read operands inputs and its written ones outputs of the entry `run`. */
export function planOfKernel(kernel: Kernel, loops: Loops): Plan {
  const buffers: readonly Buffer[] = [
    ...kernel.operands.map((operand, id): Buffer => ({
      id,
      name: operand.name,
      role: operand.access === "read" ? "input" : "output",
      dtype: operand.dtype,
      shape: operand.shape,
      layout: operand.layout,
      bytes: scale(storedSize(operand), bytesOf[operand.dtype]),
    })),
    ...loops.scratch.map((scratch, place): Buffer => ({
      id: kernel.operands.length + place,
      name: scratch.name,
      role: "scratch",
      dtype: "f32",
      shape: [constant(scratch.bytes / 4)],
      layout: rowMajor(1),
      bytes: constant(scratch.bytes),
    })),
  ];
  const ids = buffers.map((buffer) => buffer.id);
  const named = (role: Buffer["role"]): readonly { name: string; buffer: number }[] =>
    buffers
      .filter((buffer) => buffer.role === role)
      .map(({ name, id }) => ({ name: name.replace(/\.out$/, ""), buffer: id }));
  return {
    name: "Kernel",
    target: "wasm",
    buffers,
    params: [],
    states: [],
    code: new Map([["kernel", { kernel, loops }]]),
    entries: [
      {
        name: "run",
        dims: kernel.dims.map((name) => ({ name, low: 1 })),
        facts: [],
        flops: constant(0),
        inputs: named("input"),
        outputs: named("output"),
        arena: ids,
        lifetimes: ids.map(() => [0, 0]),
        calls: [{ code: "kernel", operands: ids, dims: kernel.dims.map((name) => dimForm(name)) }],
      },
    ],
  };
}
