import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { dlc, repository, temporaryFolder } from "../cli/run-dlc.ts";
import { typeErrors } from "./type-errors.ts";

/** Names that are words of JavaScript, a number without axes, draws, memory, and sizes that lengths don't say. */
const source = `import std.random { gumbel }

model Private(context: dim = 8) {
  state seen: f32[4] = 0

  entry forward(class: i32[N, T] in 0..context) -> (new: f32[N]) where T <= context {
    new[n] = real(sum[t] class[n, t])
  }

  /// Goes on.
  entry step(x: f32[4], warmth: f32 = 0.5) -> (switch: i32) {
    seen' = seen + x
    noisy[k] = seen'[k] / warmth + gumbel()
    switch = argmax[k] noisy[k]
  }

  entry both(a: f32[N, S], b: f32[N, T], keep: bool[N], at: i32[N] in 1..T + 1) -> (delete: f32[N]) {
    delete[n] = if keep[n] then (sum[s] a[n, s]) + b[n, at[n] - 1] else 0
  }
}
`;

describe("what a package says of itself", () => {
  const folder = temporaryFolder();
  let page = "";
  beforeAll(async () => {
    writeFileSync(join(folder, "private.dl"), source);
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    expect(await dlc(folder, ["build", "private.dl", "-o", "private"])).toMatchObject({ status: 0 });
    page = readFileSync(join(folder, "private", "README.md"), "utf8");
  });

  it("is JavaScript that runs on, whatever things are called", () => {
    const [start = "", ...calls] = [...page.matchAll(/```js\n([^]*?)```/g)].map(([, text]) => text ?? "");
    expect(start).toBe(`import { load, tensor } from "private";\n\nconst private_ = await load();\n`);
    const inputs = `const class_ = [1, 2, 3], x = [1, 2, 3, 4], keep = [true], N = 1, T = 3, S = 2;
const a = [1, 2], b = [1, 2, 3], at = [3];
`;
    const script = `${start.replace('"private"', '"./private/index.js"')}${inputs}${calls
      .map((call) => `{\n${call}}\n`)
      .join("")}`;
    writeFileSync(join(folder, "page.mjs"), script);
    execFileSync(process.execPath, [join(folder, "page.mjs")]);
    expect(calls).toEqual([
      "const { new: new_ } = private_.forward({ class: tensor(class_, [N, T]) });\n",
      "const { switch: switch_ } = private_.step({ x });\n",
      "const { delete: delete_ } = private_.both({ a: tensor(a, [N, S]), b, keep, at });\n",
    ]);
  });

  it("takes weights from a path, one that begins with a drive too", () => {
    copyFileSync(join(folder, "private", "private.safetensors"), join(folder, "c:weights.safetensors"));
    const script = `import { load } from "./private/index.js";
for (const weights of ["c:weights.safetensors", "./private/private.safetensors"]) await load({ weights });
const failed = await load({ weights: "none.safetensors" }).catch((error) => error.code);
if (failed !== "ENOENT") throw new Error(failed);
`;
    writeFileSync(join(folder, "paths.mjs"), script);
    execFileSync(process.execPath, ["paths.mjs"], { cwd: folder });
  });

  it("names what integers and sizes may be, and whence draws come", () => {
    expect(page).toContain("| input | `class` | `i32[N, T]`, whole numbers from 0 to 7 |");
    expect(page).toContain("| input | `keep` | `bool[N]`, 1 for true, 0 for false |");
    expect(page).toContain("| input | `at` | `i32[N]`, whole numbers from 1 to T |");
    expect(page).toContain("| input | `warmth` | `f32`, 0.5 where it is left out |");
    expect(page).toContain("\nT is from 1 to 8.\n");
    expect(page).toContain("Random draws follow the seed, `load({ seed })`");
  });

  it("has types for numbers, results that are inputs, and shapes that have to be said", () => {
    const start = `import { load, tensor } from "./private/index.js";
const model = await load();
const four = new Float32Array(4), at = new Int32Array(2);
`;
    const lines = {
      right: `const { new: sums } = model.forward({ class: tensor(new Int32Array(3), [1, 3]) });
model.step({ x: four, warmth: 0.7 });
model.step({ x: four, warmth: Float32Array.of(0.7) }, { into: { switch: new Int32Array(1) } });
model.both({ a: tensor(four, [2, 2]), b: four, keep: new Uint8Array(2), at });
model.both({ a: tensor(four, [2, 2]), b: tensor(four, [2, 2]), keep: tensor(new Uint8Array(2), [2]), at });
model.restore(model.snapshot().buffer);
await load({ wasm: await WebAssembly.compile(new Uint8Array(8)) });
export const shape: readonly [1] = sums.shape;`,
      "a length that does not say the shape": "model.forward({ class: new Int32Array(3) });",
      "a number for four": "model.step({ x: 1 });",
      "a number as text": 'model.step({ x: four, warmth: "0.7" });',
    };
    const ofNode = ts.createProgram([join(folder, "private", "index.d.ts")], {
      strict: true,
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2022.d.ts"],
      typeRoots: [join(repository, "node_modules", "@types")],
      types: ["node"],
    });
    expect(ts.getPreEmitDiagnostics(ofNode).map(({ messageText }) => messageText)).toEqual([]);
    expect(typeErrors(folder, start, lines)).toEqual(
      Object.keys(lines)
        .slice(1)
        .map((name) => [name, 4]),
    );
  });
});
