import { describe, expect, test } from "vitest";
import { writeReadme } from "../../compiler/package/write-readme.ts";
import { writeTypes } from "../../compiler/package/write-types.ts";
import { compileSource } from "../numeric/compile-source.ts";

const { plan } = compileSource(`model Reader(words: dim = 12) {
  param table: f32[words] = 1
  entry forward(ids: i32[N, T] in 0..words, length: i32[N] in 1..T + 1) -> (y: f32[N, T]) {
    y[n, t] = if t < length[n] then table[ids[n, t]] else 0
  }
  entry step(id: i32 in 0..words) -> (y: f32) { y = table[id] }
}`);
const docs = { model: undefined, entries: {} };

describe("what a package of several entries says of itself", () => {
  test("its page calls each entry in a block of its own, and gives the ranges of integers", () => {
    const page = writeReadme(plan, "reader", docs, true);
    const blocks = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);
    expect(blocks).toEqual([
      `import { load } from "reader";

const reader = await load();
const { y } = reader.forward({ ids, length });
`,
      "const { y } = reader.step({ id });\n",
    ]);
    expect(page).toContain("| input | `ids` | `i32[N, T] in 0..12` |");
    expect(page).toContain("| input | `id` | `i32 in 0..12` |");
  });

  test("its types say which integers an input takes", async () => {
    const types = await writeTypes(plan, docs);
    expect(types).toContain("/** Whole numbers from 0 to 11, as each call checks. */ readonly ids: ");
    expect(types).toContain("/** Whole numbers from 1 to T, as each call checks. */ readonly length: ");
  });
});
