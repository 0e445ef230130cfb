import { describe, expect, it } from "vitest";
import { interpret, interpretStep, parseGraph, tensorOf, type Tensor } from "../../compiler/graph/index.ts";
import { streamKey, threefry2x32 } from "../../compiler/scalar/index.ts";
import { expectClose, run, some } from "./run-graph.ts";

describe("interpret: layers against loops written out", () => {
  it("a multilayer perceptron, its batch size taken from the input", () => {
    const [x, w, b, v] = [some(3, 5), some(4, 5), some(4), some(2, 4)];
    const actual = run(
      `graph forward(N) {
        x = input f32[N, 5]
        w = param f32[4, 5] "fc1.weight"
        b = param f32[4] "fc1.bias"
        v = param f32[2, 4] "fc2.weight"
        z = compute f32[n: N, o: 4] sum[i: 5] w[o, i] * x[n, i]
        h = compute f32[n: N, o: 4] maximum(b[o] + z[n, o], 0.0)
        y = compute f32[n: N, o: 2] sum[i: 4] v[o, i] * h[n, i]
        output y = y
      }`,
      { inputs: { x }, params: { "fc1.weight": w, "fc1.bias": b, "fc2.weight": v } },
    );
    const expected: number[] = [];
    for (let n = 0; n < 3; n++) {
      const hidden: number[] = [];
      for (let o = 0; o < 4; o++) {
        let sum = b.data[o] ?? NaN;
        for (let i = 0; i < 5; i++) sum += (w.data[o * 5 + i] ?? NaN) * (x.data[n * 5 + i] ?? NaN);
        hidden.push(sum > 0 ? sum : 0);
      }
      for (let o = 0; o < 2; o++) {
        expected.push(hidden.reduce((sum, value, i) => sum + (v.data[o * 4 + i] ?? NaN) * value, 0));
      }
    }
    expectClose(actual, [3, 2], expected);
  });

  it("a convolution with stride, padding, dilation and groups", () => {
    const [n, groups, inPerGroup, outPerGroup, size, kernel, stride, padding, dilation] = [
      2, 2, 3, 2, 9, 3, 2, 2, 2,
    ];
    const out = Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
    const [x, w] = [
      some(n, groups * inPerGroup, size, size),
      some(groups * outPerGroup, inPerGroup, kernel, kernel),
    ];
    const actual = run(
      `graph forward(N, H, W) {
        x = input f32[N, 6, H, W]
        w = param f32[4, 3, 3, 3] "w"
        y = compute f32[n: N, o: 4, i: floor((H - 1) / 2) + 1, j: floor((W - 1) / 2) + 1]
          sum[c: 3, u: 3, v: 3 | 2*i + 2*u - 2 >= 0, 2*i + 2*u - 2 < H, 2*j + 2*v - 2 >= 0, 2*j + 2*v - 2 < W]
          x[n, 3*floor(o / 2) + c, 2*i + 2*u - 2, 2*j + 2*v - 2] * w[o, c, u, v]
        output y = y
      }`,
      { inputs: { x }, params: { w } },
    );
    const expected: number[] = [];
    for (let b = 0; b < n; b++) {
      for (let o = 0; o < groups * outPerGroup; o++) {
        for (let i = 0; i < out; i++) {
          for (let j = 0; j < out; j++) {
            let sum = 0;
            for (let c = 0; c < inPerGroup; c++) {
              for (let u = 0; u < kernel; u++) {
                for (let v = 0; v < kernel; v++) {
                  const [row, column] = [
                    i * stride + u * dilation - padding,
                    j * stride + v * dilation - padding,
                  ];
                  if (row < 0 || row >= size || column < 0 || column >= size) continue;
                  const channel = Math.floor(o / outPerGroup) * inPerGroup + c;
                  const pixel =
                    x.data[((b * groups * inPerGroup + channel) * size + row) * size + column] ?? NaN;
                  sum += pixel * (w.data[((o * inPerGroup + c) * kernel + u) * kernel + v] ?? NaN);
                }
              }
            }
            expected.push(sum);
          }
        }
      }
    }
    expectClose(actual, [n, 4, out, out], expected);
  });

  it("overlapping pools: the greatest, its first place, and the mean over what exists", () => {
    const x = tensorOf([1, 5], [3, 7, 7, 1, 4]);
    const text = `graph pool() {
      x = input f32[1, 5]
      top = compute f32[n: 1, i: 3] max[u: 3 | 2*i + u - 1 >= 0, 2*i + u - 1 < 5] x[n, 2*i + u - 1]
      place = compute i32[n: 1, i: 3] argmax[u: 3 | 2*i + u - 1 >= 0, 2*i + u - 1 < 5] x[n, 2*i + u - 1]
      mean = compute f32[n: 1, i: 3] (sum[u: 3 | 2*i + u - 1 >= 0, 2*i + u - 1 < 5] x[n, 2*i + u - 1]) / (sum[u: 3 | 2*i + u - 1 >= 0, 2*i + u - 1 < 5] 1.0)
      output top = top
      output place = place
      output mean = mean
    }`;
    expect([...run(text, { inputs: { x } }, "top").data]).toEqual([7, 7, 4]);
    expect([...run(text, { inputs: { x } }, "place").data]).toEqual([2, 0, 1]);
    expect([...run(text, { inputs: { x } }, "mean").data]).toEqual([5, 5, 2.5]);
  });

  it("softmax", () => {
    const x = some(4, 7);
    const actual = run(
      `graph softmax(N, C) {
        x = input f32[N, C]
        top = compute f32[n: N] max[c: C] x[n, c]
        e = compute f32[n: N, c: C] exp(x[n, c] - top[n])
        z = compute f32[n: N] sum[c: C] e[n, c]
        y = compute f32[n: N, c: C] e[n, c] / z[n]
        output y = y
      }`,
      { inputs: { x } },
    );
    const expected = Array.from({ length: 28 }, (_, place) => {
      const row = [...x.data.slice(Math.floor(place / 7) * 7, Math.floor(place / 7) * 7 + 7)];
      return Math.exp(x.data[place] ?? NaN) / row.reduce((sum, value) => sum + Math.exp(value), 0);
    });
    expectClose(actual, [4, 7], expected);
  });

  it("an embedding, and a gather through a gather", () => {
    const [table, ids, order] = [
      some(10, 3),
      tensorOf([2, 4], [9, 0, 3, 3, 1, 2, 8, 7], "i32"),
      tensorOf([4], [3, 1, 0, 2], "i32"),
    ];
    const actual = run(
      `graph embed(V, N, T) {
        table = input f32[V, 3]
        ids = input i32[N, T] in 0..V
        order = input i32[T] in 0..T
        y = compute f32[n: N, t: T, d: 3] table[(ids[n, order[t]] in 0..V), d]
        output y = y
      }`,
      { inputs: { table, ids, order } },
    );
    const expected = [0, 1].flatMap((n) =>
      [3, 1, 0, 2].flatMap((t) =>
        [0, 1, 2].map((d) => table.data[(ids.data[n * 4 + t] ?? NaN) * 3 + d] ?? NaN),
      ),
    );
    expectClose(actual, [2, 4, 3], expected);
  });

  it("a flatten and its inverse by floor and remainder", () => {
    const x = some(2, 3, 4, 5);
    const text = `graph reshape(N) {
      x = input f32[N, 3, 4, 5]
      flat = compute f32[n: N, k: 60] x[n, floor(k / 20), floor(k / 5) % 4, k % 5]
      back = compute f32[n: N, c: 3, i: 4, j: 5] flat[n, 20*c + 5*i + j]
      output flat = flat
      output back = back
    }`;
    expect([...run(text, { inputs: { x } }, "flat").data]).toEqual([...x.data]);
    expect([...run(text, { inputs: { x } }, "back").data]).toEqual([...x.data]);
  });

  it("a triangular sum reads at half-integer coefficients", () => {
    const actual = run(`graph pairs() {
      x = constant f32[6] [1, 2, 4, 8, 16, 32]
      y = compute f32[i: 3] sum[j: 3 | i - j >= 0] x[i*i/2 + i/2 + j]
      output y = y
    }`);
    expect([...actual.data]).toEqual([1, 6, 56]);
  });
});

describe("interpret: what is not taken is not evaluated", () => {
  const x = tensorOf([3], [1, 2, 3]);

  it("a branch of a select", () => {
    const y = run(
      "graph g() { x = input f32[3] y = compute f32[i: 5] if [i - 1 >= 0] and [i <= 3] then x[i - 1] else -1.0 output y = y }",
      { inputs: { x } },
    );
    expect([...y.data]).toEqual([-1, 1, 2, 3, -1]);
  });

  it("a body outside its domain, which is 0 there", () => {
    const y = run(
      "graph g() { x = input f32[3] y = compute f32[i: 5 | i >= 1, i <= 3] x[i - 1] output y = y }",
      { inputs: { x } },
    );
    expect([...y.data]).toEqual([0, 1, 2, 3, 0]);
  });

  it("an integer read behind a guard", () => {
    const y = run(
      `graph g() {
        x = input f32[3]
        at = input i32[2] in 0..3
        y = compute f32[i: 4 | i < 2, 2 - at[i] > 0] x[at[i]]
        z = compute f32[i: 4] if [i < 2] then (let k = x[at[i]] in k * k) else (sum[j: 3] x[j])
        output y = y
        output z = z
      }`,
      { inputs: { x, at: tensorOf([2], [1, 2], "i32") } },
      "z",
    );
    expect([...y.data]).toEqual([4, 9, 6, 6]);
  });

  it("but a read outside its tensor is an error, not a number", () => {
    const text = "graph g() { x = input f32[3] y = compute f32[i: 3] x[i + 1] output y = y }";
    expect(() => interpret(parseGraph(text), { inputs: { x } })).toThrow(
      "x is read at 3 on axis 0, which is outside",
    );
  });
});

describe("interpret: calls", () => {
  const text = "graph g(N, 2 <= T <= 8) { fact T - N >= 0 x = input i32[2*N + 1, T] in 0..T output y = x }";
  const call = (shape: readonly number[], values?: readonly number[]): unknown =>
    interpret(parseGraph(text), {
      inputs: {
        x: tensorOf(
          shape,
          values ?? Array.from({ length: (shape[0] ?? 0) * (shape[1] ?? 0) }, () => 0),
          "i32",
        ),
      },
    });

  it("finds free dims in the shapes of the inputs", () => {
    expect(call([5, 3])).toMatchObject({ y: { shape: [5, 3] } });
  });

  it.each([
    [[4, 3], "no input tells the size of N"],
    [[5, 9], "T = 9 is out of bounds"],
    [[9, 3], "the sizes break T - N >= 0"],
    [[5], "the input x has 1 axes instead of 2"],
  ])("refuses the shape %j: %s", (shape, message) => {
    expect(() =>
      call(
        shape,
        Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0),
      ),
    ).toThrow(message);
  });

  it("refuses a value outside its range", () => {
    expect(() => call([3, 2], [0, 1, 2, 0, 0, 0])).toThrow("the input x has 2, not in 0..2");
  });

  it("draws what docs/random.md tabulates", () => {
    const y = run('graph g() { y = compute f32[i: 4] random("conv1.weight", 1, i) output y = y }', {
      seed: 7,
    });
    expect([...y.data].map((draw) => draw * 2 ** 24)).toEqual([0x5a5dda, 0xf36b5a, 0xcc7132, 0x0fd0cb]);
  });

  it("shows every node to an observer", () => {
    const seen: string[] = [];
    const graph = parseGraph("graph g() { a = compute f32[] 2.0 b = compute f32[] a[] * a[] output b = b }");
    interpret(graph, { observe: (node, { data }) => seen.push(`${node.name} ${data[0] ?? ""}`) });
    expect(seen).toEqual(["a 2", "b 4"]);
  });

  it("draws anew in each step", () => {
    const graph = parseGraph('graph g() { y = compute f32[i: 3] random("train", 0, i) output y = y }');
    const bits = (step: number): readonly number[] =>
      [...(interpret(graph, { seed: 7, step })["y"]?.data ?? [])].map((draw) => draw * 2 ** 24);
    // The second counter word holds the step: docs/random.md.
    const key: [number, number] = [7, streamKey("train", 0)];
    expect(bits(5)).toEqual([0, 1, 2].map((index) => threefry2x32(key, [index, 5])[0] >>> 8));
    expect(bits(0)).not.toEqual(bits(5));
  });

  it("answers what a graph updates beside its outputs, and reads the old values", () => {
    const graph = parseGraph(`graph step() {
      w = param f32[2] "w"
      m = slot f32[2] "momentum/w"
      m2 = compute f32[i: 2] 0.5 * m[i] + w[i]
      w2 = compute f32[i: 2] w[i] - m2[i]
      loss = compute f32[] sum[i: 2] w[i]
      output loss = loss
      update slot "momentum/w" = m2
      update param "w" = w2
    }`);
    const given = (...values: number[]): Tensor => tensorOf([2], values, "f32");
    const { outputs, updates } = interpretStep(graph, {
      params: { w: given(1, 2) },
      states: { "momentum/w": given(4, 8) },
    });
    expect(outputs["loss"]?.data).toEqual(Float64Array.of(3));
    expect(updates["momentum/w"]?.data).toEqual(Float64Array.of(3, 6));
    expect(updates["w"]?.data).toEqual(Float64Array.of(-2, -4));
  });
});
