import { expect, it } from "vitest";
import { interpret, tensorOf } from "../../compiler/graph/index.ts";
import { runPlan } from "../schedules/run-plan.ts";
import { compileSource, forwardOf } from "./compile-source.ts";
import { callEntry, loadCompiled, variants, weightsFile } from "./load-compiled.ts";

const { program, plan } = compileSource(`model Places(x: f32[N, C]) -> (
  most: i32[N], least: i32[N], column: i32[C], window: i32[N, C], of: i32, greatest: f32[N], there: f32[N]
) {
  most[n]      = argmax[c] x[n, c]
  least[n]     = argmin[c] x[n, c]
  column[c]    = argmax[n] x[n, c]
  window[n, c] = argmax[u in 0..3] (x[n, c + u - 1] else -inf)
  of           = argmin[n, c] x[n, c]
  greatest[n]  = max[c] x[n, c]
  there[n]     = x[n, most[n]]
}`);

it.each([1, 3, 4, 7, 64, 67])("of %i numbers, the first NaN stands where the extremes are", async (C) => {
  const dims = { N: 5, C };
  const values = [0, -0, 1, 1, Infinity, -Infinity, 0.5, NaN, -3, NaN];
  for (const step of [1, 3, 7]) {
    const x = tensorOf(
      [5, C],
      Array.from({ length: 5 * C }, (_, place) => values[(step * place + (place >> 4)) % values.length] ?? 0),
    );
    const meant = interpret(forwardOf(program), { dims, inputs: { x } });
    expect(meant["there"]?.data).toEqual(meant["greatest"]?.data);
    const found = [runPlan(plan, "forward", { dims, inputs: { x } })];
    for (const variant of variants)
      found.push(callEntry(await loadCompiled(plan, variant, weightsFile({})), "forward", { x }));
    for (const outputs of found)
      for (const [name, { data }] of Object.entries(meant))
        expect([...(outputs[name]?.data ?? [])], name).toEqual([...data]);
  }
});
