import { describe, expect, test } from "vitest";
import { checkSource, expectCodes } from "./check-source.ts";

const header = "model A(x: f32[N, 4]) -> (y: f32[N, 4])";

/** The helps of all that is said of a model with this body. */
function helpsOf(body: string): readonly string[] {
  return checkSource(`${header} { ${body} }`).diagnostics.flatMap(({ help }) => help);
}

describe("what other languages have words and signs for is told how it is written here", () => {
  test.each([
    ["y = x ** 2", "a power is written `x^2`"],
    ["y = x\ny += 2", "a name has one equation and never another value"],
    ["y = x\nreturn y", "a result is an equation for its name: `y = …`"],
    ["y = x\nfor i in 0..3 { z = x }", "an index stands for each of its values"],
    ["y = x if 1 > 0 else x", "a choice is an expression: `if c then a else b`"],
    ["y = x @ x", "a product of matrices is `y[n, m] = sum[k] a[n, k] * b[k, m]`"],
    ["y[n, d] = if x[n, d] > 0 then 1", "both sides of an `if` are said"],
    ["state h: f32[4]\ny = x", "a state has a first value: `= 0`"],
    ["param h: f32[4]\ny = x", "a parameter has a first value: `= 0`, or `~ normal()`"],
    ["y = x[:, :3]", "a part of an axis is written `0..3`"],
    ["y = x[:, 0:3]", "a part of an axis is written `0..3`"],
    ["y = x + sum x", "a reduction names its indices, `sum[i] x[i]`"],
    ["y = x.sum(0)", "it stands before what it takes: `sum[k] x[n, k]`"],
    ["y = x.T", "axes are named by indices: `y[n, j, i] = x[n, i, j]`"],
    ["y = x.shape[0]", "sizes are names in a type"],
    ["y = x.abs()", "a tensor has no methods"],
    ["y = torch.relu(x)", "names of the library stand alone"],
    ["y = if True then x else x", "it is written `true`"],
  ])("%s", (body, help) => {
    const [first] = helpsOf(body);
    expect(first).toContain(help);
  });

  test("a place that is counted from the end, and a number that any may be", () => {
    const [end] = expectCodes(`${header} { y[n, d] = x[n, -1] + x[n, d] }`, ["DLC3006"]);
    expect(end).toContain("places are not counted from the end: that would be 3");
    const table = "model A(x: f32[4], k: i32[N]) -> (y: f32[N]) { y[n] = x[k[n]] }";
    const [open] = expectCodes(table, ["DLC3006"]);
    expect(open).toContain("declare which numbers there are: `i32[…] in 0..4` is checked at each call");
    expectCodes(table.replace("i32[N]", "i32[N] in 0..4"), []);
  });

  test("what would be broadcast, along the last axes of the larger", () => {
    const [message] = expectCodes("model A(x: f32[N, T, 4], b: f32[4]) -> (y: f32[N, T, 4]) { y = x + b }", [
      "DLC3001",
    ]);
    expect(message).toContain("as in `y[i, j, k] = a[i, j, k] + b[k]`");
    const [square] = expectCodes("model A(x: f32[N, 4], w: f32[4, 4]) -> (y: f32[N, 4]) { y = x * w }", [
      "DLC3001",
    ]);
    expect(square).toContain("write it with indices, so that it says which entries belong together");
  });

  test("also in headers and imports", () => {
    expect(expectCodes("model A(x: f32[N]) -> f32[N] { y = x }", ["DLC1001"])[0]).toContain(
      "results have names: `-> (y: f32[N, 3])`",
    );
    expect(expectCodes(`import torch\n${header} { y = x }`, ["DLC1001"])[0]).toContain(
      "an import names what it takes: `import std.nn { Linear, relu }`",
    );
  });

  test("and a size that is not bound is no transpose", () => {
    expect(helpsOf("y[n, d] = x[n, d] + T").join("")).not.toContain("axes");
  });
});

describe("what has several results", () => {
  const twice = "fn twice(x: real[N, D]) -> (low: real[N, D], high: real[N, D]) { low = x  high = x }\n";
  const model = (body: string): string => `${twice}${header} { ${body} }`;

  test("is named with them where one tensor is needed", () => {
    const [message] = expectCodes(model("both = twice(x)\ny[n, d] = both[n, d]"), ["DLC3013"]);
    expect(message).toContain("but this is several results, low and high");
    expect(message).toContain("read one by its name, `both.low`, or name them all: `low, high = …`");
    const [whole] = expectCodes(model("y = x |> twice"), ["DLC3013"]);
    expect(whole).toContain("`(…).low`");
  });
  test("is told before an index that has no range by it", () => {
    const joined = "both = twice(x)\nz[n, d] = cat[d](both[n, d], x[n, d])\ny[n, d] = z[n, d + 1]";
    expectCodes(model(joined), ["DLC3013"]);
    expectCodes(model("both = twice(x)\ny[n, k] = x[n, k] + (sum[d] both[n, d])"), ["DLC3013"]);
  });
  test("goes to as many names", () => {
    const [message] = expectCodes(model("a, b, c = twice(x)\ny = a"), ["DLC3013"]);
    expect(message).toContain("3 names stand for 2 results, low and high");
  });
});
