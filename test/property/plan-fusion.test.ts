import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interpret, parseGraph, type Graph } from "../../compiler/graph/index.ts";
import { recognise } from "../../compiler/optimize/recognise.ts";
import { formKernels } from "../../compiler/plan/form-kernels.ts";
import { makePlan, type PlanTarget } from "../../compiler/plan/make-plan.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { drawTensors, expectClose } from "../numeric/drawn-tensors.ts";
import { naiveTarget } from "../schedules/naive-target.ts";
import { runPlan } from "../schedules/run-plan.ts";

const runs = { numRuns: Number(process.env["DLC_RUNS"] ?? 150) };

interface Value {
  readonly name: string;
  /** By the axes that it has. */
  readonly kind: "whole" | "row";
}

/** A line of a graph over [N, C] and [N], reading earlier values; `pick` answers a number below its argument. */
function line(
  place: number,
  values: readonly Value[],
  pick: (below: number) => number,
): readonly [Value, string] {
  const name = `v${place}`;
  const any = (kind: Value["kind"]): string => {
    const fitting = values.filter((value) => value.kind === kind);
    return fitting[pick(fitting.length)]?.name ?? "x";
  };
  const hasRows = values.some(({ kind }) => kind === "row");
  const row = hasRows ? `${any("row")}[n]` : "0.5";
  const whole = (text: string): readonly [Value, string] => [
    { name, kind: "whole" },
    `${name} = compute f32[n: N, c: 5] ${text}`,
  ];
  const rows = (text: string): readonly [Value, string] => [
    { name, kind: "row" },
    `${name} = compute f32[n: N] ${text}`,
  ];
  switch (pick(9)) {
    case 0:
      return whole(`${any("whole")}[n, c] * 0.5 + ${any("whole")}[n, c]`);
    case 1:
      return whole(`maximum(${any("whole")}[n, c] - ${row}, x[n, c])`);
    case 2:
      return whole(`abs(${any("whole")}[n, 4 - c])`);
    case 3:
      return whole(`sum[i: 5] ${any("whole")}[n, i] * w[c, i]`);
    case 4:
      return rows(`sum[c: 5] ${any("whole")}[n, c]`);
    case 5:
      return rows(`max[c: 5] (${any("whole")}[n, c] - ${row})`);
    case 6:
      return rows(`sum[c: 5 | c - 1 >= 0] ${any("whole")}[n, c] * ${any("whole")}[n, c]`);
    case 7:
      return rows(`${row} * 0.25 + 1.0`);
    default:
      return whole(`tanh(${any("whole")}[n, c]) - ${any("whole")}[n, c]`);
  }
}

/** Graphs in which much fits much else: several outputs, rows that meet, cycles to be avoided. */
function arbitraryText(): fc.Arbitrary<string> {
  const choices = fc.array(fc.nat({ max: 1_000_003 }), { minLength: 48, maxLength: 48 });
  return fc.tuple(fc.integer({ min: 2, max: 9 }), choices).map(([count, numbers]) => {
    let next = 0;
    const pick = (below: number): number => (below < 1 ? 0 : (numbers[next++ % numbers.length] ?? 0) % below);
    const values: Value[] = [{ name: "x", kind: "whole" }];
    const lines: string[] = [];
    for (let place = 0; place < count; place += 1) {
      const [value, text] = line(place, values, pick);
      values.push(value);
      lines.push(`  ${text}`);
    }
    const made = values.slice(1);
    const outputs = made.filter((_, place) => place === made.length - 1 || pick(3) === 0);
    return [
      "graph fused(N) {",
      "  x = input f32[N, 5]",
      `  w = param f32[5, 5] "w"`,
      ...lines,
      ...outputs.map(({ name }) => `  output ${name} = ${name}`),
      "}",
    ].join("\n");
  });
}

function recognised(text: string): Graph {
  return recognise(parseGraph(text));
}

function expectSameValues(text: string, target: PlanTarget, N: number): void {
  const graph = recognised(text);
  const { inputs, weights } = drawTensors(graph, { N });
  const plan = makePlan({ name: "Test", params: [], states: [], entries: { forward: graph } }, target);
  const actual = runPlan(plan, "forward", { dims: { N }, inputs, weights });
  expectClose(actual, interpret(graph, { dims: { N }, inputs, params: weights }), 1e-4);
}

describe("fusion on graphs where much fits", () => {
  it.each([
    ["in the kernel's order", naiveTarget],
    ["as scheduled for wasm", wasmTarget()],
  ])("keeps the values, %s", (_order, target) => {
    fc.assert(
      fc.property(arbitraryText(), fc.constantFrom(1, 4, 7), (text, N) => {
        expectSameValues(text, target, N);
      }),
      runs,
    );
  });

  it("puts each node into one kernel, after all that the kernel reads", () => {
    fc.assert(
      fc.property(arbitraryText(), fc.integer({ min: 3, max: 12 }), (text, mostOperands) => {
        const graph = recognised(text);
        const formed = formKernels(graph, { mostOperands });
        const known = new Set(graph.nodes.flatMap(({ kind, name }) => (kind === "compute" ? [] : [name])));
        for (const { kernel, nodes } of formed) {
          kernel.operands.forEach(({ access }, place) => {
            const node = nodes[place] ?? "";
            expect(known.has(node)).toBe(access === "read");
            if (access === "write") known.add(node);
          });
        }
        for (const { node } of graph.outputs) expect(known).toContain(node);
        const stages = formed.reduce((sum, { kernel }) => sum + kernel.stages.length, 0);
        expect(stages).toBe(graph.nodes.filter(({ kind }) => kind === "compute").length);
      }),
      runs,
    );
  });
});
