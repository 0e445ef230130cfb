import { describe, it } from "vitest";
import { expectGradients } from "./central-differences.ts";
import { layerCases } from "./layer-cases.ts";

describe("gradients, and gradients of gradients, against central differences", () => {
  it.each(Object.entries(layerCases))("%s", (_, { lines, ...rest }) => {
    expectGradients({ text: `graph layer() {\n${lines}\noutput y = y\n}`, ...rest });
  });
});
