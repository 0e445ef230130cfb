import { describe, expect, it } from "vitest";
import { printLoops } from "../../compiler/plan/print-loops.ts";
import { lower } from "../../compiler/plan/lower.ts";
import { scheduleForWasm } from "../../compiler/plan/schedule-wasm.ts";
import { showSchedule } from "../../compiler/plan/schedule.ts";
import { kernelOf } from "./kernel-of.ts";

function scheduleOf(text: string): string {
  return showSchedule(scheduleForWasm(kernelOf(text).kernel, "baseline"));
}

const gates = `graph g() { a = input f32[6, 32] b = input f32[6, 32] c = input f32[6, 32]
  z = compute f32[n: 6, g: 96] (if [31 - g >= 0] then sqrt(a[n, g]) else 0.0) + (if [g - 32 >= 0] and [63 - g >= 0] then abs(b[n, g - 32]) else 0.0) + (if [g - 64 >= 0] then c[n, g - 64] else 0.0)
  output z = z }`;

describe("an axis is cut where conditions on it alone change", () => {
  it("of pieces side by side, in vectors", () => {
    expect(scheduleOf(gates)).toMatchInlineSnapshot(`
      "split g by 16 into g.t g.v (even) cut at 32 64
      bind g.v lane
      order n g.t"
    `);
  });

  it("so that nothing is chosen any more while the loops run", () => {
    const { kernel } = kernelOf(gates);
    const text = printLoops(lower(kernel, scheduleForWasm(kernel, "baseline")));
    expect(text).not.toMatch(/select|if /);
  });

  it("around the innermost axis too", () => {
    const text = `graph g(M) { a = input f32[3, M] b = input f32[5, M]
      z = compute f32[r: 8, m: M] if [r - 3 >= 0] then b[r - 3, m] else a[r, m]
      output z = z }`;
    expect(scheduleOf(text)).toMatchInlineSnapshot(`
      "split r by 1 into r.t r.u (none) cut at 3
      split m by 16 into m.t m.v (peel)
      bind m.v lane
      order r.t m.t"
    `);
  });

  it("not where a condition is one of two axes, or there are more pieces than code is worth", () => {
    const triangle = `graph g() { a = input f32[8, 8]
      z = compute f32[i: 8, j: 8] if [i - j >= 0] then a[i, j] else 0.0
      output z = z }`;
    const many = Array.from({ length: 17 }, (_, place) => `(if [g - ${place + 1} >= 0] then a[g] else 0.0)`);
    const staircase = `graph g() { a = input f32[64] z = compute f32[g: 64] ${many.join(" + ")} output z = z }`;
    expect(scheduleOf(triangle)).not.toContain("cut");
    expect(scheduleOf(staircase)).not.toContain("cut");
  });
});
