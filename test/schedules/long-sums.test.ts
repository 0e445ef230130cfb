import { describe, expect, it } from "vitest";
import { scheduleForWasm } from "../../compiler/plan/schedule-wasm.ts";
import { showSchedule } from "../../compiler/plan/schedule.ts";
import { kernelOf } from "./kernel-of.ts";

function scheduleOf(text: string): string {
  return showSchedule(scheduleForWasm(kernelOf(text).kernel, "relaxed"));
}

describe("a long sum whose steps lie far apart is added up in parts", () => {
  it("turn by turn where a turn has many examples, and else some turns at once", () => {
    const gradient = `graph g(T, N) { dz = input f32[T, N, 512] h = input f32[T, N, 128]
      dw = compute f32[o: 512, i: 128] sum[t: T, n: N] dz[T - t - 1, n, o] * h[t, n, i]
      output dw = dw }`;
    expect(scheduleOf(gradient)).toMatchInlineSnapshot(`
      "when n >= 16
        split o by 3 into o.t o.u (even)
        bind o.u unroll
        split i by 12 into i.t i.v (even)
        bind i.v lane
        accumulate t
        split n by 16 into n.b n.i (peel)
        accumulate n.b
        order o.t i.t n.i
      otherwise
        split o by 3 into o.t o.u (even)
        bind o.u unroll
        split i by 12 into i.t i.v (even)
        bind i.v lane
        split t by 8 into t.b t.i (peel)
        accumulate t.b
        order o.t i.t t.i n"
    `);
  });

  it("in parts of one length, where turns and examples are walked as one", () => {
    const gradient = `graph g(T, N) { dz = input f32[T, N, 64] h = input f32[T, N, 32]
      dw = compute f32[o: 64, i: 32] sum[t: T, n: N] dz[t, n, o] * h[t, n, i]
      output dw = dw }`;
    expect(scheduleOf(gradient)).toMatchInlineSnapshot(`
      "fuse t n into t_n
      when t_n >= 256
        split o by 2 into o.t o.u (even)
        bind o.u unroll
        split i by 16 into i.t i.v (even)
        bind i.v lane
        split t_n by 32 into t_n.b t_n.i (peel)
        accumulate t_n.b
        order o.t i.t t_n.i
      otherwise
        split o by 2 into o.t o.u (even)
        bind o.u unroll
        split i by 16 into i.t i.v (even)
        bind i.v lane
        order o.t i.t t_n"
    `);
  });

  it("not where the sum is short", () => {
    const gradient = `graph g(N) { dz = input f32[N, 64] h = input f32[N, 32]
      dw = compute f32[o: 64, i: 32] sum[n: N] dz[n, o] * h[n, i]
      output dw = dw }`;
    expect(scheduleOf(gradient)).not.toContain("accumulate");
  });

  it("not where a factor is contiguous along the sum, or another stage wants the whole", () => {
    const product = `graph g(T, N) { a = input f32[512, T, N] b = input f32[128, T, N]
      c = compute f32[o: 512, i: 128] sum[t: T, n: N] a[o, t, n] * b[i, t, n]
      output c = c }`;
    const epilogue = `graph g(T, N) { dz = input f32[T, N, 512] h = input f32[T, N, 128]
      dw = compute f32[o: 512, i: 128] sum[t: T, n: N] dz[t, n, o] * h[t, n, i]
      next = compute f32[o: 512, i: 128] dw[o, i] * 0.1
      output next = next }`;
    expect(scheduleOf(product)).not.toContain("accumulate");
    expect(scheduleOf(epilogue)).not.toContain("accumulate");
  });
});
