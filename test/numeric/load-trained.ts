import { check } from "../../compiler/check/index.ts";
import { optimizeProgram } from "../../compiler/compile.ts";
import { renderAll } from "../../compiler/diagnostics/index.ts";
import { elaborate } from "../../compiler/elaborate/index.ts";
import type { Program } from "../../compiler/graph/graph.ts";
import type { Tensor } from "../../compiler/graph/index.ts";
import { writeSpec } from "../../compiler/package/write-spec.ts";
import { planProgram, wasmTarget, type Plan } from "../../compiler/plan/index.ts";
import { emitWasm } from "../../compiler/wasm/index.ts";
import { readSafetensors } from "../../runtime/read-safetensors.ts";
import type { TrainableSpec } from "../../runtime/spec.ts";
import { loadTrainer, type Trainer } from "../../runtime/trainer.ts";
import { fileHost } from "../../cli/host.ts";
import { initialValues } from "../language/train-source.ts";
import { weightsFile } from "./load-compiled.ts";

export interface Trained {
  /** As elaborated: what the source means. */
  readonly program: Program;
  readonly plan: Plan;
  /** The first values of all that persists, by path. */
  readonly values: Readonly<Record<string, Tensor>>;
  readonly model: Awaited<ReturnType<typeof loadTrainer>>;
}

/** The only model of a source with its train block, through every stage, and loaded as a generated module loads it. */
export async function loadTrained(text: string, seed = 1): Promise<Trained> {
  const path = "case.dl";
  const read = (asked: string): string | undefined => (asked === path ? text : fileHost.read(asked));
  const { models, diagnostics } = check({ ...fileHost, read }, path, { train: true });
  const [model] = models;
  if (model === undefined) throw new Error(renderAll(diagnostics, { colour: false }));
  const program = elaborate(model);
  const { plan, diagnostics: refusals } = planProgram(optimizeProgram(program), wasmTarget());
  if (plan === undefined) throw new Error(renderAll(refusals, { colour: false }));
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is the literal that a module's index.js holds
  const spec: TrainableSpec = new Function(`return ${writeSpec(plan)};`)();
  const code = emitWasm(plan, "baseline");
  const values = initialValues(program, seed);
  const stored = [...program.params, ...program.states].map(({ path: own }) => [own, values[own]] as const);
  const weights = Object.fromEntries(stored.flatMap(([own, value]) => (value ? [[own, value]] : [])));
  const files = { code: { baseline: () => code, relaxed: () => code }, weights: () => weightsFile(weights) };
  return { program, plan, values, model: await loadTrainer(spec, files) };
}

/** All f32 and i32 tensors that a trainer saves, by path. */
export function savedNumbers(trainer: Trainer): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(
    [...readSafetensors(trainer.save())].map(([path, { dtype, bytes }]) => {
      const buffer = bytes.slice().buffer;
      return [path, [...(dtype === "I32" ? new Int32Array(buffer) : new Float32Array(buffer))]];
    }),
  );
}
