import { describe, expect, it } from "vitest";
import { interpret } from "../../compiler/graph/interpret.ts";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { makePlan } from "../../compiler/plan/make-plan.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { emitWasm } from "../../compiler/wasm/index.ts";
import { runWasm } from "./run-wasm.ts";

/** The draws of a graph, as compiled and as interpreted. */
async function drawsOf(
  text: string,
  seed: number,
  step: number,
  dims: Readonly<Record<string, number>> = {},
): Promise<readonly [compiled: readonly number[], meant: readonly number[]]> {
  const graph = parseGraph(text);
  const entries = { [graph.name]: graph };
  const plan = makePlan({ name: "Test", params: [], states: [], entries }, wasmTarget());
  const run = { dims, inputs: {}, seed, step };
  const actual = await runWasm(plan, emitWasm(plan, "baseline"), graph.name, run);
  const { y } = interpret(graph, { dims, seed, step });
  return [[...(actual["y"]?.data ?? [])], [...(y?.data ?? [])]];
}

describe("random draws in compiled code", () => {
  it("are those that docs/random.md tabulates", async () => {
    const [drawn] = await drawsOf(
      'graph g() { y = compute f32[i: 4] random("conv1.weight", 1, i) @elementwise{} output y = y }',
      7,
      0,
    );
    expect(drawn.map((draw) => draw * 2 ** 24)).toEqual([0x5a5dda, 0xf36b5a, 0xcc7132, 0x0fd0cb]);
  });

  it.each([
    [0, 0],
    [4294967295, 1],
    [2147483648, 4000000000],
    [12345, 99999],
  ])("are bit for bit those of the interpreter, seed %d, step %d", async (seed, step) => {
    const [compiled, meant] = await drawsOf(
      'graph g(N) { y = compute f32[n: N, i: 13] random("dropout", 3, 13*n + i) @elementwise{} output y = y }',
      seed,
      step,
      { N: 7 },
    );
    expect(compiled).toEqual(meant);
    expect(new Set(compiled).size).toBeGreaterThan(80);
  });

  it("stand in branches and beside other values", async () => {
    const [compiled, meant] = await drawsOf(
      'graph g(N) { y = compute f32[n: N, i: 6] (if random("d", 0, 6*n + i) < 0.5 then 0.0 else 2.0) + (if [i - 2 >= 0] then random("e", 1, 2*i) else -1.0) @elementwise{} output y = y }',
      5,
      17,
      { N: 4 },
    );
    expect(compiled).toEqual(meant.map(Math.fround));
  });
});
