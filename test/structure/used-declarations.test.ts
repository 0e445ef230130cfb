import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { declarationHash, usedDeclarations } from "../../tools/used-declarations.mjs";

describe("what a result of a source rests on", () => {
  let root = "";
  const model = "examples/one/one.dl";
  const nn = (relu: string): string =>
    `/// The positive part.\nfn relu(x: real) = ${relu}\n\nlayer Linear(out: dim) {\n  y = scale(x)\n}\n\nfn unused(x: real) = x\n`;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dlc-used-"));
    mkdirSync(join(root, "stdlib"));
    mkdirSync(join(root, "examples/one"), { recursive: true });
    writeFileSync(
      join(root, model),
      "import std.nn { Linear,\n  relu }\n\nmodel One(x: f32[N]) {\n  y = Linear(3)\n}\n\ntrain One on Two {\n  loss = relu(y)\n}\n",
    );
    writeFileSync(join(root, "stdlib/nn.dl"), `import std.math { scale, other }\n\n${nn("max(x, 0)")}`);
    writeFileSync(
      join(root, "stdlib/math.dl"),
      "fn scale(x: real) = x * factor\n\nfactor = 3\n\nfn other(x: real) = x\n",
    );
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it("is what it names, and what that names", () => {
    expect(usedDeclarations(root, model)).toEqual([
      model,
      "stdlib/math.dl#factor",
      "stdlib/math.dl#scale",
      "stdlib/nn.dl#Linear",
      "stdlib/nn.dl#relu",
    ]);
  });

  it("changes with a declaration, and not with its comment or its neighbours", () => {
    const old = declarationHash(root, "stdlib/nn.dl#relu");
    expect(old).toMatch(/^[0-9a-f]{64}$/);
    writeFileSync(join(root, "stdlib/nn.dl"), nn("max(x, 0)").replace("positive part", "ramp"));
    expect(declarationHash(root, "stdlib/nn.dl#relu")).toBe(old);
    writeFileSync(join(root, "stdlib/nn.dl"), nn("max(x, 1)"));
    expect(declarationHash(root, "stdlib/nn.dl#relu")).not.toBe(old);
    expect(declarationHash(root, "stdlib/nn.dl#gone")).toBeUndefined();
    expect(declarationHash(root, "stdlib/gone.dl#relu")).toBeUndefined();
  });

  it("has to be there", () => {
    writeFileSync(join(root, "stdlib/math.dl"), "fn other(x: real) = x\n");
    expect(() => usedDeclarations(root, model)).toThrow(
      "imports scale, which stdlib/math.dl doesn't declare",
    );
  });
});
