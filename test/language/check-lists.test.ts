import { describe, expect, it } from "vitest";
import { expectCodes, pathsOf, run } from "./check-source.ts";

const nets = `import std.nn { Linear }
layer Pair()(x: real[N, D]) -> (y: real[N, D]) {
  both = [Linear(D), Linear(D, biased: false)]
  y = both(x)
}`;

describe("the member of a list is read with brackets", () => {
  it("as a layer, whose parameters are those of the list", () => {
    const paths = pathsOf(`${nets}
model M(x: f32[N, 3]) -> (y: f32[N, 3], w: f32[3, 3], b: f32[3]) {
  net = [Pair(), Linear(3)]
  y = net(x)
  w = net[0].both[1].weight
  b = net[1].bias
}`);
    expect([...paths].sort()).toEqual([
      "net.0.both.0.bias",
      "net.0.both.0.weight",
      "net.0.both.1.weight",
      "net.1.bias",
      "net.1.weight",
    ]);
  });

  it("also of a list of numbers, by a number that is known when the model is built", () => {
    const source = `widths = [2, 5, 7]
model M(place: int = 1)(x: f32[2]) -> (y: f32[2]) { y[n] = widths[place + 1] * x[n] }`;
    expect(run(source, { x: [1, 3] })).toEqual([7, 21]);
  });

  it("and not beyond its end, nor by a value of a tensor, nor several", () => {
    const head = `${nets}\nmodel M(x: f32[N, 3], k: i32 in 0..2) -> (y: f32[N, 3]) {\n  net = [Linear(3), Linear(3)]\n`;
    const [beyond] = expectCodes(`${head}  y = net[2](x)\n}`, ["DLC3006"]);
    expect(beyond).toContain("this list has 2 members, and so none at 2");
    expectCodes(`${head}  y = net[k](x)\n}`, ["DLC3012"]);
    expectCodes(`${head}  y = net[:](x)\n}`, ["DLC3013"]);
    expectCodes(`${head}  y = net[0, 1](x)\n}`, ["DLC3013"]);
  });
});

describe("a text is compared with another", () => {
  const chosen = `fn moved(by: string)(x: real) = if by == "up" then x + 1 else if by != "down" then x else x - 1`;

  it("where it is known when the model is built", () => {
    const by = (text: string): readonly number[] =>
      run(`${chosen}\nmodel M(x: f32[2]) -> (y: f32[2]) { y = x |> moved("${text}") }`, { x: [1, 5] });
    expect(by("up")).toEqual([2, 6]);
    expect(by("down")).toEqual([0, 4]);
    expect(by("nowhere")).toEqual([1, 5]);
  });

  it("and not ordered, nor compared with a number", () => {
    expectCodes(`fn f(by: string)(x: real) = if by < "up" then x else -x`, ["DLC3013"]);
    expectCodes(`model M(x: f32[N]) -> (y: f32[N]) { y[n] = if "a" == 1 then x[n] else 0 }`, ["DLC3013"]);
  });
});

it("a condition of a `where` that fails inside the library says through which application", () => {
  const [message] = expectCodes(
    `import std.nn { Conv2d }
model M(x: f32[N, 1, 4, 4]) -> (y: f32[N, 2, 4, 4]) { y = x |> c: Conv2d(2, kernel: 3, padding: 1, mode: "mirror") }`,
    ["DLC3010"],
  );
  expect(message).toContain('pad1d needs mode == "zeros"');
  expect(message).toMatch(/in pad2d, applied here[^]*in c, applied here[^]*test\.dl:2:/);
});
