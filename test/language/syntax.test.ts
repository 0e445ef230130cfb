import { describe, expect, it } from "vitest";
import { applyFix } from "../../compiler/diagnostics/index.ts";
import { FileParser } from "../../grammar/file-parser.ts";
import { parse } from "../../grammar/index.ts";
import type { Equation, ErrorNode, Expr, Name } from "../../grammar/index.ts";
import { corpus, tokenTexts } from "./corpus.ts";
import { nodesOf, withoutSpans } from "./tree.ts";

const treeOf = (text: string): unknown => withoutSpans(parse({ path: "test.dl", text }).file);
const codesOf = (text: string): string[] =>
  parse({ path: "test.dl", text }).diagnostics.map(({ code }) => code);

/** The right side of `y = …`, written with every bracket that the tree implies. */
function bracketed(text: string): string {
  const { file, diagnostics } = parse({ path: "test.dl", text: `y = ${text}` });
  expect(diagnostics).toEqual([]);
  const [only] = file.declarations;
  if (only?.kind !== "constant") throw new Error("no constant");
  return show(only.value);
}

function show(expr: Expr): string {
  switch (expr.kind) {
    case "name":
      return expr.text;
    case "int":
    case "float":
      return String(expr.value);
    case "binary":
      return `(${show(expr.left)} ${expr.operator} ${show(expr.right)})`;
    case "unary":
      return `(${expr.operator} ${show(expr.operand)})`;
    case "group":
      return show(expr.value);
    case "if":
      return `(if ${show(expr.condition)} then ${show(expr.then)} else ${show(expr.otherwise)})`;
    case "pipe":
      return `(${[show(expr.value), ...expr.stages.map((stage) => show(stage.value))].join(" |> ")})`;
    case "reduction":
      return `(${expr.operator}[] ${show(expr.body)})`;
    case "guarded":
      return `(${show(expr.value)} else ${show(expr.otherwise)})`;
    case "primed":
      return `${show(expr.operand)}'`;
    case "member":
      return `${show(expr.object)}.${expr.name.text}`;
    case "read":
      return `${show(expr.array)}[…${expr.subscripts.length}]`;
    case "call":
      return `${show(expr.callee)}(…${expr.args.length})`;
    default:
      return expr.kind;
  }
}

describe("the grammar", () => {
  it("has no ambiguity on two tokens", () => {
    expect(() => new FileParser(true)).not.toThrow();
  });

  it.each(corpus)("$path parses", (source) => {
    const { file, diagnostics } = parse(source);
    expect(diagnostics).toEqual([]);
    expect(file.declarations.length).toBeGreaterThan(1);
  });

  it.each(corpus)("$path gives the same tree with its tokens joined by single blanks", ({ text }) => {
    const joined = tokenTexts(text).join(" ").replaceAll("///", "\n///");
    expect(joined.replaceAll(/\n\/\/\/.*\n/g, "")).not.toContain("\n");
    expect(treeOf(joined)).toEqual(treeOf(text));
  });

  it("parses the largest program of the corpus in a few milliseconds", () => {
    const source = corpus.find(({ path }) => path === "gpt.dl");
    if (!source) throw new Error("gpt.dl is gone");
    const times = Array.from({ length: 20 }, () => {
      const start = performance.now();
      parse(source);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(10);
  });
});

describe("precedence", () => {
  it.each([
    ["a + b * c", "(a + (b * c))"],
    ["a - b - c", "((a - b) - c)"],
    ["a / b * c % d", "(((a / b) * c) % d)"],
    ["-x^2", "(- (x ^ 2))"],
    ["q^-2^n", "(q ^ (- (2 ^ n)))"],
    ["a^b^c", "(a ^ (b ^ c))"],
    ["-a * b", "((- a) * b)"],
    ["sum[i] a[i] * b[i] + c", "((sum[] (a[…1] * b[…1])) + c)"],
    ["a * sum[i] b[i] / c", "(a * (sum[] (b[…1] / c)))"],
    ["not a == b and c or d", "(((not (a == b)) and c) or d)"],
    ["a + b |> f |> g.h", "((a + b) |> f |> g.h)"],
    ["if a then b else if c then d else e |> f", "(if a then b else (if c then d else (e |> f)))"],
    ["(x[i - 1] else 0) * 2", "((x[…1] else 0) * 2)"],
    ["d'(fake)", "d'(…1)"],
    ["wte.weight[v, d]", "wte.weight[…2]"],
  ])("%s", (text, expected) => {
    expect(bracketed(text)).toBe(expected);
  });
});

describe("the tree", () => {
  const equations = (body: string): readonly Equation[] => {
    const { file, diagnostics } = parse({ path: "test.dl", text: `fn f() {\n${body}\n}` });
    expect(diagnostics).toEqual([]);
    const [only] = file.declarations;
    if (only?.kind !== "function" || only.body.kind !== "block") throw new Error("no block");
    return only.body.statements.filter((statement) => statement.kind === "equation");
  };

  it("attaches documentation to what follows it", () => {
    const { file } = parse({
      path: "test.dl",
      text: "/// One\n///  two.\nx = 1\nfn f(\n  /// Of f.\n  a: dim) { /// a\n\n  /// The sum.\n  y = a }",
    });
    const [x, f] = file.declarations;
    expect(x?.kind === "constant" && x.doc?.lines).toEqual(["One", " two."]);
    if (f?.kind !== "function" || f.body.kind !== "block") throw new Error("no function");
    expect(f.signature.lists[0]?.items[0]?.doc?.lines).toEqual(["Of f."]);
    expect(f.body.statements[0]).toMatchObject({ doc: { lines: ["The sum."] } });
  });

  it("keeps the parts of a text", () => {
    const [only] = equations(String.raw`y = "a\"\\\n{level}_b"`);
    expect(withoutSpans(only?.value)).toEqual({
      kind: "string",
      parts: [
        { kind: "text", text: 'a"\\\n' },
        { kind: "name", text: "level" },
        { kind: "text", text: "_b" },
      ],
    });
  });

  it("points at every name", () => {
    const text = "fn f(x: f32[N]) -> (y: f32[N]) { y[i in 0..N] = x[i] }";
    const { file } = parse({ path: "test.dl", text });
    const names = nodesOf(file, (node): node is Name => "kind" in node && node.kind === "name");
    for (const { text: name, span } of names) expect(text.slice(span.start, span.end)).toBe(name);
    expect(names.map((name) => name.text).sort()).toEqual([
      "N",
      "N",
      "N",
      "f",
      "f32",
      "f32",
      "i",
      "i",
      "x",
      "x",
      "y",
      "y",
    ]);
  });

  it("takes soft words as names", () => {
    expect(equations("data = state + model.train\nlayer[on] = param(repeat: carry)")).toHaveLength(2);
  });
});

describe("recovery", () => {
  it("tells every independent mistake once and keeps what is whole", () => {
    const text = `
import std.nn { Linear
model A(x: f32[N]) -> (y: f32[N]) {
  a = x +
  b = 2
  c[n] = f(x[n],
  d = 2
  scan t in 0.. carry h = a {
    h' = h *
    k = 1
  }
  y = d
}
layer B(w: dim(x: f32[N]) -> (y: f32[N]) {
  y = x x
}
good = 1
`;
    const { file, diagnostics } = parse({ path: "test.dl", text });
    const lines = diagnostics.map(({ span }) => text.slice(0, span?.start).split("\n").length);
    expect(lines).toEqual([2, 4, 6, 8, 9, 14, 15]);
    expect(file.declarations.map(({ kind }) => kind)).toEqual(["error", "model", "error", "constant"]);
    const model = file.declarations[1];
    if (model?.kind !== "model") throw new Error("no model");
    expect(model.body.statements.map(({ kind }) => kind)).toEqual(["error", "error", "error", "equation"]);
  });

  it("knows the names that broken items would have bound", () => {
    const text = "import std.nn { A, B C }\nfn f(x { y = x }\nmodel M() { a, b[i] = ) }\nq = 1 1";
    const { file } = parse({ path: "test.dl", text });
    const errors = nodesOf(file, (node): node is ErrorNode => "kind" in node && node.kind === "error");
    const names = errors.flatMap((error) => error.names.map((name) => name.text));
    expect(names).toEqual(expect.arrayContaining(["A", "B", "f", "a", "b"]));
  });

  it("says of a character that is no part of the language nothing further", () => {
    expect(codesOf("α = 1 && 2\nb = 3 $ 4")).toEqual(["DLC1002", "DLC1002", "DLC1002"]);
  });
});

describe("fixes", () => {
  it.each([
    ["y = x[i - 1] else 0", "y = (x[i - 1] else 0)"],
    ["y = a * x[i] else 0 + 1", "y = a * (x[i] else 0 + 1)"],
    ["y = if c then x[i] else 0 else 1", "y = if c then (x[i] else 0) else 1"],
    ["y = x |> f + 1", "y = (x |> f) + 1"],
    ["y = sum[i] a[i] / sum[k] b[k]", "y = (sum[i] a[i]) / (sum[k] b[k])"],
    ["y = 0 < x + 1 < 2", "y = 0 < x + 1 and x + 1 < 2"],
    ["y = .5", "y = 0.5"],
    ["y = 2.", "y = 2.0"],
    ["y = 2x", "y = 2 * x"],
    ["y = f(a = 1)", "y = f(a: 1)"],
    ["y = if a = 1 then 2 else 3", "y = if a == 1 then 2 else 3"],
    ["y = a && b", "y = a and b"],
    ["σ = 1", "sigma = 1"],
    ["modle A() { }", "model A() { }"],
    ["def f(x) = x", "fn f(x) = x"],
    ["y = (1)) ", "y = (1) "],
    ["y = 1 /// one", "y = 1 // one"],
  ])("%s", (text, fixed) => {
    const source = { path: "test.dl", text };
    const [first, ...others] = parse(source).diagnostics;
    expect(others).toEqual([]);
    if (!first?.fix) throw new Error("no fix");
    expect(applyFix(source, first.fix)).toBe(fixed);
    expect(codesOf(fixed)).toEqual([]);
  });
});
