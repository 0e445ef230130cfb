import fc from "fast-check";
import { describe, it } from "vitest";
import { interpret, printGraph, type Graph } from "../../compiler/graph/index.ts";
import { optimize } from "../../compiler/optimize/index.ts";
import { makePlan, type PlanTarget } from "../../compiler/plan/make-plan.ts";
import { arbitraryGraph } from "../graph/optimize-generate.ts";
import { drawTensors, expectClose } from "../numeric/drawn-tensors.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { haloTarget, naiveTarget } from "../schedules/naive-target.ts";
import { runPlan } from "../schedules/run-plan.ts";

const runs = { numRuns: Number(process.env["DLC_RUNS"] ?? 150) };

function expectSameValues(graph: Graph, target: PlanTarget, N: number): void {
  const { inputs, weights } = drawTensors(graph, { N });
  const expected = interpret(graph, { dims: { N }, inputs, params: weights });
  const plan = makePlan({ name: "Test", params: [], states: [], entries: { forward: graph } }, target);
  const actual = runPlan(plan, "forward", { dims: { N }, inputs, weights });
  try {
    // Sums of opposite terms lose digits in f32.
    expectClose(actual, expected, 1e-4);
  } catch (error) {
    throw new Error(`${String(error)}\n${printGraph(graph)}`);
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
        expectSameValues(optimize(graph), target, N);
      }),
      runs,
    );
  });
});
