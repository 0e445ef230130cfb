import { describe, expect, it } from "vitest";
import { interpret } from "../../compiler/graph/interpret.ts";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { verify } from "../../compiler/graph/verify.ts";
import { makePlan } from "../../compiler/plan/make-plan.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { emitWasm } from "../../compiler/wasm/index.ts";
import { drawTensors, expectClose } from "./drawn-tensors.ts";
import { runWasm } from "./run-wasm.ts";

const header = "graph g(N) { ids = input i32[N, 5] in 0..7 dy = input f32[N, 5, 6]";

describe("a scatter in compiled code", () => {
  it.each([
    [
      "rows of an embedding",
      "s = scatter f32[7, 6] sum[n: N, t: 5, d: 6] at [(ids[n, t] in 0..7), d] dy[n, t, d]",
    ],
    ["one element a term", "s = scatter f32[7] sum[n: N, t: 5] at [(ids[n, t] in 0..7)] dy[n, t, 2] * 2.0"],
    [
      "terms of a domain alone",
      "s = scatter f32[5, 6] sum[n: N, t: 5, d: 6 | 4 - ids[n, t] >= 0, d - 1 >= 0] at [(ids[n, t] in 0..5), d - 1] dy[n, t, d]",
    ],
    ["counts", "s = scatter i32[7] sum[n: N, t: 5] at [(ids[n, t] in 0..7)] 1:i32"],
    [
      "what is read by later nodes",
      "r = scatter f32[7, 6] sum[n: N, t: 5, d: 6] at [(ids[n, t] in 0..7), d] dy[n, t, d] s = compute f32[v: 7, d: 6] r[6 - v, d] * 0.5 @elementwise{}",
    ],
  ])("adds %s", async (_, body) => {
    const graph = parseGraph(`${header} ${body} output s = s }`);
    expect(verify(graph, { normal: true })).toEqual([]);
    const plan = makePlan({ name: "T", params: [], states: [], entries: { g: graph } }, wasmTarget());
    const code = emitWasm(plan, "baseline");
    for (const N of [1, 9]) {
      const { inputs } = drawTensors(graph, { N });
      const actual = await runWasm(plan, code, "g", { dims: { N }, inputs });
      expectClose(actual, interpret(graph, { dims: { N }, inputs }));
    }
  });
});
