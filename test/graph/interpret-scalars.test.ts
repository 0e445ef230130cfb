import { describe, expect, it } from "vitest";
import { meaningOf, portable, scalarFunction, scalarNames } from "../../compiler/scalar/index.ts";
import { tensorOf, type Tensor } from "../../compiler/graph/index.ts";
import { run } from "./run-graph.ts";

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
