import { expect, it } from "vitest";
import { interpret, tensorOf } from "../../compiler/graph/index.ts";
import { compileSource, forwardOf } from "./compile-source.ts";
import { callEntry, loadCompiled, variants, weightsFile } from "./load-compiled.ts";
import { largestError, tolerance } from "./tensor-error.ts";

it("a look-up that all lanes share is made where one of them wants it", async () => {
  const { program, plan } =
    compileSource(`model A(table: f32[9, 8], ids: i32[T] in 0..9) -> (both: f32[T, 16]) {
  own[t, d]  = table[ids[t], d]
  both[t, c] = cat[c](own[t, c], if t > 0 then own[t - 1, c] else 0)
}`);
  const inputs = {
    table: tensorOf(
      [9, 8],
      Array.from({ length: 72 }, (_, place) => place / 7),
    ),
    ids: tensorOf([5], [3, 8, 0, 7, 5], "i32"),
  };
  const meant = interpret(forwardOf(program), { inputs });
  for (const variant of variants) {
    const model = await loadCompiled(plan, variant, weightsFile({}));
    expect(largestError(callEntry(model, "forward", inputs), meant)).toBeLessThan(tolerance);
  }
});
