import { describe, expect, it } from "vitest";
import { countLine, render, renderAll, report, toJson } from "../../compiler/diagnostics/index.ts";
import type { Particulars } from "../../compiler/diagnostics/index.ts";
import type { Diagnostic, Source, Span } from "../../compiler/diagnostics/index.ts";

const plain = { colour: false };

function source(text: string, path = "test.dl"): Source {
  return { path, text };
}

/** The span of a part of a source. */
function at(where: Source, part: string): Span {
  const start = where.text.indexOf(part);
  if (start === -1) throw new Error(`no ${part}`);
  return { source: where, start, end: start + part.length };
}

function shown(span: Span, more: Partial<Particulars> = {}, width?: number): string {
  const diagnostic = report("DLC1001", { message: "wrong", span, ...more });
  return `\n${render(diagnostic, width === undefined ? plain : { colour: false, width })}\n`;
}

describe("a rendered diagnostic", () => {
  it("has excerpt, label, notes with lines, and help", () => {
    const lenet = source(`${"\n".repeat(11)}    |> fc1: Linear(120) |> relu\n`, "lenet.dl");
    const notes = [
      {
        text: "256 comes from image: f32[N, 1, 28, 28]",
        lines: [
          "conv1  28 → 24     maxPool2d → 12",
          "conv2  12 → 8      maxPool2d → 4      flatten 16·4·4 = 256",
        ],
      },
    ];
    const text = shown(at(lenet, "fc1: Linear(120)"), {
      message: "fc1 expects 400 features, but its input has 256",
      label: "fc1.weight is f32[120, 400] in lenet.safetensors",
      notes,
      help: ["the weights fit an image of 32×32; or pad conv1 by 2"],
    });
    expect(text).toBe(`
error[DLC1001]: fc1 expects 400 features, but its input has 256
  ┌─ lenet.dl:12:8
12 │     |> fc1: Linear(120) |> relu
   │        ^^^^^^^^^^^^^^^^ fc1.weight is f32[120, 400] in lenet.safetensors
   │
   = 256 comes from image: f32[N, 1, 28, 28]
       conv1  28 → 24     maxPool2d → 12
       conv2  12 → 8      maxPool2d → 4      flatten 16·4·4 = 256
   help: the weights fit an image of 32×32; or pad conv1 by 2
`);
  });

  it("shows the spans of notes, in other files too", () => {
    const one = source("a = b\n", "one.dl");
    const two = source("\n\n\n\n\n\n\n\n\nb = 1\n", "two.dl");
    expect(shown(at(one, "b"), { notes: [{ text: "it is here", span: at(two, "b = 1") }] })).toBe(`
error[DLC1001]: wrong
  ┌─ one.dl:1:5
 1 │ a = b
   │     ^
   │
   = it is here
  ┌─ two.dl:10:1
10 │ b = 1
   │ -----
`);
  });

  it("shows a span of several lines, and leaves out the middle of many", () => {
    const few = source("y = f(\n  a,\n  b) + 1\n");
    expect(shown(at(few, "f(\n  a,\n  b)"), { label: "all of it" })).toBe(`
error[DLC1001]: wrong
 ┌─ test.dl:1:5
1 │ y = f(
  │     ^^
2 │   a,
  │   ^^
3 │   b) + 1
  │   ^^ all of it
`);
    const many = source(["{", ..."a b c d e f g h".split(" "), "}"].join("\n"));
    expect(shown({ source: many, start: 0, end: many.text.length })).toBe(`
error[DLC1001]: wrong
  ┌─ test.dl:1:1
 1 │ {
   │ ^
 2 │ a
   │ ^
 3 │ b
   │ ^
   │ ⋯
 9 │ h
   │ ^
10 │ }
   │ ^
`);
  });

  it("puts the caret under what stands behind tabs, wide characters and combining marks", () => {
    const text = source('\ta\t= "日本 😀 é" here\n');
    expect(shown(at(text, "here"))).toBe(`
error[DLC1001]: wrong
 ┌─ test.dl:1:${text.text.indexOf("here") + 1}
1 │   a  = "日本 😀 é" here
  │                    ^^^^
`);
    const wide = source('"日本" x');
    expect(shown(at(wide, "日本"))).toContain('1 │ "日本" x\n  │  ^^^^\n');
  });

  it("cuts a long line around what is marked", () => {
    const long = source(`${"left ".repeat(60)}HERE${" right".repeat(60)}`);
    const lines = shown(at(long, "HERE"), {}, 60).split("\n");
    expect(lines[3]?.length).toBeLessThanOrEqual(60);
    expect(lines[3]).toMatch(/^1 │ ….*left HERE right.*…$/);
    expect(lines[4]?.indexOf("^^^^")).toBe(lines[3]?.indexOf("HERE"));
    const start = shown(at(source(`HERE${" right".repeat(60)}`), "HERE"), {}, 60).split("\n");
    expect(start[3]).toMatch(/^1 │ HERE right.*…$/);
    const whole = source("x".repeat(500));
    const marked = shown(at(whole, whole.text), {}, 60).split("\n");
    expect(marked[3]?.length).toBeLessThanOrEqual(60);
    expect(marked[4]?.length).toBeLessThanOrEqual(60);
  });

  it("points behind the last character for a span at the end of the file", () => {
    for (const text of ["y = 1 +", "y = 1 +\n", "y = 1 +\n\n  "]) {
      const file = source(text);
      expect(shown({ source: file, start: text.length, end: text.length })).toBe(`
error[DLC1001]: wrong
 ┌─ test.dl:1:8
1 │ y = 1 +
  │        ^
`);
    }
    const empty = source("");
    expect(shown({ source: empty, start: 0, end: 0 })).toContain("1 │\n  │ ^\n");
  });

  it("does without a source, and keeps control characters from the terminal", () => {
    const absent: Diagnostic = report("DLC1001", { message: "no file", span: undefined, help: ["look"] });
    expect(render(absent, plain)).toBe("error[DLC1001]: no file\n  help: look");
    const escape = source("a = \u001b[31m1\r\n");
    expect(shown(at(escape, "1\r"))).not.toContain("\u001b");
    expect(shown(at(escape, "1\r"))).toContain("1 │ a = ␛[31m1\n");
  });

  it("is coloured on request only", () => {
    const diagnostic = report("DLC1001", { message: "wrong", span: at(source("a b"), "b") });
    const colour = render(diagnostic, { colour: true });
    expect(colour).toContain("\u001b[31m");
    expect(colour.replaceAll(/\u001b\[\d+m/g, "")).toBe(render(diagnostic, plain));
  });

  it("shows the title of a fix where there is no help", () => {
    const span = at(source("a b"), "b");
    const fix = { title: "leave it out", edits: [{ span, text: "" }] };
    expect(shown(span, { fix })).toContain("  help: leave it out\n");
  });
});

describe("several diagnostics", () => {
  const span = at(source("a = 1 /// b\n"), "///");
  const error = report("DLC1001", { message: "wrong", span });
  const warning = report("DLC1013", { message: "odd", span });

  it("are counted by severity", () => {
    expect(countLine([error, warning, error])).toBe("2 errors, 1 warning");
    expect(countLine([warning, warning])).toBe("2 warnings");
    expect(renderAll([], plain)).toBe("");
    expect(renderAll([error, warning], plain)).toMatch(/^error\[.*\n\nwarning\[.*\n\n1 error, 1 warning$/s);
  });

  it("are plain data for programs", () => {
    const fix = { title: "fix", edits: [{ span, text: "//" }] };
    const full = report("DLC1013", {
      message: "odd",
      span,
      label: "here",
      notes: [{ text: "n", lines: ["l"], span }],
      help: ["h"],
      fix,
    });
    const place = {
      path: "test.dl",
      start: { line: 1, column: 7, offset: 6 },
      end: { line: 1, column: 10, offset: 9 },
    };
    expect(JSON.parse(JSON.stringify(toJson(full)))).toEqual({
      code: "DLC1013",
      severity: "warning",
      message: "odd",
      span: place,
      label: "here",
      notes: [{ text: "n", span: place, lines: ["l"] }],
      help: ["h"],
      fix: { title: "fix", edits: [{ span: place, text: "//" }] },
    });
  });
});
