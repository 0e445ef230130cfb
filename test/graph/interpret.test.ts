import { describe, expect, it } from "vitest";
import {
  meaningOf,
  portable,
  scalarFunction,
  scalarNames,
  streamKey,
  threefry2x32,
} from "../../compiler/scalar/index.ts";
import {
  interpret,
  interpretStep,
  parseGraph,
  tensorOf,
  verify,
  type Interpretation,
  type Tensor,
} from "../../compiler/graph/index.ts";

/** Runs a valid graph and answers its only output, or the one named. */
function run(text: string, options: Interpretation = {}, output?: string): Tensor {
  const graph = parseGraph(text);
  expect(verify(graph, { normal: false })).toEqual([]);
  const result = interpret(graph, options);
  const value = Object.entries(result).find(([name]) => output === undefined || name === output)?.[1];
  if (value === undefined) throw new Error("no such output");
  return value;
}

/** Numbers in [−1, 1) that depend on nothing but their place. */
function some(...shape: readonly number[]): Tensor {
  const size = shape.reduce((all, extent) => all * extent, 1);
  return tensorOf(
    shape,
    Array.from({ length: size }, (_, n) => (((n * 7919 + 13) % 1009) / 1009) * 2 - 1),
  );
}

function expectClose(actual: Tensor, shape: readonly number[], expected: readonly number[]): void {
  expect(actual.shape).toEqual(shape);
  expect(actual.data).toHaveLength(expected.length);
  expected.forEach((value, place) => {
    expect(Math.abs((actual.data[place] ?? NaN) - value)).toBeLessThanOrEqual(
      1e-12 * Math.max(1, Math.abs(value)),
    );
  });
}

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

describe("interpret: reductions", () => {
  const reduceRow = (op: string, row: readonly number[], dtype = "f32"): number | undefined =>
    run(
      `graph g(K) { x = input ${dtype}[K] y = compute ${op.startsWith("arg") ? "i32" : dtype}[] ${op}[k: K] x[k] output y = y }`,
      {
        inputs: {
          x: tensorOf([row.length], row, dtype === "f32" ? "f32" : dtype === "i32" ? "i32" : "bool"),
        },
      },
    ).data[0];

  it.each([
    ["sum", [1, 2, 3.5], 6.5],
    ["prod", [2, 3, -4], -24],
    ["max", [1, NaN, 3], NaN],
    ["min", [1, NaN, 3], NaN],
    ["max", [-Infinity, -Infinity], -Infinity],
    ["argmax", [1, 5, 5, 2], 1],
    ["argmin", [3, 1, 1, 2], 1],
    ["argmax", [1, NaN, 9, NaN], 1],
    ["argmin", [NaN, -1], 0],
    ["argmax", [-Infinity, -Infinity], 0],
  ])("%s of %j is %d", (op, row, expected) => {
    expect(reduceRow(op, row)).toBe(expected);
  });

  it.each([
    ["sum", [2147483647, 1], -2147483648],
    ["prod", [65536, 65536], 0],
    ["prod", [123456789, 987654321], Math.imul(123456789, 987654321)],
    ["max", [-5, -7], -5],
  ])("%s of i32 %j wraps to %d", (op, row, expected) => {
    expect(reduceRow(op, row, "i32")).toBe(expected);
  });

  it.each([
    ["any", [0, 1], 1],
    ["any", [0, 0], 0],
    ["all", [1, 1], 1],
    ["all", [0, 1], 0],
  ])("%s of %j is %d", (op, row, expected) => {
    expect(reduceRow(op, row, "bool")).toBe(expected);
  });

  it.each([
    ["sum", "f32", "1.0", 0],
    ["prod", "f32", "1.0", 1],
    ["max", "f32", "1.0", -Infinity],
    ["min", "f32", "1.0", Infinity],
    ["max", "i32", "1", -2147483648],
    ["any", "bool", "true", 0],
    ["all", "bool", "false", 1],
  ])("an empty %s of %s", (op, dtype, body, expected) => {
    const y = run(`graph g() { y = compute ${dtype}[] ${op}[k: 3 | k - 3 >= 0] ${body} output y = y }`);
    expect(y.data[0]).toBe(expected);
  });

  it("argmax counts row-major over its axes, also under a filter", () => {
    const x = tensorOf([2, 3], [9, 1, 5, 2, 7, 7]);
    const y = run(
      "graph g() { x = input f32[2, 3] y = compute i32[] argmax[i: 2, j: 3 | i + j - 1 >= 0] x[i, j] output y = y }",
      { inputs: { x } },
    );
    expect(y.data[0]).toBe(4);
  });
});

describe("interpret: scatter", () => {
  const text = `graph g(N) {
      ids = input i32[N] in 0..9
      x = input f32[N, 2]
      y = scatter f32[2, 3] sum[n: N, k: 2 | ids[n] < 3] at [1 - k, (ids[n] in 0..3)] stop(x[n, k]) * 2.0
      output y = y
    }`;

  it("adds what meets in one place, and nothing outside its domain", () => {
    const ids = tensorOf([4], [2, 0, 2, 5], "i32");
    const x = tensorOf([4, 2], [1, 10, 2, 20, 3, 30, 4, 40]);
    const y = run(text, { inputs: { ids, x } });
    expect(y.shape).toEqual([2, 3]);
    expect([...y.data]).toEqual([40, 0, 80, 4, 0, 8]);
  });

  it("refuses a subscript outside the shape", () => {
    const graph = parseGraph(
      "graph g() { i = input i32[] y = scatter f32[3] sum[] at [i[]] 1.0 output y = y }",
    );
    const at = (value: number): Interpretation => ({ inputs: { i: tensorOf([], [value], "i32") } });
    expect([...(interpret(graph, at(1))["y"]?.data ?? [])]).toEqual([0, 1, 0]);
    expect(() => interpret(graph, at(3))).toThrow("y is read at 3 on axis 0, which is outside");
  });

  it("has no value for a gradient", () => {
    const graph = parseGraph(
      "graph g() { x = input f32[] y = compute f32[] x[] d = grad f32[] y[] by x[] output d = d }",
    );
    expect(() => interpret(graph, { inputs: { x: tensorOf([], [1]) } })).toThrow(
      "the graph that differentiate makes",
    );
  });
});

describe("interpret: dtypes", () => {
  const value = (dtype: string, body: string): number | undefined =>
    run(`graph g() { y = compute ${dtype}[] ${body} output y = y }`).data[0];

  it.each([
    ["i32", "2147483647 + 1", -2147483648],
    ["i32", "-7 % 3", 2],
    ["i32", "7 % -3", -2],
    ["i32", "-7 / 2", -4],
    ["i32", "-(-2147483648)", -2147483648],
    ["i32", "i32(2.9)", 2],
    ["i32", "i32(-2.9)", -2],
    ["i32", "i32(1e20)", 2147483647],
    ["i32", "i32(-inf)", -2147483648],
    ["i32", "i32(nan)", 0],
    ["u8", "u8(300)", 255],
    ["i8", "i8(-200.0)", -128],
    ["bool", "bool(0.5)", 1],
    ["bool", "nan == nan", 0],
    ["f16", "f16(0.1)", 0.0999755859375],
    ["f16", "f16(0.1) + f16(0.2)", 0.2998046875],
    ["f16", "f16(65504.0) + f16(32.0)", Infinity],
    ["f32", "f32(true) + f32(3)", 4],
    ["f32", "maximum(nan, 1.0)", NaN],
    ["f32", "1.0 / -0.0", -Infinity],
    ["f32", "-5.5 % 2.0", 0.5],
  ])("%s: %s is %d", (dtype, body, expected) => {
    expect(value(dtype, body)).toBe(expected);
  });

  it("u8 widens to i32 when read", () => {
    const y = run("graph g() { x = input u8[2] y = compute i32[] sum[k: 2] x[k] output y = y }", {
      inputs: { x: tensorOf([2], [200, 100], "u8") },
    });
    expect(y).toMatchObject({ dtype: "i32" });
    expect(y.data[0]).toBe(300);
  });
});

describe("interpret: scalar functions are those of the table", () => {
  const dtypesOf = {
    float: ["f32"],
    number: ["f32", "i32"],
    bool: ["bool"],
    any: ["f32", "i32", "bool"],
  } as const;
  const samples = {
    f32: [-2.5, -1, -0, 0, 0.5, 1, 3, Infinity, -Infinity, NaN],
    i32: [-2147483648, -7, -1, 0, 1, 3, 2147483647],
    bool: [0, 1],
  };

  it.each(scalarNames)("%s", (name) => {
    const { signature } = scalarFunction(name);
    for (const dtype of dtypesOf[signature.of]) {
      const values = samples[dtype];
      const pairs =
        signature.operands === 2
          ? values.flatMap((x) => values.map((y) => [x, y]))
          : values.map((x) => [x, x]);
      const column = (place: number): Tensor =>
        tensorOf(
          [pairs.length],
          pairs.map((pair) => pair[place] ?? 0),
          dtype,
        );
      const result = signature.result === "bool" ? "bool" : dtype;
      const y = run(
        `graph g(N) {
          x = input ${dtype}[N]
          y = input ${dtype}[N]
          z = compute ${result}[n: N] ${name === "not" ? "not x[n]" : `${name}(x[n]${signature.operands === 2 ? ", y[n]" : ""})`}
          output z = z
        }`,
        { inputs: { x: column(0), y: column(1) } },
      );
      expect([...y.data]).toEqual(
        pairs.map(([first = 0, second = 0]) => meaningOf(name, dtype)(first, second)),
      );
    }
  });

  it("the portable ones where they are asked for", () => {
    const text =
      "graph g() { y = compute f32[i: 200] exp(f32(index(i)) / 7.0) * cos(f32(index(i))) output y = y }";
    const y = run(text, { portable: true });
    expect([...y.data]).toEqual(Array.from({ length: 200 }, (_, i) => portable.exp(i / 7) * portable.cos(i)));
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
