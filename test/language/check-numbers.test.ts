import { describe, expect, test } from "vitest";
import { expectCodes, programOf, run } from "./check-source.ts";

const model = (header: string, body: string): string => `model M${header} { ${body} }`;

describe("D5 numbers", () => {
  test("D5.1 counted integers are exact and take the dtype that they meet", () => {
    expect(run(model("(x: f32[N]) -> (y: f32[N])", "y[i] = 7 * x[i] + i"), { x: [1, 2] })).toEqual([7, 15]);
    expect(run(model("(x: i32[N]) -> (y: i32[N])", "y[i] = 7 * x[i] + i"), { x: [1, 2] })).toEqual([7, 15]);
    expect(run(model("(x: f32[N]) -> (y: f32[N])", "y[i] = x[i] * 2^3"), { x: [1, 2] })).toEqual([8, 16]);
  });
  test("D5.1 a literal beyond what is exact is refused wherever it stands", () => {
    for (const literal of ["9007199254740992", "99999999999999999999", "1" + "0".repeat(400)]) {
      expectCodes(model("(x: f32[N]) -> (y: f32[N])", `y[i] = x[i] * ${literal}`), ["DLC1005"]);
    }
  });
  test("D5.1 a float literal takes the dtype of its partner", () => {
    const { entries } = programOf(model("(x: f16[N]) -> (y: f16[N])", "y[i] = 0.5 * x[i]"));
    const node = entries["forward"]?.nodes.find(({ name }) => name === "y");
    expect(JSON.stringify(node)).not.toContain("f32");
  });
  test("D5.2 real is the dtype of an application's inputs", () => {
    const layer = "layer Id(x: real[N]) -> (y: real[N]) {\n  param w: real[1] = 1\n  y[n] = w[0] * x[n]\n}\n";
    const dtype = (type: string): string | undefined =>
      programOf(`${layer}model M(x: ${type}[N]) -> (y: ${type}[N]) { y = x |> id: Id() }`).params[0]?.dtype;
    expect(dtype("f32")).toBe("f32");
    expect(dtype("f16")).toBe("f16");
    const two = "fn add(a: real[N], b: real[N]) -> (y: real[N]) { y = a + b }\n";
    expectCodes(`${two}model M(a: f16[N], b: f32[N]) -> (y: f32[N]) { y = add(a, b) }`, ["DLC3003"]);
  });
  test("D5.2 nothing else converts implicitly", () => {
    expectCodes(model("(x: f32[N], n: i32[N]) -> (y: f32[N])", "y[i] = x[i] * n[i]"), ["DLC3017"]);
    const source = model("(x: f32[N], n: i32[N]) -> (y: f32[N])", "y[i] = x[i] * real(n[i])");
    expect(run(source, { x: [1.5], n: [3] })).toEqual([4.5]);
  });
  test("D5.2 i32 of a float goes towards zero", () => {
    expect(run(model("(x: f32[N]) -> (y: i32[N])", "y[i] = i32(x[i])"), { x: [1.9, -1.9] })).toEqual([1, -1]);
  });
  test("D5.2 an `if` joins integer ranges", () => {
    const header = "(x: f32[6], flip: bool[N]) -> (y: f32[N])";
    const choice = (far: number): string => model(header, `y[n] = x[if flip[n] then ${far} else 2]`);
    expect(run(choice(5), { x: [0, 1, 2, 3, 4, 5], flip: [1, 0] })).toEqual([5, 2]);
    expectCodes(choice(6), ["DLC3006"]);
  });
  test("D5.3 in an integer position / comes out whole, elsewhere it is real", () => {
    expectCodes(model("(x: f32[N, 8]) -> (y: f32[N, 4])", "y[n, i in 0..8 / 2] = x[n, 2 * i]"), []);
    expectCodes(model("(x: f32[N, 8]) -> (y: f32[N, 2])", "y[n, i in 0..8 / 3] = x[n, i]"), ["DLC3009"]);
    expect(run(model("(x: f32[N]) -> (y: f32[N])", "y[n] = x[n] + 1 / 4"), { x: [1] })).toEqual([1.25]);
    expect(run(model("(x: f32[N]) -> (y: f32[N])", "y[n] = x[n] / N"), { x: [1, 3] })).toEqual([0.5, 1.5]);
    expectCodes(model("(a: i32[N]) -> (y: f32[N])", "y[n] = a[n] / 2"), ["DLC3017"]);
  });
  test("D5.3 floor and ceil are integers", () => {
    const halves = model(
      "(x: f32[N]) -> (y: i32[N])",
      "y[n] = floor(i32(x[n]) / 2) + 10 * ceil(i32(x[n]) / 4)",
    );
    expect(run(halves, { x: [7.9, -3.2, 4] })).toEqual([23, -2, 12]);
    expect(
      run(model("(x: f32[N, 4]) -> (y: f32[N, 8])", "y[n, i in 0..8] = x[n, floor(i / 2)]"), {
        x: [[1, 2, 3, 4]],
      }),
    ).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
    expect(run(model("(x: f32[N]) -> (y: i32[N])", "y[n] = ceil(x[n])"), { x: [1.2, -1.2] })).toEqual([
      2, -1,
    ]);
  });
  test("D5.4 a divisor that may be 0 is refused", () => {
    expectCodes(model("(a: i32[N]) -> (y: i32[N])", "y[n] = 7 % a[n]"), ["DLC3009"]);
    const source = model("(a: i32[N] in 1..9) -> (y: i32[N])", "y[n] = 7 % a[n]");
    expect(run(source, { a: [4] })).toEqual([3]);
  });
  test("D5.4 a divisor that is computed may not be 0 either, nor may that of what is computed", () => {
    const chosen = model("(a: i32[N]) -> (y: i32[N])", "y[n] = 7 % (if a[n] > 0 then a[n] else 0)");
    expectCodes(chosen, ["DLC3009"]);
    expectCodes(model("(a: i32[N]) -> (y: i32[N])", "y[n] = (if a[n] > 0 then a[n] else 1) % 0"), [
      "DLC3009",
    ]);
    const kept = model("(a: i32[N]) -> (y: i32[N])", "y[n] = (if a[n] > 0 then 7 else -7) % max(a[n], 2)");
    expect(run(kept, { a: [4, 0] })).toEqual([3, 1]);
  });
  test("D5.4 a remainder lies below its divisor, whatever it is of", () => {
    const source = model(
      "(a: i32[N], x: f32[3]) -> (y: f32[N])",
      "y[n] = x[(if a[n] > 0 then a[n] else 5) % 3]",
    );
    expect(run(source, { a: [-9, 4], x: [1, 2, 3] })).toEqual([3, 2]);
  });
  test("what is computed and read as a place is called by no name that the source does not have", () => {
    const read = "y[n] = x[if a[n] > 0 then a[n] else 5]";
    const [message] = expectCodes(model("(a: i32[N], x: f32[3]) -> (y: f32[N])", read), ["DLC3006"]);
    expect(message).toContain("this subscript is not known to lie in 0..3");
    const divided = "y[n] = floor(a[n] / i32(x[0]))";
    const [other] = expectCodes(model("(a: i32[N], x: f32[3]) -> (y: i32[N])", divided), ["DLC3009"]);
    expect(other).toContain("this divisor is not known to be at least 1");
  });
  test("D5.4 % takes the sign of the divisor", () => {
    expect(run(model("(a: i32[N]) -> (y: i32[N])", "y[n] = a[n] % 3"), { a: [-1, 4] })).toEqual([2, 1]);
  });
  test("D5.4 u8 widens to i32 when it is read", () => {
    const source = model("(a: u8[N]) -> (y: i32[N])", "y[n] = a[n] * 2");
    expect(run(source, { a: [200] })).toEqual([400]);
    expectCodes(model("(a: u8[N]) -> (y: u8[N])", "y[n] = a[n] + 1"), ["DLC3003"]);
  });
  test("D5.4 conditions: and, or, not, comparison; sum counts, mean is a share", () => {
    const header = "(x: f32[N]) -> (y: f32)";
    expect(
      run(model("(x: f32[N]) -> (y: i32)", "y = sum[n] (x[n] > 1 and not x[n] > 2)"), { x: [1, 2, 3] }),
    ).toEqual([1]);
    expect(run(model(header, "y = mean[n] (x[n] > 1 or x[n] < 0)"), { x: [1, 2, 3, -1] })).toEqual([0.75]);
    expectCodes(model(header, "y = x[0] + (x[0] > 1)"), ["DLC3017"]);
    expectCodes(model(header, "y = max[n] (x[n] > 1)"), ["DLC3017"]);
  });
});

describe("D5 numbers in storage", () => {
  test("D5.5 constants outside of a dtype's range, or rounded to 0 in it, are warned about", () => {
    const weight = (value: string): string =>
      `model M(x: f32[N]) -> (y: f32[N]) {\n  param w: f16[1] = ${value}\n  y[n] = x[n] * real(w[0])\n}`;
    expectCodes(weight("65504"), []);
    expectCodes(weight("70000"), ["DLC3024"]);
    expectCodes(weight("1e-9"), ["DLC3024"]);
    expectCodes(model("(x: f32[N]) -> (y: f32[N])", "y[n] = x[n] * 1e39"), ["DLC3024"]);
    expectCodes(model("(x: i32[N]) -> (y: i32[N])", "y[n] = x[n] * 3000000000"), ["DLC3024"]);
  });
  test("D5.4 i32 wraps", () => {
    const source = model("(x: i32[N]) -> (y: i32[N])", "y[n] = x[n] * 65536");
    expect(run(source, { x: [32768, 65536] })).toEqual([-2147483648, 0]);
  });
  test("D5.2 conversions to u8 and i8 stop at the bounds", () => {
    const to = (dtype: string): string => model(`(x: f32[N]) -> (y: ${dtype}[N])`, `y[n] = ${dtype}(x[n])`);
    expect(run(to("u8"), { x: [300, -4, 7.9] })).toEqual([255, 0, 7]);
    expect(run(to("i8"), { x: [300, -400, -7.9] })).toEqual([127, -128, -7]);
  });
});

describe("training and states", () => {
  test("training is false here; the branches under it are checked, not built", () => {
    const source = (then: string): string =>
      `fn f(x: real[N]) -> (y: real[N]) { y[n] = if training then ${then} else x[n] }
model M(x: f32[N]) -> (y: f32[N]) { y = f(x) }`;
    expect(run(source("2 * random()"), { x: [3] })).toEqual([3]);
    expectCodes(source("2 * nothing"), ["DLC2001"]);
  });
  test("a state that only training changes is read", () => {
    const source = `import std.nn { BatchNorm2d }
model M(x: f32[N, 1, 1, 2]) -> (y: f32[N, 1, 1, 2]) { y = x |> bn: BatchNorm2d(eps: 0) }`;
    const program = programOf(source);
    expect(program.states.map(({ path }) => path).sort()).toEqual(["bn.running_mean", "bn.running_var"]);
    expect(
      run(source, { x: [[[[1, 5]]]] }, { params: { "bn.running_mean": [1], "bn.running_var": [4] } }),
    ).toEqual([0, 2]);
  });
  test("a state that inference changes is memory", () => {
    const source = `layer Count(x: real[N]) -> (y: real[N]) {
  state seen: real[1] = 0
  seen' = seen + 1
  y[n] = x[n] + seen[0]
}
model M(x: f32[N]) -> (y: f32[N]) { y = x |> c: Count() }`;
    const { states, memory } = programOf(source);
    expect(states).toEqual([]);
    expect(memory?.map(({ path }) => path)).toEqual(["c.seen"]);
    // What is read is the value before the call.
    expect(run(source, { x: [5] })).toEqual([5]);
  });
  test("a model that runs may draw", () => {
    expectCodes(model("(x: f32[N]) -> (y: f32[N])", "y[n] = x[n] + random()"), []);
  });
});

describe("between which numbers a whole number lies", () => {
  const reads = (subscript: string, rest = ""): string =>
    `model M(x: f32[N, 40], a: f32[N], k: i32[N] in 0..4) -> (y: f32[N]) {\n${rest}\n  y[n] = x[n, ${subscript}]\n}`;

  test("is known of a constant under a name", () => {
    expectCodes(reads("at[n]", "at[n in 0..N] = 39"), []);
    expectCodes(reads("at[n]", "at[n in 0..N] = 40"), ["DLC3006"]);
  });

  test("of what is computed from indices and from integers of a tensor", () => {
    expectCodes(reads("at[n]", "at[n] = 13 * k[n]"), []);
    expectCodes(reads("at[n]", "at[n] = 39 - 13 * k[n]"), []);
    expectCodes(reads("at[n]", "at[n] = 13 * k[n] + 1"), ["DLC3006"]);
    expectCodes(reads("at[3, k[n]]", "at[j in 0..4, i in 0..10] = 10 * j + i"), []);
  });

  test("and of sums and products of what is clamped", () => {
    const clamped = (factor: number): string =>
      reads("at[n]", `at[n] = ${factor} * clamp(i32(a[n]), 0, 4) + clamp(i32(x[n, 0]), 0, 7)`);
    expectCodes(clamped(8), []);
    expectCodes(clamped(9), ["DLC3006"]);
    expectCodes(reads("at[n]", "at[n] = 39 - clamp(i32(a[n]), 0, 39)"), []);
    expectCodes(reads("at[n]", "at[n] = 38 - clamp(i32(a[n]), 0, 39)"), ["DLC3006"]);
  });

  test("and, in a branch, under its condition", () => {
    expectCodes(reads("at[n]", "at[n] = if k[n] < 2 then 39 * k[n] else 0"), []);
    expectCodes(reads("at[n]", "at[n] = if k[n] < 3 then 39 * k[n] else 0"), ["DLC3006"]);
    expectCodes(reads("at[n]", "at[n] = 40 % (if k[n] > 0 then k[n] else 1)"), []);
    expectCodes(reads("at[n]", "at[n] = 40 % (if k[n] > 0 then 1 else k[n])"), ["DLC3009"]);
  });

  test("but not of what may wrap when it is stored", () => {
    const wrapped =
      "model M(x: f32[8], k: i32 in 0..1073741824) -> (y: f32) {\n  far[i in 0..1] = 4 * k\n  y = x[floor(far[0] / 536870912)]\n}";
    expectCodes(wrapped, ["DLC3006"]);
    expectCodes(wrapped.replace("4 * k", "1 * k"), []);
  });
});

describe("what depends on `training`", () => {
  test("is a float while training and afterwards, if one branch is", () => {
    const source = `model M(x: f32[2, 4]) -> (y: f32[2, 4]) {
  scale[n] = if training then 0.3 + x[n, 0] else 2
  y[n, i] = x[n, i] * scale[n]
}`;
    expect(
      run(source, {
        x: [
          [1, 2, 3, 4],
          [5, 6, 7, 8],
        ],
      }),
    ).toEqual([2, 4, 6, 8, 10, 12, 14, 16]);
    expectCodes(source, [], { train: true });
  });
});
