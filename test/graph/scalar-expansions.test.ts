import { describe, expect, it } from "vitest";
import { expansionOps, type Expansion, type ExpansionOp } from "../../compiler/scalar/expansion.ts";
import { expansions } from "../../compiler/scalar/expansions.ts";
import { runExpansion } from "../../compiler/scalar/run-expansion.ts";

/** erf by Simpson's rule on 2/√π e^(−t²): good to 1e-15 relative, and no kin of the code under test. */
function integratedErf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  const steps = 400;
  let sum = 1 + Math.exp(-a * a);
  for (let n = 1; n < steps; n++) sum += (n % 2 === 1 ? 4 : 2) * Math.exp(-(((a * n) / steps) ** 2));
  return (x * sum * 2) / (3 * steps) / Math.sqrt(Math.PI);
}

const truth = {
  exp: (x: number) => Math.exp(x),
  log: (x: number) => Math.log(x),
  sin: (x: number) => Math.sin(x),
  cos: (x: number) => Math.cos(x),
  tanh: (x: number) => Math.tanh(x),
  erf: integratedErf,
};

/** Distance in units of the last place of the f32 nearest to the truth. */
function ulpsBetween(actual: number, expected: number): number {
  const rounded = Math.fround(expected);
  if (Object.is(actual, rounded) || actual === rounded || (Number.isNaN(actual) && Number.isNaN(expected)))
    return 0;
  if (!Number.isFinite(actual) || !Number.isFinite(rounded)) return Infinity;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(expected))), -126);
  return Math.abs(actual - expected) / 2 ** (exponent - 23);
}

/** Floats whose bits go up by an odd step from one to another: every exponent, mantissas of every kind. */
function* floatsBetween(low: number, high: number, count: number): Generator<number> {
  const view = new DataView(new ArrayBuffer(4));
  const place = (value: number): number => {
    view.setFloat32(0, value);
    const bits = view.getInt32(0);
    return bits < 0 ? -2147483648 - bits : bits;
  };
  const [from, to] = [place(low), place(high)];
  const step = Math.max(1, Math.floor((to - from) / count) | 1);
  for (let at = from; at <= to; at += step) {
    view.setInt32(0, at < 0 ? -2147483648 - at : at);
    yield view.getFloat32(0);
  }
}

function worst(
  expansion: Expansion,
  exact: (x: number) => number,
  samples: Iterable<number>,
): { ulp: number; at: number } {
  let found = { ulp: 0, at: NaN };
  for (const x of samples) {
    for (const fused of [false, true]) {
      const ulp = ulpsBetween(runExpansion(expansion, [x], { fused }), exact(x));
      if (ulp > found.ulp) found = { ulp, at: x };
    }
  }
  return found;
}

describe("expansions in f32 keep their stated error", () => {
  it.each([
    ["exp", -87.33, 88.7228],
    ["log", 1e-45, 3.4028e38],
    ["log", 0.5, 2],
    ["sin", -8192, 8192],
    ["sin", -4, 4],
    ["cos", -8192, 8192],
    ["cos", -4, 4],
    ["tanh", -3.4e38, 3.4e38],
    ["tanh", 1e-3, 9],
    ["erf", -3.4e38, 3.4e38],
    ["erf", 1e-3, 5],
  ] as const)("%s between %d and %d", (name, low, high) => {
    const { ulp, at } = worst(
      expansions[name],
      truth[name],
      floatsBetween(low, high, name === "erf" ? 4_000 : 40_000),
    );
    if (process.env["SHOW_ULP"] !== undefined)
      console.log(`${name} [${low}, ${high}]: ${ulp.toFixed(2)} ulp at ${at}`);
    expect(ulp, `at ${at}`).toBeLessThanOrEqual(expansions[name].ulp);
  });

  it("sin and cos where a multiple of π/2 is near", () => {
    const near: number[] = [];
    for (let n = 1; n < 5215; n++) near.push(Math.fround((n * Math.PI) / 2), -Math.fround((n * Math.PI) / 2));
    for (const name of ["sin", "cos"] as const) {
      const { ulp, at } = worst(expansions[name], truth[name], near);
      expect(ulp, `${name} at ${at}`).toBeLessThanOrEqual(expansions[name].ulp);
    }
  });

  it("power", () => {
    let found = { ulp: 0, at: "" };
    for (const x of floatsBetween(1e-38, 3e38, 150)) {
      for (const exact of floatsBetween(1e-3, 100, 25)) {
        for (const y of [exact, -exact, Math.round(exact), 0.75, -0.5]) {
          const expected = x ** y;
          if (expected < 2 ** -125 || Math.fround(expected) === Infinity) continue;
          for (const fused of [false, true]) {
            const ulp = ulpsBetween(runExpansion(expansions.power, [x, y], { fused }), expected);
            if (ulp > found.ulp) found = { ulp, at: `${x} ^ ${y}` };
          }
        }
      }
    }
    for (const x of floatsBetween(0.5, 2, 2_000)) {
      for (const y of [1.5, -3.25, 100, 127.3, -90.7, 1e3, 1e5]) {
        const expected = x ** y;
        if (expected < 2 ** -125 || Math.fround(expected) === Infinity) continue;
        const ulp = ulpsBetween(runExpansion(expansions.power, [x, y], { fused: false }), expected);
        if (ulp > found.ulp) found = { ulp, at: `${x} ^ ${y}` };
      }
    }
    if (process.env["SHOW_ULP"] !== undefined)
      console.log(`power: ${found.ulp.toFixed(2)} ulp at ${found.at}`);
    expect(found.ulp, found.at).toBeLessThanOrEqual(expansions.power.ulp);
  });
});

describe("expansions at the ends", () => {
  const value = (name: keyof typeof expansions, ...operands: number[]): number =>
    runExpansion(expansions[name], operands, { fused: false });

  it.each([
    ["exp", -Infinity, 0],
    ["exp", -1000, 0],
    ["exp", Infinity, Infinity],
    ["exp", 89, Infinity],
    ["exp", 0, 1],
    ["exp", -0, 1],
    ["log", 0, -Infinity],
    ["log", -0, -Infinity],
    ["log", -1, NaN],
    ["log", 1, 0],
    ["log", Infinity, Infinity],
    ["sin", Infinity, NaN],
    ["cos", -Infinity, NaN],
    ["cos", 0, 1],
    ["tanh", Infinity, 1],
    ["tanh", -Infinity, -1],
    ["tanh", 1e-45, Math.fround(1e-45)],
    ["tanh", -0, -0],
    ["erf", Infinity, 1],
    ["erf", -Infinity, -1],
    ["erf", -0, -0],
  ] as const)("%s of %d is %d", (name, x, expected) => {
    expect(ulpsBetween(value(name, x), expected)).toBeLessThanOrEqual(1);
  });

  it.each(["exp", "log", "sin", "cos", "tanh", "erf"] as const)(
    "%s keeps NaN, whatever its payload",
    (name) => {
      const view = new DataView(new ArrayBuffer(4));
      for (const bits of [0x7fc00000, 0x7fc00001, 0xffc00007, 0x7fffffff]) {
        view.setUint32(0, bits);
        expect(value(name, view.getFloat32(0))).toBeNaN();
      }
    },
  );

  it.each(["sin", "cos"] as const)("%s of a huge number stays within one", (name) => {
    for (const x of [1e6, 1e10, 3e38, -7e20]) expect(Math.abs(value(name, x))).toBeLessThanOrEqual(1);
  });

  // C99, F.10.4.4
  it.each([
    [0, 3, 0],
    [-0, 3, -0],
    [-0, 2, 0],
    [0, -1, Infinity],
    [-0, -1, -Infinity],
    [-0, -2, Infinity],
    [0, 0, 1],
    [NaN, 0, 1],
    [1, NaN, 1],
    [NaN, 1, NaN],
    [2, NaN, NaN],
    [-1, Infinity, 1],
    [-1, -Infinity, 1],
    [0.5, Infinity, 0],
    [0.5, -Infinity, Infinity],
    [2, Infinity, Infinity],
    [2, -Infinity, 0],
    [-2, 3, -8],
    [-2, 2, 4],
    [-2, -1, -0.5],
    [-2, 0.5, NaN],
    [-8, 1 / 3, NaN],
    [-Infinity, 3, -Infinity],
    [-Infinity, 2, Infinity],
    [-Infinity, -3, -0],
    [-Infinity, 0.5, Infinity],
    [Infinity, 0.5, Infinity],
    [Infinity, -1, 0],
    [2, 128, Infinity],
    [2, 127, 2 ** 127],
    [2, -149, 2 ** -149],
    [2, -151, 0],
    [2 ** -149, 1, 2 ** -149],
    [9, 0.5, 3],
    [1, 1e38, 1],
    [-1, 16777217, 1],
  ])("%d ^ %d is %d", (x, y, expected) => {
    expect(value("power", x, y)).toBe(expected);
  });
});

it("an expansion is typed: every operand is what its operation takes", () => {
  const signatureOf = (op: ExpansionOp): [string[], string] => {
    const [operands = "", result = ""] = expansionOps[op].split(" -> ");
    return [operands.split(" "), result];
  };
  for (const expansion of Object.values(expansions)) {
    const types: string[] = Array.from({ length: expansion.inputs }, () => "f");
    for (const step of expansion.steps) {
      if (step.kind === "apply") {
        const [operands, result] = signatureOf(step.op);
        expect(step.operands.map((place) => types[place])).toEqual(operands);
        types.push(result);
      } else types.push(step.kind === "float" ? "f" : "i");
    }
    expect(types[types.length - 1]).toBe("f");
  }
});
