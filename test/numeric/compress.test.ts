import { expect, it } from "vitest";
import { compressWeights } from "../../compiler/interop/compress-weights.ts";
import { openWeights } from "../../compiler/interop/safetensors.ts";
import { tensorOf } from "../../compiler/graph/tensor.ts";
import { readSafetensors } from "../../runtime/read-safetensors.ts";
import { compileSource } from "./compile-source.ts";
import { callEntry, loadCompiled, weightsFile } from "./load-compiled.ts";
import { loadTrained, savedNumbers } from "./load-trained.ts";

const { program, plan } = compileSource(`import std.nn { Linear }
model Two(x: f32[N, 3]) -> (y: f32[N, 2]) { y = x |> a: Linear(4) |> tanh |> b: Linear(2) }`);

const given = {
  "a.weight": [0.5, -0.25, 0.125, 4, -8, 1, 0, 0, 0, 3e-3, 1e-3, -2e-3],
  "a.bias": [1e-4, 0, -1e-4, 7],
  "b.weight": [10, -20, 30, -40, 1, 1, 1, 1],
  "b.bias": [0.01, 0.02],
};
const shapes = { "a.weight": [4, 3], "a.bias": [4], "b.weight": [2, 4], "b.bias": [2] };
type Path = keyof typeof given;
const paths: readonly Path[] = ["a.weight", "a.bias", "b.weight", "b.bias"];
const file = Uint8Array.from(
  weightsFile(Object.fromEntries(paths.map((path) => [path, tensorOf(shapes[path], given[path])]))),
);

/** The floats of a file as a model is given them. */
function floatsIn(bytes: Uint8Array, path: Path): readonly number[] {
  const opened = openWeights("w", bytes);
  if ("code" in opened) throw new Error(opened.message);
  const stored = opened.tensors.get(path);
  expect(stored?.dtype).toBe("F32");
  return [...new Float32Array(stored?.bytes.slice().buffer ?? new ArrayBuffer(0))];
}

it("weights of 8 bits are within half a 127th of the greatest of their channel, and a module computes with them", async () => {
  const small = compressWeights(program, file, { quantise: "int8" });
  const stored = readSafetensors(small);
  expect(stored.get("a.weight")).toMatchObject({ dtype: "I8", shape: [4, 3] });
  expect(stored.get("a.weight/scale")).toMatchObject({ dtype: "F32", shape: [4] });
  expect([...new Int8Array(stored.get("b.weight")?.bytes.slice().buffer ?? new ArrayBuffer(0))]).toEqual([
    32, -64, 95, -127, 127, 127, 127, 127,
  ]);
  for (const path of paths) {
    const width = shapes[path][1];
    floatsIn(small, path).forEach((value, place) => {
      const from = width === undefined ? place : place - (place % width);
      const channel = given[path].slice(from, from + (width ?? 1));
      const step = width === undefined ? 0 : Math.max(...channel.map(Math.abs)) / 127;
      expect(Math.abs(value - (given[path][place] ?? NaN)), `${path} ${place}`).toBeLessThanOrEqual(
        step / 2 + 1e-6 * Math.abs(value),
      );
    });
  }
  const x = tensorOf([1, 3], [0.3, -0.2, 0.1]);
  const model = await loadCompiled(plan, "baseline", small);
  const widened = Object.fromEntries(
    paths.map((path) => [path, tensorOf(shapes[path], floatsIn(small, path))]),
  );
  const expected = await loadCompiled(plan, "baseline", weightsFile(widened));
  expect(callEntry(model, "forward", { x })).toEqual(callEntry(expected, "forward", { x }));
});

it("a model may keep whole numbers of 8 bits and their scale itself, under any name", async () => {
  const own = compileSource(`model Kept(x: f32[N, 3]) -> (y: f32[N, 2]) {
  param w: i8[2, 3] = 0 as "fc.weight"
  param s: f32[2] = 1 as "fc.weight.scale"
  y[n, o] = s[o] * (sum[i] real(w[o, i]) * x[n, i])
}`);
  const stored = weightsFile({
    "fc.weight": tensorOf([2, 3], [1, -2, 3, 127, 0, -128], "i8"),
    "fc.weight.scale": tensorOf([2], [0.5, 2]),
  });
  const model = await loadCompiled(own.plan, "baseline", stored);
  const { y } = callEntry(model, "forward", { x: tensorOf([1, 3], [1, 1, 1]) });
  expect([...(y?.data ?? [])]).toEqual([1, -2]);
  const opened = openWeights("w", stored);
  expect("code" in opened ? [] : [...opened.tensors].map(([path, { dtype }]) => [path, dtype])).toEqual([
    ["fc.weight", "I8"],
    ["fc.weight.scale", "F32"],
  ]);
});

it("pruning drops the smallest weights of all or of each parameter, and never a bias", () => {
  const all = compressWeights(program, file, { prune: 0.5 });
  expect(floatsIn(all, "a.weight")).toEqual([0, 0, 0, 4, -8, 0, 0, 0, 0, 0, 0, 0].map(Math.fround));
  expect(floatsIn(all, "b.weight")).toEqual([10, -20, 30, -40, 1, 1, 1, 1]);
  const each = compressWeights(program, file, { pruneEach: 0.5 });
  expect(floatsIn(each, "a.weight")).toEqual([0.5, -0.25, 0.125, 4, -8, 1, 0, 0, 0, 0, 0, 0]);
  // Of equals the first go.
  expect(floatsIn(each, "b.weight")).toEqual([10, -20, 30, -40, 0, 0, 0, 0]);
  expect(floatsIn(compressWeights(program, file, { pruneEach: 0.25 }), "b.weight")).toEqual([
    10, -20, 30, -40, 0, 0, 1, 1,
  ]);
  for (const path of ["a.bias", "b.bias"] as const) {
    expect(floatsIn(all, path)).toEqual(given[path].map(Math.fround));
  }
});

it("KeepZeros keeps zeros under momentum and weight decay, and lets everything else move", async () => {
  const { model } = await loadTrained(`import std.compress { KeepZeros }
import std.optim { AdamW }
model Line(x: f32[N, 4]) -> (y: f32[N]) {
  param w: f32[4] = 1
  param kept: f32[4] = 0
  y[n] = sum[i] (w[i] + kept[i]) * x[n, i]
}
train Line on (x: f32[N, 4]) {
  loss = mean[n] (y[n] - 3)^2
  optimizer = [KeepZeros(), AdamW(lr: 0.1)]
  batch = 1
}`);
  for (let turn = 0; turn < 3; turn++) model.trainer.step({ x: Float32Array.of(1, -2, 3, 0.5) });
  const saved = savedNumbers(model.trainer);
  expect(saved["kept"]).toEqual([0, 0, 0, 0]);
  for (const value of saved["w"] ?? [1]) expect(Math.abs(value - 1)).toBeGreaterThan(0.01);
});
