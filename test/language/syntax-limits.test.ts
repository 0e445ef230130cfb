import { describe, expect, it } from "vitest";
import { format, parse } from "../../grammar/index.ts";
import { limits } from "../../grammar/limits.ts";

const diagnose = (text: string) => parse({ path: "test.dl", text }).diagnostics;
const codesOf = (text: string): string[] => diagnose(text).map(({ code }) => code);

describe("limits", () => {
  it.each(["(", "[", "-", "if ", "sum[i] ", "f(", "x[", "2^", "if a then b else ", "(x else ", "f(a: ["])(
    "2,000-fold nesting of %s is told",
    (opening) => {
      expect(codesOf(`y = ${opening.repeat(2000)}1`)).toEqual(["DLC1007"]);
    },
  );

  it("nested types and blocks are told, and what follows is read", () => {
    expect(codesOf(`fn f(x: ${"[".repeat(2000)}f32${"]".repeat(2000)}) = x\nz = `)).toEqual([
      "DLC1007",
      "DLC1001",
    ]);
    const blocks = `${"fn a() {\n".repeat(2000)}${"}\n".repeat(2000)}model M() { x = }`;
    expect(codesOf(blocks)).toEqual(["DLC1007", "DLC1001"]);
  });

  it.each([" + 1", "'", "(1)", ".x", " and b", "[i]"])("a chain of 100,000 %s is told", (link) => {
    expect(codesOf(`y = x${link.repeat(100_000)}\nz = 1`)).toEqual(["DLC1007"]);
  });

  it("what is within the limits parses", () => {
    const deep = `y = ${"(".repeat(30)}1${")".repeat(30)}\nz = 1${" + 1".repeat(900)}\n`;
    expect(codesOf(deep)).toEqual([]);
    expect(codesOf(`y = [1${", 1".repeat(50_000)}]`)).toEqual([]);
    expect(codesOf(`y = x${" |> f".repeat(5000)}`)).toEqual([]);
  });

  it("a source of 10 MB is refused at once", () => {
    const text = "x = 1 // one\n".repeat(800_000);
    const start = performance.now();
    expect(codesOf(text)).toEqual(["DLC1008"]);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it("a source of the largest size is read and formatted", () => {
    // As many characters a token as people write; what does not parse would not be formatted.
    const statement = "normalised = 1.5 + previous * activation(hidden)\n";
    const text = statement.repeat(Math.floor(limits.characters / statement.length));
    expect(format({ path: "test.dl", text })).toEqual({ kind: "formatted", text });
  }, 30_000);

  it("bytes that are no text are refused with one message", () => {
    expect(codesOf("\x7fELF\x02\0\0\0")).toEqual(["DLC1016"]);
    expect(codesOf("model \ufffd\ufffd")).toEqual(["DLC1016"]);
  });

  it("junk ends the list of mistakes, not the compiler", () => {
    const codes = codesOf("§ ¶ ".repeat(20_000));
    expect(codes).toHaveLength(101);
    expect(codes.at(-1)).toBe("DLC1018");
    expect(codesOf("y = ]\n".repeat(5000)).at(-1)).toBe("DLC1018");
    expect(codesOf(") + = x { ".repeat(50_000))).not.toEqual([]);
  });

  it("an empty file declares nothing", () => {
    expect(codesOf("")).toEqual(["DLC1017"]);
    expect(codesOf(" \n// nothing\n")).toEqual(["DLC1017"]);
    expect(codesOf("\ufeffx = 1\r\ny = 2\r\n")).toEqual([]);
  });
});
