import { describe, expect, it } from "vitest";
import { format, parse } from "../../grammar/index.ts";
import { corpus } from "./corpus.ts";
import { withoutSpans } from "./tree.ts";

function formatted(text: string): string {
  const result = format({ path: "test.dl", text });
  if (result.kind === "refused") throw new Error(result.diagnostics.map(({ message }) => message).join("; "));
  return result.text;
}

describe("the corpus", () => {
  it.each(corpus)(
    "$path keeps its tree and its comments, and is formatted once for all",
    ({ path, text }) => {
      const once = formatted(text);
      const before = parse({ path, text });
      const after = parse({ path, text: once });
      expect(withoutSpans(after.file)).toEqual(withoutSpans(before.file));
      expect(after.comments.map((comment) => comment.text)).toEqual(
        before.comments.map((comment) => comment.text),
      );
      expect(formatted(once)).toBe(once);
      const long = once.split("\n").filter((line) => line.length > 110 && !line.startsWith("///"));
      expect(long).toEqual([]);
    },
  );

  it("changes little: nine lines in ten stand as they were written", () => {
    let kept = 0;
    let all = 0;
    for (const { text } of corpus) {
      const result = new Set(formatted(text).split("\n"));
      const lines = text.split("\n");
      all += lines.length;
      kept += lines.filter((line) => result.has(line)).length;
    }
    expect(kept / all).toBeGreaterThan(0.9);
  });
});

describe("layout", () => {
  it("indents by two, one statement a line, blanks by the table", () => {
    expect(
      formatted(
        "model   M( a:dim=3 )( x :f32[ N,4 ] )->( y:f32[N,4] ){a=x|>l1:f( 3 )y[ i ]=-a[ i-1 ]^2  +( a[:,0]else 0 )}",
      ),
    ).toBe(
      `model M(a: dim = 3)(x: f32[N, 4]) -> (y: f32[N, 4]) {
  a = x |> l1: f(3)
  y[i] = -a[i-1]^2 + (a[:, 0] else 0)
}
`,
    );
  });

  it("keeps columns that the author made, and makes none", () => {
    const text = `fn f() {
  a       = 1
  longer  = 2
  b = 3

  param w:    real[C] ~ g()
  param bias: real[C]   ~ h()
}
`;
    expect(formatted(text)).toBe(`fn f() {
  a      = 1
  longer = 2
  b = 3

  param w:    real[C] ~ g()
  param bias: real[C] ~ h()
}
`);
  });

  it("keeps fields of a training side by side where they are written so, and nothing else", () => {
    expect(formatted("train M on D { batch = 64 epochs = 5\nseed = 7 }\nfn f() { a = 1 b = 2 }"))
      .toBe(`train M on D {
  batch = 64  epochs = 5
  seed = 7
}

fn f() {
  a = 1
  b = 2
}
`);
  });

  it("keeps comments where they stand", () => {
    const text = `// The file.

/// Of f.
// And more.
fn f(
  /// Of x.
  x: dim, // behind x
  y: dim
) { // behind the brace
  // alone

  a = x +    // behind the sign
    y
  // last
}
// end
`;
    expect(formatted(text)).toBe(`// The file.

/// Of f.
// And more.
fn f(
  /// Of x.
  x: dim,  // behind x
  y: dim
)
{  // behind the brace
  // alone

  a = x +  // behind the sign
      y
  // last
}
// end
`);
  });

  it("keeps a comment behind what is broken after all", () => {
    const long = Array.from({ length: 30 }, (_, i) => `x${i}`).join(" + ");
    expect(formatted(`fn f() { y = ${long} } // behind`)).toMatch(
      /^fn f\(\) \{\n[^/]*\n\} {2}\/\/ behind\n$/,
    );
  });

  it("breaks a long header before its facts, its results and its lists, and sets its block apart", () => {
    const list = "(alpha: dim, beta: dim, gamma: dim, delta: dim)";
    expect(
      formatted(
        `layer Long${list}(x: real[N, T, width], memory: real[N, S, E]) -> (y: real[N, T, width]) where alpha == beta { y = x }`,
      ),
    ).toBe(
      `layer Long(alpha: dim, beta: dim, gamma: dim, delta: dim)(x: real[N, T, width], memory: real[N, S, E])
    -> (y: real[N, T, width])
  where alpha == beta
{
  y = x
}
`,
    );
  });

  it("breaks a long pipe before each of its stages, and a long list where a line is full", () => {
    const stage = "|> conv: Conv2d(64, kernel: 3, padding: 1)";
    expect(formatted(`y = x ${stage} ${stage} ${stage}`)).toBe(
      `y = x
    ${stage}
    ${stage}
    ${stage}
`.replaceAll("    |>", "  |>"),
    );
    expect(formatted(`table = [${Array.from({ length: 40 }, (_, i) => 1000 + i).join(",")}]`))
      .toBe(`table = [1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 1016,
         1017, 1018, 1019, 1020, 1021, 1022, 1023, 1024, 1025, 1026, 1027, 1028, 1029, 1030, 1031, 1032, 1033,
         1034, 1035, 1036, 1037, 1038, 1039]
`);
  });

  it("sets declarations apart by a blank line, and never by two", () => {
    expect(
      formatted(
        "import a { B }\nimport c { D }\nx = 1\ny = 2\n\n\n\nfn f() = 1\nfn g() { }\n/// h\nfn h() = 2",
      ),
    ).toBe(`import a { B }
import c { D }

x = 1
y = 2

fn f() = 1

fn g() {}

/// h
fn h() = 2
`);
  });

  it("leaves a broken source alone, and a source of comments as it is", () => {
    expect(format({ path: "test.dl", text: "y = = 1" })).toMatchObject({ kind: "refused" });
    expect(formatted("// only\r\n// this")).toBe("// only\n// this\n");
  });
});
