import fc from "fast-check";
import { describe, it } from "vitest";
import { interpret, printGraph, type Graph } from "../../compiler/graph/index.ts";
import { optimize } from "../../compiler/optimize/index.ts";
import { makePlan, type PlanTarget } from "../../compiler/plan/make-plan.ts";
import type { Plan } from "../../compiler/plan/plan.ts";
import { arbitraryGraph } from "../graph/optimize-generate.ts";
import { emitWasm } from "../../compiler/wasm/index.ts";
import { drawTensors, expectClose, type Tensors } from "../numeric/drawn-tensors.ts";
import { runWasm } from "../numeric/run-wasm.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { haloTarget, naiveTarget } from "../schedules/naive-target.ts";
import { runPlan, type PlanRun } from "../schedules/run-plan.ts";

const runs = { numRuns: Number(process.env["DLC_RUNS"] ?? 150) };

interface Prepared {
  readonly optimized: Graph;
  readonly plan: Plan;
  readonly expected: Tensors;
  readonly given: PlanRun;
}

function prepare(graph: Graph, target: PlanTarget, N: number): Prepared {
  const { inputs, weights } = drawTensors(graph, { N });
  const expected = interpret(graph, { dims: { N }, inputs, params: weights });
  const optimized = optimize(graph);
  const entries = { forward: optimized };
  const plan = makePlan({ name: "Test", params: [], states: [], entries }, target);
  return { optimized, plan, expected, given: { dims: { N }, inputs, weights } };
}

function expectSame(actual: Tensors, expected: Tensors, optimized: Graph): void {
  try {
    // Sums of opposite terms lose digits in f32.
    expectClose(actual, expected, 1e-4);
  } catch (error) {
    throw new Error(`${String(error)}\n${printGraph(optimized)}`);
  }
}

/** A graph that a failure shows as text. */
function readableGraph(): fc.Arbitrary<{ readonly graph: Graph }> {
  return arbitraryGraph().map((graph) => ({ graph, [fc.toStringMethod]: () => printGraph(graph) }));
}

describe("plans of random graphs", () => {
  it.each([
    ["row-major", naiveTarget],
    ["channels-last with halos", haloTarget],
    ["as scheduled for wasm", wasmTarget()],
  ])("compute what the graphs mean, %s", (_layouts, target) => {
    fc.assert(
      fc.property(readableGraph(), fc.constantFrom(1, 3), ({ graph }, N) => {
        const { optimized, plan, expected, given } = prepare(graph, target, N);
        expectSame(runPlan(plan, "forward", given), expected, optimized);
      }),
      runs,
    );
  });

  it("compute what the graphs mean, as WebAssembly", async () => {
    await fc.assert(
      fc.asyncProperty(readableGraph(), fc.constantFrom(1, 3), async ({ graph }, N) => {
        const { optimized, plan, expected, given } = prepare(graph, wasmTarget(), N);
        expectSame(await runWasm(plan, emitWasm(plan, "baseline"), "forward", given), expected, optimized);
      }),
      runs,
    );
  });
});
