import { describe, expect, it } from "vitest";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { formKernels } from "../../compiler/plan/form-kernels.ts";
import { printKernel } from "../../compiler/plan/print-kernel.ts";
import { classifier, lenet, residual } from "./plan-graphs.ts";

function kernelsOf(text: string, mostOperands = 16): string {
  const formed = formKernels(parseGraph(text), { mostOperands });
  return formed.map(({ kernel }) => printKernel(kernel)).join("\n");
}

/** The stages of each kernel; a prime marks those that are stored. */
function namesOf(text: string, mostOperands = 16): readonly (readonly string[])[] {
  const formed = formKernels(parseGraph(text), { mostOperands });
  return formed.map(({ kernel }) => kernel.stages.map(({ name }) => name));
}

describe("the kernels of", () => {
  it("a classifier: each matrix product with what follows it, softmax in one", () => {
    expect(kernelsOf(classifier)).toMatchInlineSnapshot(`
      "kernel matmul_add_relu (N)
        over n: N, o: 32
        read x: f32[N, 20]
        read w1: f32[32, 20]
        read b1: f32[32]
        fc1[n, o] = sum[i: 20] x[n, i] * w1[o, i] @contraction
        h'[n, o] = maximum(fc1[n, o] + b1[o], 0.0) @elementwise -> h: f32[N, 32]
      kernel matmul_add (N)
        over n: N, o: 10
        read h: f32[N, 32]
        read w2: f32[10, 32]
        read b2: f32[10]
        fc2[n, o] = sum[i: 32] h[n, i] * w2[o, i] @contraction
        logits'[n, o] = fc2[n, o] + b2[o] @elementwise -> logits: f32[N, 10]
      kernel row_max_subtract_exp_sum_divide (N)
        over n: N, c: 10
        read logits: f32[N, 10]
        top[n] = max[c': 10] logits[n, c'] @rowwise
        e[n, c] = exp(logits[n, c] - top[n]) @elementwise
        total[n] = sum[c': 10] e[n, c'] @rowwise
        p'[n, c] = e[n, c] / total[n] @elementwise -> p: f32[N, 10]"
    `);
  });

  it("LeNet: bias and relu before the pool, pools of their own", () => {
    expect(kernelsOf(lenet)).toMatchInlineSnapshot(`
      "kernel conv5x5_add_relu (N)
        over n: N, o: 6, y: 28, x: 28
        read image: f32[N, 1, 32, 32]
        read w1: f32[6, 1, 5, 5]
        read b1: f32[6]
        conv1[n, o, y, x] = sum[c: 1, u: 5, v: 5] image[n, c, u + y, v + x] * w1[o, c, u, v] @convolution
        relu1'[n, o, y, x] = maximum(conv1[n, o, y, x] + b1[o], 0.0) @elementwise -> relu1: f32[N, 6, 28, 28]
      kernel maxpool2x2 (N)
        over n: N, c: 6, y: 14, x: 14
        read relu1: f32[N, 6, 28, 28]
        pool1'[n, c, y, x] = max[u: 2, v: 2] relu1[n, c, u + 2*y, v + 2*x] @window -> pool1: f32[N, 6, 14, 14]
      kernel conv5x5_add_relu (N)
        over n: N, o: 16, y: 10, x: 10
        read pool1: f32[N, 6, 14, 14]
        read w2: f32[16, 6, 5, 5]
        read b2: f32[16]
        conv2[n, o, y, x] = sum[c: 6, u: 5, v: 5] pool1[n, c, u + y, v + x] * w2[o, c, u, v] @convolution
        relu2'[n, o, y, x] = maximum(conv2[n, o, y, x] + b2[o], 0.0) @elementwise -> relu2: f32[N, 16, 10, 10]
      kernel maxpool2x2 (N)
        over n: N, c: 16, y: 5, x: 5
        read relu2: f32[N, 16, 10, 10]
        pool2'[n, c, y, x] = max[u: 2, v: 2] relu2[n, c, u + 2*y, v + 2*x] @window -> pool2: f32[N, 16, 5, 5]
      kernel matmul_add_relu (N)
        over n: N, o: 120
        read pool2: f32[N, 16, 5, 5]
        read w3: f32[120, 400]
        read b3: f32[120]
        fc1[n, o] = sum[c: 16, y: 5, x: 5] pool2[n, c, y, x] * w3[o, 25*c + x + 5*y] @contraction
        relu3'[n, o] = maximum(fc1[n, o] + b3[o], 0.0) @elementwise -> relu3: f32[N, 120]
      kernel matmul_add_relu (N)
        over n: N, o: 84
        read relu3: f32[N, 120]
        read w4: f32[84, 120]
        read b4: f32[84]
        fc2[n, o] = sum[i: 120] relu3[n, i] * w4[o, i] @contraction
        relu4'[n, o] = maximum(fc2[n, o] + b4[o], 0.0) @elementwise -> relu4: f32[N, 84]
      kernel matmul_add (N)
        over n: N, o: 10
        read relu4: f32[N, 84]
        read w5: f32[10, 84]
        read b5: f32[10]
        fc3[n, o] = sum[i: 84] relu4[n, i] * w5[o, i] @contraction
        logits'[n, o] = fc3[n, o] + b5[o] @elementwise -> logits: f32[N, 10]"
    `);
  });

  it("residual blocks: the sum with the input in the second convolution", () => {
    expect(kernelsOf(residual())).toMatchInlineSnapshot(`
      "kernel conv3x3_relu (N)
        over n: N, o: 8, y: 8, x: 8
        read image: f32[N, 3, 8, 8]
        read stem.w: f32[8, 3, 3, 3]
        stem[n, o, y, x] = sum[c: 3, u: 3, v: 3 | u + y - 1 >= 0, -u - y + 8 >= 0, v + x - 1 >= 0, -v - x + 8 >= 0] image[n, c, u + y - 1, v + x - 1] * stem.w[o, c, u, v] @convolution
        r'[n, o, y, x] = maximum(stem[n, o, y, x], 0.0) @elementwise -> r: f32[N, 8, 8, 8]
      kernel conv3x3_relu (N)
        over n: N, o: 8, y: 8, x: 8
        read r: f32[N, 8, 8, 8]
        read b1.a.w: f32[8, 8, 3, 3]
        b1.a[n, o, y, x] = sum[c: 8, u: 3, v: 3 | u + y - 1 >= 0, -u - y + 8 >= 0, v + x - 1 >= 0, -v - x + 8 >= 0] r[n, c, u + y - 1, v + x - 1] * b1.a.w[o, c, u, v] @convolution
        b1.h'[n, o, y, x] = maximum(b1.a[n, o, y, x], 0.0) @elementwise -> b1.h: f32[N, 8, 8, 8]
      kernel conv3x3_add_relu (N)
        over n: N, o: 8, y: 8, x: 8
        read b1.h: f32[N, 8, 8, 8]
        read b1.b.w: f32[8, 8, 3, 3]
        read r: f32[N, 8, 8, 8]
        b1.b[n, o, y, x] = sum[c: 8, u: 3, v: 3 | u + y - 1 >= 0, -u - y + 8 >= 0, v + x - 1 >= 0, -v - x + 8 >= 0] b1.h[n, c, u + y - 1, v + x - 1] * b1.b.w[o, c, u, v] @convolution
        b1'[n, o, y, x] = maximum(b1.b[n, o, y, x] + r[n, o, y, x], 0.0) @elementwise -> b1: f32[N, 8, 8, 8]
      kernel conv3x3_relu (N)
        over n: N, o: 8, y: 8, x: 8
        read b1: f32[N, 8, 8, 8]
        read b2.a.w: f32[8, 8, 3, 3]
        b2.a[n, o, y, x] = sum[c: 8, u: 3, v: 3 | u + y - 1 >= 0, -u - y + 8 >= 0, v + x - 1 >= 0, -v - x + 8 >= 0] b1[n, c, u + y - 1, v + x - 1] * b2.a.w[o, c, u, v] @convolution
        b2.h'[n, o, y, x] = maximum(b2.a[n, o, y, x], 0.0) @elementwise -> b2.h: f32[N, 8, 8, 8]
      kernel conv3x3_add_relu (N)
        over n: N, o: 8, y: 8, x: 8
        read b2.h: f32[N, 8, 8, 8]
        read b2.b.w: f32[8, 8, 3, 3]
        read b1: f32[N, 8, 8, 8]
        b2.b[n, o, y, x] = sum[c: 8, u: 3, v: 3 | u + y - 1 >= 0, -u - y + 8 >= 0, v + x - 1 >= 0, -v - x + 8 >= 0] b2.h[n, c, u + y - 1, v + x - 1] * b2.b.w[o, c, u, v] @convolution
        b2'[n, o, y, x] = maximum(b2.b[n, o, y, x] + b1[n, o, y, x], 0.0) @elementwise -> b2: f32[N, 8, 8, 8]
      kernel row_sum_multiply (N)
        over n: N, c: 8
        read b2: f32[N, 8, 8, 8]
        mean[n, c] = sum[y: 8, x: 8] b2[n, c, y, x] @rowwise
        pooled'[n, c] = mean[n, c] * 0.015625 @elementwise -> pooled: f32[N, 8]"
    `);
  });

  it("layer normalisation: both statistics and what is made of them in one", () => {
    expect(
      kernelsOf(`
      graph LayerNorm(N, T) {
        x = input f32[N, T, 64]
        w = param f32[64] "w"
        mu = compute f32[n: N, t: T] sum[d: 64] x[n, t, d] @rowwise{row: [d]}
        var = compute f32[n: N, t: T] sum[d: 64] (x[n, t, d] - mu[n, t] / 64.0) ^ 2.0 @rowwise{row: [d]}
        inv = compute f32[n: N, t: T] 1.0 / sqrt(var[n, t] / 64.0 + 0.00001) @elementwise{}
        y = compute f32[n: N, t: T, d: 64] (x[n, t, d] - mu[n, t] / 64.0) * inv[n, t] * w[d] @elementwise{}
        output y = y
      }`),
    ).toMatchInlineSnapshot(`
      "kernel row_sum_divide_add_sqrt_divide (N, T)
        over n: N, t: T, d: 64
        read x: f32[N, T, 64]
        read w: f32[64]
        mu[n, t] = sum[d': 64] x[n, t, d'] @rowwise
        var[n, t] = sum[d': 64] (x[n, t, d'] - mu[n, t] / 64.0) ^ 2.0 @rowwise
        inv[n, t] = 1.0 / sqrt(var[n, t] / 64.0 + 0.00001) @elementwise
        y'[n, t, d] = (x[n, t, d] - mu[n, t] / 64.0) * inv[n, t] * w[d] @elementwise -> y: f32[N, T, 64]"
    `);
  });

  it("a gated unit: the product behind the second matrix product, which waits for the first", () => {
    expect(
      kernelsOf(`
      graph Gated(N) {
        x = input f32[N, 8]
        v = param f32[16, 8] "v"
        w = param f32[16, 8] "w"
        a = compute f32[n: N, o: 16] sum[i: 8] x[n, i] * v[o, i] @contraction{batch: [], m: [n], n: [o], k: [i], left: x, right: v}
        b = compute f32[n: N, o: 16] sum[i: 8] x[n, i] * w[o, i] @contraction{batch: [], m: [n], n: [o], k: [i], left: x, right: w}
        y = compute f32[n: N, o: 16] a[n, o] * tanh(b[n, o]) @elementwise{}
        output y = y
      }`),
    ).toMatchInlineSnapshot(`
      "kernel matmul (N)
        over n: N, o: 16
        read x: f32[N, 8]
        read w: f32[16, 8]
        b'[n, o] = sum[i: 8] x[n, i] * w[o, i] @contraction -> b: f32[N, 16]
      kernel matmul_tanh_multiply (N)
        over n: N, o: 16
        read x: f32[N, 8]
        read v: f32[16, 8]
        read b: f32[N, 16]
        a[n, o] = sum[i: 8] x[n, i] * v[o, i] @contraction
        y'[n, o] = a[n, o] * tanh(b[n, o]) @elementwise -> y: f32[N, 16]"
    `);
  });
});

describe("a kernel does not take", () => {
  it("a consumer that also needs what is computed from its result elsewhere", () => {
    expect(
      namesOf(`
      graph Cycle(N) {
        x = input f32[N, 8]
        w = param f32[8, 8] "w"
        e = compute f32[n: N, i: 8] exp(x[n, i]) @elementwise{}
        m = compute f32[n: N, o: 8] sum[i: 8] e[n, i] * w[o, i] @contraction{batch: [], m: [n], n: [o], k: [i], left: e, right: w}
        y = compute f32[n: N, o: 8] tanh(m[n, o]) * e[n, o] @elementwise{}
        output y = y
      }`),
    ).toEqual([["e'"], ["m", "y'"]]);
  });

  it("the epilogue where the bare result is wanted too", () => {
    expect(
      namesOf(`
      graph Both(N) {
        x = input f32[N, 8]
        w = param f32[8, 8] "w"
        m = compute f32[n: N, o: 8] sum[i: 8] x[n, i] * w[o, i] @contraction{batch: [], m: [n], n: [o], k: [i], left: x, right: w}
        y = compute f32[n: N, o: 8] tanh(m[n, o]) @elementwise{}
        output m = m
        output y = y
      }`),
    ).toEqual([["m'"], ["y'"]]);
  });

  it("a statistic of other rows, or of a part of its rows", () => {
    const text = (extent: number): string => `
      graph Rows(N) {
        x = input f32[N, 8]
        a = compute f32[n: N] sum[c: 8] x[n, c] @rowwise{row: [c]}
        b = compute f32[n: N] max[c: ${extent}] (x[n, c] - a[n]) @rowwise{row: [c]}
        output b = b
      }`;
    expect(namesOf(text(8))).toEqual([["a", "b'"]]);
    expect(namesOf(text(7))).toEqual([["a'"], ["b'"]]);
  });

  it("a reader that shifts, repeats or transposes onto other places", () => {
    const text = (subscripts: string): string => `
      graph Aligned(N) {
        x = input f32[8, 8]
        a = compute f32[i: 8, j: 8] exp(x[i, j]) @elementwise{}
        b = compute f32[i: 8, j: 8] a[${subscripts}] * x[i, j] @elementwise{}
        output b = b
      }`;
    expect(namesOf(text("i, j"))).toEqual([["a", "b'"]]);
    expect(namesOf(text("j, i"))).toEqual([["a", "b'"]]);
    expect(namesOf(text("i, i"))).toEqual([["a'"], ["b'"]]);
    expect(namesOf(text("i, 0"))).toEqual([["a'"], ["b'"]]);
    expect(namesOf(text("i, 7 - j"))).toEqual([["a'"], ["b'"]]);
  });

  it("more buffers than the target binds", () => {
    const text = `
      graph Many(N) {
        x = input f32[N]
        a = input f32[N]
        b = input f32[N]
        s = compute f32[n: N] exp(x[n]) + a[n] @elementwise{}
        t = compute f32[n: N] exp(s[n]) + b[n] @elementwise{}
        output t = t
      }`;
    expect(namesOf(text, 4)).toEqual([["s", "t'"]]);
    expect(namesOf(text, 3)).toEqual([["s'"], ["t'"]]);
  });
});
