import { describe, expect, it } from "vitest";
import { optimizeProgram } from "../../compiler/compile.ts";
import { interpret } from "../../compiler/graph/index.ts";
import { planProgram, wasmTarget } from "../../compiler/plan/index.ts";
import { forwardOf } from "../numeric/compile-source.ts";
import { callEntry, loadCompiled, weightsFile } from "../numeric/load-compiled.ts";
import { tensorError, tolerance } from "../numeric/tensor-error.ts";
import { gradientCases, programOfCase, type GradientCase } from "./library-gradients.ts";

/** Cases in which f32 can't hold `tolerance`, each with what it holds and the reason. */
const illConditioned: Readonly<Record<string, { readonly within: number; readonly reason: string }>> = {
  "std.nn gelu: one": {
    within: 1e-4,
    reason: "far to the left little is left of a sum of nearly opposite numbers",
  },
  "std.nn geluTanh: one": {
    within: 1e-3,
    reason: "far to the left little is left of a sum of nearly opposite numbers",
  },
  "std.loss cosineSimilarity: one": {
    within: 1,
    reason: "in one dim the gradient is 0, a difference of equal numbers",
  },
  "std.loss cosineDistance: one": {
    within: 1,
    reason: "in one dim the gradient is 0, a difference of equal numbers",
  },
};

/** Of each declaration the first case, which has second derivatives where any has, and the last. */
function sample(): readonly GradientCase[] {
  const byDeclaration = new Map<string, GradientCase[]>();
  for (const one of gradientCases()) {
    byDeclaration.set(one.declaration, [...(byDeclaration.get(one.declaration) ?? []), one]);
  }
  return [...byDeclaration.values()].flatMap((cases) =>
    cases.filter((_, place) => place === 0 || place === cases.length - 1),
  );
}

describe("gradients of the library as WebAssembly are those that the graph means,", () => {
  const titled = sample().map((one) => ({ title: `${one.declaration}: ${one.name}`, ...one }));

  it.each(titled)("$title", async (one) => {
    const program = optimizeProgram(programOfCase(one));
    const { plan, diagnostics } = planProgram(program, wasmTarget());
    expect(diagnostics).toEqual([]);
    if (plan === undefined) throw new Error("no plan");
    const model = await loadCompiled(plan, "baseline", weightsFile(one.weights));
    const actual = callEntry(model, "forward", one.inputs);
    const { inputs, weights } = one;
    const meant = interpret(forwardOf(program), { inputs, params: weights, states: weights });
    const { within = tolerance } = illConditioned[one.title] ?? {};
    for (const [output, expected] of Object.entries(meant)) {
      expect(tensorError(actual[output], expected), `${output} by ${one.by[output]}`).toBeLessThan(within);
    }
  });
});
