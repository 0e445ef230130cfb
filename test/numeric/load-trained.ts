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
import type { RememberingSpec, TrainableSpec } from "../../runtime/spec.ts";
import { loadRememberingTrainer } from "../../runtime/memory.ts";
import { loadTrainer, type Trainer } from "../../runtime/trainer.ts";
import { fileHost } from "../../cli/host.ts";
import { initialValues } from "../language/train-source.ts";
import { weightsFile } from "./load-compiled.ts";

type Tensors = Readonly<Record<string, Tensor>>;

export interface CompiledTraining {
  /** As elaborated: what the source means. */
  readonly program: Program;
  /** With its gradients computed. */
  readonly optimized: Program;
  readonly plan: Plan;
}

export interface Trained extends CompiledTraining {
  /** The first values of all that persists, by path. */
  readonly values: Tensors;
  readonly model: Awaited<ReturnType<typeof loadTrainer>>;
}

/** The only model of a source, or of a file, with its train block, through every stage. */
export function compileTraining(text: string | undefined, path = "case.dl"): CompiledTraining {
  const read = (asked: string): string | undefined =>
    (asked === path ? text : undefined) ?? fileHost.read(asked);
  const { models, diagnostics } = check({ ...fileHost, read }, path, { train: true });
  const [model, another] = models;
  if (model === undefined || another !== undefined)
    throw new Error(renderAll(diagnostics, { colour: false }));
  const program = elaborate(model);
  const optimized = optimizeProgram(program);
  const { plan, diagnostics: refusals } = planProgram(optimized, wasmTarget());
  if (plan === undefined) throw new Error(renderAll(refusals, { colour: false }));
  return { program, optimized, plan };
}

/** A program loaded as a generated module loads it, with these values of parameters and states. */
export function loadWithWeights(plan: Plan, weights: Tensors): Promise<Trained["model"]> {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is the literal that a module's index.js holds
  const spec: RememberingSpec & TrainableSpec = new Function(`return ${writeSpec(plan)};`)();
  const code = emitWasm(plan, "baseline");
  const files = { code: { baseline: () => code, relaxed: () => code }, weights: () => weightsFile(weights) };
  return plan.memory === undefined ? loadTrainer(spec, files) : loadRememberingTrainer(spec, files);
}

/** The only model of a source with its train block, loaded with the values that it draws. */
export async function loadTrained(text: string, seed = 1): Promise<Trained> {
  const compiled = compileTraining(text);
  const { params, states } = compiled.program;
  const values = initialValues(compiled.program, seed);
  const stored = [...params, ...states].map(({ path }) => [path, values[path]] as const);
  const weights = Object.fromEntries(stored.flatMap(([path, value]) => (value ? [[path, value]] : [])));
  return { ...compiled, values, model: await loadWithWeights(compiled.plan, weights) };
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
