import type { Graph } from "../../compiler/graph/graph.ts";
import { interpret } from "../../compiler/graph/interpret.ts";
import { tensorOf } from "../../compiler/graph/tensor.ts";
import { makePlan } from "../../compiler/plan/make-plan.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { emitWasm } from "../../compiler/wasm/index.ts";
import { expect } from "vitest";
import { prepared } from "../gradient/central-differences.ts";
import { mapEntries } from "./compile-source.ts";
import { drawTensors, expectClose, type Tensors } from "./drawn-tensors.ts";
import { programCases, programOfCase } from "./program-cases.ts";
import { runWasm } from "./run-wasm.ts";

/** Builds a program of the corpus, and holds what each of its entries gives against what it means. */
export async function expectProgram(name: string, tolerance: number): Promise<void> {
  const program = programOfCase(name);
  const ready = mapEntries(program, prepared);
  const plan = makePlan(ready, wasmTarget());
  const code = emitWasm(plan, "baseline");
  const entries = Object.entries(program.entries);
  expect(entries.length).toBeGreaterThan(0);
  const sizes = (graph: Graph): Record<string, number> =>
    Object.fromEntries(graph.dims.map((dim) => [dim.name, programCases[name]?.dims?.[dim.name] ?? 3]));
  // The code has the weights of all entries in memory, whichever is called. States are as they begin: a variance, say.
  const drawn: Tensors = Object.assign(
    {},
    ...entries.map(([, graph]) => drawTensors(graph, sizes(graph)).weights),
  );
  const states = [...program.states, ...(program.memory ?? [])].map(
    ({ path, initial }) => [path, interpret(initial)["value"] ?? tensorOf([], [NaN])] as const,
  );
  const weights = { ...drawn, ...Object.fromEntries(states) };
  for (const [entry, graph] of entries) {
    const dims = sizes(graph);
    const { inputs } = drawTensors(graph, dims);
    const given = { dims, inputs, params: weights, states: weights, seed: 5 };
    const expected = interpret(ready.entries[entry] ?? graph, given);
    const found = await runWasm(plan, code, entry, { dims, inputs, weights, seed: 5 });
    expectClose(found, expected, tolerance);
  }
}
