import { describe, it } from "vitest";
import { numbers } from "./central-differences.ts";
import { expectReadAdjoint, randomRead } from "./random-reads.ts";

describe("adjoints of many random reads", () => {
  it.each([2, 3, 4, 5, 6])("seed %d", { timeout: 300_000 }, (seed) => {
    const random = numbers(seed);
    for (let turn = 0; turn < 6000; turn += 1) expectReadAdjoint(randomRead(random));
  });
});
