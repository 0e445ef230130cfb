import { describe, it } from "vitest";
import { expectGradients } from "./central-differences.ts";
import { scanCases } from "./scan-cases.ts";

describe("the gradient of a recurrence is the slope of its values", () => {
  it.each(Object.entries(scanCases))("%s", (_name, one) => {
    expectGradients(one);
  });
});
