import { describe, expect, it } from "vitest";
import { differentiate } from "../../compiler/autodiff/index.ts";
import { printGraph, type Graph } from "../../compiler/graph/index.ts";
import { normalize } from "../../compiler/optimize/index.ts";
import { numbers } from "./central-differences.ts";
import { expectReadAdjoint, randomRead } from "./random-reads.ts";
import { sweptPlaces } from "./swept-places.ts";

describe("adjoints of random reads", () => {
  it("are the sums that scattering term by term makes, and so are their own adjoints", () => {
    const random = numbers(1);
    for (let turn = 0; turn < 1200; turn += 1) expectReadAdjoint(randomRead(random));
  });

  it("run over few places more than the forward loops: median 0.8, one in a hundred above 2.2", () => {
    const random = numbers(7);
    const ratios: { readonly ratio: number; readonly graph: Graph }[] = [];
    for (let turn = 0; turn < 1200; turn += 1) {
      const { graph, expected, points } = randomRead(random);
      const first = { ...graph, nodes: graph.nodes.slice(0, -2), outputs: graph.outputs.slice(0, 1) };
      const made = differentiate(normalize(first));

      const swept = sweptPlaces(made, (name) => name.startsWith("d.x") || name === "dx");
      ratios.push({ ratio: swept / (points + expected.length), graph: made });
    }
    ratios.sort((a, b) => a.ratio - b.ratio);
    const at = (share: number): number => ratios[Math.floor(share * (ratios.length - 1))]?.ratio ?? NaN;
    const worst = ratios.at(-1);
    expect(at(0.5)).toBeLessThan(0.8);
    expect(at(0.99)).toBeLessThan(2.2);
    expect(at(1), worst && printGraph(worst.graph)).toBeLessThan(14);
  });
});
