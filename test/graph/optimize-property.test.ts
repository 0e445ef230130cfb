import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  interpret,
  printGraph,
  tensorOf,
  verify,
  type Graph,
  type Tensor,
} from "../../compiler/graph/index.ts";
import { normalize, optimize, passes } from "../../compiler/optimize/index.ts";
import { arbitraryGraph } from "./optimize-generate.ts";

const inputs = {
  x: tensorOf(
    [3, 6],
    Array.from({ length: 18 }, (_, place) => Math.sin(place + 1)),
  ),
  y: tensorOf(
    [4, 3],
    Array.from({ length: 12 }, (_, place) => Math.cos(3 * place)),
  ),
};
const params = { w: tensorOf([6], [0.5, -1, 2, 0.25, -0.75, 1.5]) };

function valuesOf(graph: Graph): Readonly<Record<string, Tensor>> {
  return interpret(graph, { inputs, params, dims: { N: 3 } });
}

/** Reassociation may change the last bits, so the error is that of the whole tensor. */
function expectSameValues(before: Graph, after: Graph): void {
  const [expected, actual] = [valuesOf(before), valuesOf(after)];
  for (const [name, tensor] of Object.entries(expected)) {
    const scale = tensor.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    const other = actual[name]?.data ?? new Float64Array();
    expect(other.length).toBe(tensor.data.length);
    const worst = tensor.data.reduce((most, value, place) => {
      const given = other[place] ?? NaN;
      return Object.is(value, given) ? most : Math.max(most, Math.abs(value - given));
    }, 0);
    if (!(worst <= 1e-9 * scale)) {
      throw new Error(`${name} differs by ${worst}:\n${printGraph(before)}\n${printGraph(after)}`);
    }
  }
}

const runs = { numRuns: Number(process.env["DLC_RUNS"] ?? 150) };

describe("on random graphs", () => {
  for (const pass of passes) {
    it(`${pass.name} keeps the values, and a graph that verifies`, () => {
      fc.assert(
        fc.property(arbitraryGraph(), fc.boolean(), (raw, normal) => {
          const graph = normal ? normalize(raw) : raw;
          const text = printGraph(graph);
          const after = pass.run(graph);
          expect(printGraph(graph)).toBe(text);
          expect(verify(after, { normal: false })).toEqual([]);
          expectSameValues(graph, after);
        }),
        runs,
      );
    });
  }

  it("the whole list keeps the values, ends in normal form, and has nothing left to do", () => {
    fc.assert(
      fc.property(arbitraryGraph(), (graph) => {
        const after = optimize(graph, { verify: true });
        expectSameValues(graph, after);
        expect(verify(after, { normal: true })).toEqual([]);
        expect(printGraph(optimize(after))).toBe(printGraph(after));
      }),
      runs,
    );
  });
});
