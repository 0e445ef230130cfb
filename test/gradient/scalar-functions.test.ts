import { describe, expect, it } from "vitest";
import { parseGraph, tensorOf } from "../../compiler/graph/index.ts";
import { scalarFunction, scalarNames, type ScalarName } from "../../compiler/scalar/index.ts";
import { expectGradients, valuesOf } from "./central-differences.ts";

/** Where each function of two operands is defined and smooth in both, as are those of one in the first. */
const x = [0.7, 2.4, 0.2, 1.9] as const;
const y = [1.3, -0.7, 2.9, 0.4] as const;

function isFloat(name: ScalarName): boolean {
  const { of, result } = scalarFunction(name).signature;
  return of !== "bool" && result === "same";
}

describe("every scalar function against central differences in f64, to the second order:", () => {
  it.each(scalarNames.filter(isFloat))("%s", (name) => {
    const { operands } = scalarFunction(name).signature;
    const call = operands === 1 ? `${name}(x[i])` : `${name}(x[i], y[i])`;
    const text = `graph scalar() {
      x = input f32[4]
      y = input f32[4]
      f = compute f32[i: 4] ${call} * x[i] + y[i] * x[i]
      output f = f
    }`;
    // Nothing flows through `stop`, so that its values say nothing of its slope.
    if (name === "stop") {
      const stopped = text.replace(
        "output f = f",
        "s = compute f32[] (sum[i: 4] f[i])\\n g = grad f32[4] s[] by x[]\\n output g = g",
      );
      const { g } = valuesOf(parseGraph(stopped.replaceAll("\\n", "\n")), {
        x: tensorOf([4], x),
        y: tensorOf([4], y),
      });
      x.forEach((value, place) => expect(g?.data[place]).toBeCloseTo(value + (y[place] ?? NaN), 12));
      return;
    }
    expectGradients({ text, given: { x, y } });
  });

  it.each(scalarNames.filter((name) => !isFloat(name)))("%s: nothing flows", (name) => {
    const { derivatives, signature } = scalarFunction(name);
    expect(derivatives).toEqual(Array.from({ length: signature.operands }, () => undefined));
  });
});
