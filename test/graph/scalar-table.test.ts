import { describe, expect, it } from "vitest";
import {
  convertValue,
  draw,
  fnv1a,
  meaningOf,
  portable,
  resultDtype,
  roundToHalf,
  scalarFunction,
  scalarNames,
  streamKey,
  threefry2x32,
  type ScalarBuilder,
  type ScalarName,
} from "../../compiler/scalar/index.ts";

const f32 = (name: ScalarName, x: number, y = NaN): number => meaningOf(name, "f32")(x, y);

describe("meanings", () => {
  // Values from tables of the functions (DLMF) and the rules of IEEE 754.
  it.each([
    ["power", 2, -2, 0.25],
    ["power", 1, NaN, 1],
    ["power", -1, Infinity, 1],
    ["power", -8, 1 / 3, NaN],
    ["remainder", 7, 3, 1],
    ["remainder", -7, 3, 2],
    ["remainder", 7, -3, -2],
    ["remainder", -6, 3, -0],
    ["floor", -1.5, 0, -2],
    ["ceil", -1.5, 0, -1],
    ["sign", -0.1, 0, -1],
    ["sign", 0, 0, 0],
    ["minimum", NaN, 1, NaN],
    ["maximum", 1, NaN, NaN],
    ["equal", NaN, NaN, 0],
    ["notEqual", NaN, NaN, 1],
    ["lessEqual", 2, 2, 1],
    ["greater", 2, 2, 0],
    ["and", 1, 0, 0],
    ["or", 1, 0, 1],
    ["not", 1, 0, 0],
  ] as const)("%s(%d, %d) is %d", (name, x, y, expected) => {
    expect(f32(name, x, y)).toBe(expected);
  });

  it.each([
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [2.6, 0.9997639655834707],
    [3, 0.9999779095030014],
    [-1, -0.8427007929497149],
    [1e-300, 1.1283791670955126e-300],
    [Infinity, 1],
  ])("erf %d is %d", (x, expected) => {
    expect(Math.abs(f32("erf", x) / expected - 1)).toBeLessThan(1e-15);
  });

  it.each([
    [1, 1],
    [0.1, 0.0999755859375],
    [2049, 2048],
    [2051, 2052],
    [65519.99, 65504],
    [65520, Infinity],
    [-70000, -Infinity],
    [2 ** -24, 2 ** -24],
    [2 ** -25, 0],
    [1.5 * 2 ** -25, 2 ** -24],
    [3 * 2 ** -25, 2 ** -23],
    [1023.7 * 2 ** -24, 2 ** -14],
    [-0, -0],
    [NaN, NaN],
  ])("the f16 next to %d is %d", (x, expected) => {
    expect(roundToHalf(x)).toBe(expected);
  });

  it("every f16 is its own neighbour, and the middle of two goes to the even one", () => {
    const valueOf = (bits: number): number =>
      bits < 1024 ? bits * 2 ** -24 : (1 + (bits % 1024) / 1024) * 2 ** (Math.floor(bits / 1024) - 15);
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [valueOf(bits), valueOf(bits + 1)];
      expect(roundToHalf(low)).toBe(low);
      expect(roundToHalf((low + high) / 2)).toBe(bits % 2 === 0 ? low : high);
    }
  });

  it.each([
    [3.99, "i32", 3],
    [-3.99, "i32", -3],
    [-0.5, "i32", 0],
    [4e9, "i32", 2147483647],
    [256, "u8", 255],
    [-1, "u8", 0],
    [-129, "i8", -128],
    [NaN, "i8", 0],
    [-3, "bool", 1],
  ] as const)("%d as %s is %d", (value, to, expected) => {
    expect(convertValue(value, to)).toBe(expected);
  });
});

describe("signatures", () => {
  it.each([
    ["add", ["f32", "f32"], "f32"],
    ["add", ["f32", "i32"], undefined],
    ["add", ["u8", "u8"], undefined],
    ["add", ["f32"], undefined],
    ["exp", ["i32"], undefined],
    ["exp", ["f16"], "f16"],
    ["less", ["i32", "i32"], "bool"],
    ["less", ["bool", "bool"], undefined],
    ["equal", ["bool", "bool"], "bool"],
    ["and", ["bool", "bool"], "bool"],
    ["not", ["f32"], undefined],
  ] as const)("%s of %j is %s", (name, operands, expected) => {
    expect(resultDtype(name, operands)).toBe(expected);
  });

  it("as many derivatives as operands", () => {
    for (const name of scalarNames) {
      const { signature, derivatives } = scalarFunction(name);
      expect(derivatives, name).toHaveLength(signature.operands);
    }
  });
});

describe("derivatives at kinks and bounds", () => {
  const numbers: ScalarBuilder<number> = {
    constant: (value) => value,
    apply: (fn, x = NaN, y = NaN) => meaningOf(fn, "f32")(x, y),
    select: (condition, then, otherwise) => (condition !== 0 ? then : otherwise),
  };
  const slope = (name: ScalarName, operand: 0 | 1, x: number, y: number): number | undefined =>
    scalarFunction(name).derivatives[operand]?.(numbers, { x, y, result: f32(name, x, y) });

  it.each([
    ["maximum", 0, 2, 2, 0.5],
    ["minimum", 1, 2, 2, 0.5],
    ["abs", 0, 0, 0, 0],
    ["power", 0, 0, 2, 0],
    ["power", 0, 0, 0, 0],
    ["power", 0, 0, 1, 1],
    ["power", 1, 0, 2, 0],
    ["sqrt", 0, 0, 0, Infinity],
  ] as const)("%s by operand %d at (%d, %d) is %d", (name, operand, x, y, expected) => {
    expect(slope(name, operand, x, y)).toBe(expected);
  });
});

describe("portable functions against the engine's", () => {
  /** Spread over many magnitudes, each value of full length. */
  const spread = (low: number, high: number, count = 2_000): readonly number[] =>
    Array.from({ length: count }, (_, n) => low * (high / low) ** ((n + 0.123456789) / count));
  const signed = (values: readonly number[]): readonly number[] => [
    ...values,
    ...values.map((value) => -value),
  ];

  it.each([
    ["exp", signed(spread(1e-10, 700))],
    [
      "log",
      [...spread(1e-310, 1e-10), ...spread(1e-10, 1e150), ...spread(1e150, 1e308), ...spread(0.9, 1.1)],
    ],
    ["sin", signed(spread(1e-10, 1e5))],
    ["cos", signed(spread(1e-10, 1e5))],
    ["tanh", signed(spread(1e-10, 30))],
  ] as const)("%s within 1e-15", (name, values) => {
    for (const x of values) {
      const [actual, expected] = [portable[name](x), Math[name](x)];
      expect(Math.abs(actual - expected), `at ${x}`).toBeLessThanOrEqual(1e-15 * Math.abs(expected));
    }
  });

  it("power within 1e-15·(1 + |y log x|)", () => {
    for (const x of spread(1e-3, 1e3, 300)) {
      for (const y of signed(spread(1e-2, 40, 30))) {
        const [actual, expected] = [portable.power(x, y), x ** y];
        const bound = 1e-15 * (1 + Math.abs(y * Math.log(x)));
        expect(Math.abs(actual / expected - 1), `${x} ^ ${y}`).toBeLessThanOrEqual(bound);
      }
    }
  });

  it.each([
    ["exp", 0, 1],
    ["exp", -Infinity, 0],
    ["exp", Infinity, Infinity],
    ["exp", NaN, NaN],
    ["exp", -745, 5e-324],
    ["log", 0, -Infinity],
    ["log", -1, NaN],
    ["log", 1, 0],
    ["log", Infinity, Infinity],
    ["sin", 0, 0],
    ["sin", Infinity, NaN],
    ["cos", 0, 1],
    ["tanh", Infinity, 1],
    ["tanh", NaN, NaN],
    ["erf", 7, 1],
  ] as const)("%s of %d is %d", (name, x, expected) => {
    expect(portable[name](x)).toBe(expected);
  });

  it.each([
    [2, 10, 1024],
    [-2, 3, -8],
    [-2, 5, -32],
    [-2, 0.5, NaN],
    [0, -1, Infinity],
    [-0, -7, -Infinity],
    [0, 7, 0],
    [NaN, 0, 1],
    [0.5, Infinity, 0],
    [Infinity, -5, 0],
    [10, 400, Infinity],
    [10, -400, 0],
  ])("%d ^ %d is %d", (x, y, expected) => {
    expect(portable.power(x, y)).toBe(expected);
  });
});

// The tables of docs/random.md: Random123's known answers, the FNV authors' test suite, and draws made by another program.
describe("random numbers", () => {
  it.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ] as const)("threefry2x32 of key %j and counter %j", (key, counter, expected) => {
    expect(threefry2x32(key, counter)).toEqual(expected);
  });

  it.each([
    ["", 0x811c9dc5],
    ["a", 0xe40c292c],
    ["foobar", 0xbf9cf968],
    ["conv1.weight#0", 0x26fbfe3f],
    ["größe#0", 0x806e3e51],
  ])("FNV-1a of %j", (text, expected) => {
    expect(fnv1a(text)).toBe(expected);
  });

  it.each([
    [7, "conv1.weight", 0, [0x067886, 0x8e2c20, 0x83a1fe, 0x124a10]],
    [7, "conv1.weight", 1, [0x5a5dda, 0xf36b5a, 0xcc7132, 0x0fd0cb]],
    [4294967295, "größe", 0, [0xe5d6af, 0x3de748, 0xaa6915, 0x68ffce]],
  ])("draws of seed %d, %s, stream %d", (seed, path, stream, expected) => {
    const key = streamKey(path, stream);
    expect(expected.map((_, index) => draw(seed, key, index) * 2 ** 24)).toEqual(expected);
  });

  it("an index beyond 32 bits has its own draw", () => {
    const key = streamKey("w", 0);
    expect(draw(1, key, 2 ** 32 + 5)).toBe((threefry2x32([1, key], [5, 1])[0] >>> 8) / 2 ** 24);
    expect(draw(1, key, 2 ** 32 + 5)).not.toBe(draw(1, key, 5));
  });
});
