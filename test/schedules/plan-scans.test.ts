import { describe, expect, it } from "vitest";
import { interpret } from "../../compiler/graph/interpret.ts";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { printForm, printGraph } from "../../compiler/graph/print.ts";
import { verify } from "../../compiler/graph/verify.ts";
import { atomsOf } from "../../compiler/integers/index.ts";
import { optimize } from "../../compiler/optimize/index.ts";
import { makePlan, type PlanTarget } from "../../compiler/plan/make-plan.ts";
import type { Plan } from "../../compiler/plan/plan.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { emitWasm } from "../../compiler/wasm/index.ts";
import type { Lifetime } from "../../runtime/place.ts";
import { drawTensors, expectClose } from "../numeric/drawn-tensors.ts";
import { runWasm } from "../numeric/run-wasm.ts";
import { haloTarget, naiveTarget } from "./naive-target.ts";
import { runPlan } from "./run-plan.ts";
import { scanGraphs } from "./scan-graphs.ts";

const sizes = [
  { N: 1, T: 1 },
  { N: 1, T: 7 },
  { N: 3, T: 2 },
  { N: 5, T: 19 },
];

function planOf(text: string, target: PlanTarget): Plan {
  const optimized = optimize(parseGraph(text), { verify: true });
  return makePlan({ name: "Test", params: [], states: [], entries: { forward: optimized } }, target);
}

describe.each(Object.entries(scanGraphs))("%s", (_name, text) => {
  const graph = parseGraph(text);

  it("is a graph that prints and parses back", () => {
    expect(verify(graph, { normal: false })).toEqual([]);
    expect(parseGraph(printGraph(graph))).toEqual(graph);
  });

  it("means the same when it is optimised", () => {
    const optimized = optimize(graph, { verify: true });
    for (const dims of sizes) {
      const { inputs, weights } = drawTensors(graph, dims);
      const given = { dims, inputs, params: weights };
      expectClose(interpret(optimized, given), interpret(graph, given), 1e-12);
    }
  });

  it.each([
    ["row-major", naiveTarget],
    ["channels-last with halos", haloTarget],
    ["as scheduled for wasm", wasmTarget()],
  ])("is planned to what it means, %s", (_layouts, target) => {
    const plan = planOf(text, target);
    for (const dims of sizes) {
      const { inputs, weights } = drawTensors(graph, dims);
      const expected = interpret(graph, { dims, inputs, params: weights });
      expectClose(runPlan(plan, "forward", { dims, inputs, weights }), expected, 1e-5);
    }
  });

  it("is compiled to what it means", async () => {
    const plan = planOf(text, wasmTarget());
    const code = emitWasm(plan, "baseline");
    for (const dims of sizes) {
      const { inputs, weights } = drawTensors(graph, dims);
      const expected = interpret(graph, { dims, inputs, params: weights });
      expectClose(await runWasm(plan, code, "forward", { dims, inputs, weights }), expected, 1e-5);
    }
  });
});

describe("the plan of a recurrence", () => {
  const plan = planOf(scanGraphs["a vanilla recurrence"] ?? "", wasmTarget());
  const [entry] = plan.entries;

  it("has one loop, and room for all turns only for what is stacked or computed before it", () => {
    const perTurn = plan.buffers.filter(({ bytes }) =>
      atomsOf(bytes).some((atom) => atom.kind === "dim" && atom.name === "T"),
    );
    expect(perTurn.map(({ name, role }) => `${role} ${name}`).sort()).toEqual([
      "input x",
      "output y",
      "temporary next.sum.all",
      "temporary ys",
    ]);
    expect(entry?.loops?.map(({ extent }) => printForm(extent))).toEqual(["T"]);
  });

  it("keeps what is carried through all turns, and apart from what a turn computes", () => {
    const [loop] = entry?.loops ?? [];
    const carry = plan.buffers.find(({ name }) => name === "h")?.id ?? -1;
    const inTurn = new Set(
      entry?.calls
        .slice(loop?.first, (loop?.first ?? 0) + (loop?.count ?? 0))
        .flatMap(({ operands }) => operands),
    );
    const others = [...inTurn].filter((id) => id !== carry && entry?.arena.includes(id));
    expect(others.length).toBeGreaterThan(1);
    const lifetimeOf = (id: number): Lifetime => entry?.lifetimes[entry.arena.indexOf(id)] ?? [NaN, NaN];
    const [first, last] = lifetimeOf(carry);
    for (const id of others) {
      const [from, to] = lifetimeOf(id);
      expect(first <= to && from <= last).toBe(true);
    }
  });
});
