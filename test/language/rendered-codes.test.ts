import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { render, type Diagnostic } from "../../compiler/diagnostics/index.ts";
import type { Program } from "../../compiler/graph/index.ts";
import { judgeWeights, openWeights } from "../../compiler/interop/safetensors.ts";
import { optimizeProgram } from "../../compiler/compile.ts";
import { planProgram, wasmTarget } from "../../compiler/plan/index.ts";
import { parse } from "../../grammar/index.ts";
import { writeSafetensors } from "../../runtime/write-safetensors.ts";
import { checkSource, programOf } from "./check-source.ts";

const scale = `model Scale(x: f32[N, 2]) -> (y: f32[N, 2]) {
  param gain: f32[2] = 1
  y[n, i] = gain[i] * x[n, i]
}`;

const parsed = (text: string): readonly Diagnostic[] => parse({ path: "test.dl", text }).diagnostics;

function planned(program: Program): readonly Diagnostic[] {
  return planProgram(optimizeProgram(program), wasmTarget()).diagnostics;
}

/** What is said of weights that have these tensors. */
function judged(...tensors: Parameters<typeof writeSafetensors>[0]): readonly Diagnostic[] {
  const file = openWeights("scale.safetensors", writeSafetensors(tensors));
  return "tensors" in file ? judgeWeights(programOf(scale), file) : [file];
}

const gain = (values: readonly number[]): Parameters<typeof writeSafetensors>[0][number] => ({
  name: "gain",
  dtype: "F32",
  shape: [values.length],
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});

/** What no source alone shows: limits, options, memory and weights. */
const examples: Readonly<Record<string, () => readonly Diagnostic[]>> = {
  DLC1007: () => parsed(`fn deep(x: real) = ${"(".repeat(45)}x${")".repeat(45)}\n`),
  DLC1008: () => parsed("fn f(x: real) = x\n".repeat(60_000)),
  DLC1016: () => parsed("model M\u{fffd}\u{0}\u{fffd}(x: f32[N])"),
  DLC1018: () => parsed("fn f(x: real) = )\n".repeat(150)),
  DLC2013: () => checkSource(scale, { model: "Scael" }).diagnostics,
  DLC2017: () => checkSource(scale, { set: { classes: 10 } }).diagnostics,
  DLC5001: () =>
    planned(
      programOf(
        "model Wide(x: f32[40000]) -> (y: f32[40000]) {\n  param w: f32[40000, 40000] = 0\n  y[o] = sum[i] w[o, i] * x[i]\n}",
      ),
    ),
  DLC5002: () => planned(programOf("model Half(x: f16[N]) -> (y: f32[N]) { y[n] = real(x[n]) }")),
  DLC6001: () => {
    const file = openWeights("scale.safetensors", writeSafetensors([gain([1, 2])]).slice(0, -3));
    return "tensors" in file ? [] : [file];
  },
  DLC6002: () => judged({ ...gain([1, 2]), name: "gian" }),
  DLC6003: () => judged({ ...gain([1, 2]), dtype: "F64", bytes: new Uint8Array(16) }),
  DLC6004: () => judged(gain([1, 2]), { ...gain([3]), name: "gain.old" }),
  DLC6005: () => judged(gain([1, NaN])),
};

describe.each(Object.entries(examples))("%s", (code, example) => {
  it("reads well", async () => {
    const texts = example().filter((diagnostic) => diagnostic.code === code);
    expect(texts).not.toEqual([]);
    const text = texts.map((diagnostic) => render(diagnostic, { colour: false })).join("\n\n");
    await expect(`${text}\n`).toMatchFileSnapshot(join(import.meta.dirname, "errors", `${code}.txt`));
  });
});
