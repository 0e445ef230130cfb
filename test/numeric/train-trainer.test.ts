import { describe, expect, it } from "vitest";
import type { Graph, Parameter, Program } from "../../compiler/graph/graph.ts";
import { interpretStep } from "../../compiler/graph/interpret.ts";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { optimize } from "../../compiler/optimize/index.ts";
import { constantOf } from "../../compiler/integers/index.ts";
import { writeSpec } from "../../compiler/package/write-spec.ts";
import { makePlan } from "../../compiler/plan/make-plan.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { emitWasm } from "../../compiler/wasm/index.ts";
import { readSafetensors } from "../../runtime/read-safetensors.ts";
import type { TrainableSpec } from "../../runtime/spec.ts";
import { loadTrainer } from "../../runtime/trainer.ts";
import { momentumStep } from "../schedules/train-graphs.ts";
import { drawTensors, type Tensors } from "./drawn-tensors.ts";
import { weightsFile } from "./load-compiled.ts";

const forward = (hidden: number): string => `
graph forward(N) {
  x = input f32[N, 6]
  w1 = param f32[${hidden}, 6] "fc1.weight"
  b1 = param f32[${hidden}] "fc1.bias"
  w2 = param f32[3, ${hidden}] "fc2.weight"
  h = compute f32[n: N, o: ${hidden}] sum[i: 6] x[n, i] * w1[o, i]
  r = compute f32[n: N, o: ${hidden}] maximum(h[n, o] + b1[o], 0.0)
  logits = compute f32[n: N, o: 3] sum[i: ${hidden}] r[n, i] * w2[o, i]
  output logits = logits
}`;

/** Parameters with zeros for initial values, as a program declares them. */
function parametersOf(
  graph: Graph,
  isWanted: (kind: string, slot: boolean) => boolean,
): readonly Parameter[] {
  return graph.nodes.flatMap((node): readonly Parameter[] => {
    if (node.kind !== "param" && node.kind !== "state") return [];
    if (!isWanted(node.kind, node.kind === "state" && node.slot === true)) return [];
    const shape = node.shape.map((extent) => constantOf(extent) ?? NaN);
    const axes = shape.map((extent, place) => `i${place}: ${extent}`).join(", ");
    const initial = parseGraph(`graph initial() { z = compute f32[${axes}] 0.0 output value = z }`);
    return [{ path: node.path, dtype: node.dtype, shape, initial }];
  });
}

function programOf(hidden: number): { readonly program: Program; readonly step: Graph } {
  const step = momentumStep(forward(hidden), 3);
  const { updates: _updates, ...measures } = step;
  const params = parametersOf(step, (kind) => kind === "param");
  const slots = parametersOf(step, (_, slot) => slot);
  const settings = { batch: 4, epochs: 1, seed: 3, accumulate: 1 };
  const trainable = params.map(({ path }) => path);
  const program: Program = {
    name: "Small",
    params,
    states: [],
    entries: { forward: optimize(parseGraph(forward(hidden))) },
    training: { step, evaluate: optimize(measures), slots, trainable, settings },
  };
  return { program, step };
}

async function load(program: Program, weights: Tensors): ReturnType<typeof loadTrainer> {
  const plan = makePlan(program, wasmTarget());
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is the literal that a module's index.js holds
  const spec: TrainableSpec = new Function(`return ${writeSpec(plan)};`)();
  const code = emitWasm(plan, "baseline");
  const files = { code: { baseline: () => code, relaxed: () => code }, weights: () => weightsFile(weights) };
  return loadTrainer(spec, files);
}

const { program, step } = programOf(10);
const { inputs, weights: drawn } = drawTensors(step, { N: 4 });
const weights = Object.fromEntries(Object.entries(drawn).filter(([path]) => !path.startsWith("optimizer")));
const batch = {
  x: Float32Array.from(inputs["x"]?.data ?? []),
  label: Int32Array.from(inputs["label"]?.data ?? []),
};

describe("a trainer", () => {
  it("takes steps as the graph means them, and the model's entries see the new weights", async () => {
    const model = await load(program, weights);
    const { forward: run, trainer } = model;
    const before = [...(run?.({ x: batch.x })["logits"]?.data ?? [])];
    let state: Tensors = { ...weights, ...zeroSlots() };
    for (let turn = 0; turn < 5; turn += 1) {
      const meant = interpretStep(step, { inputs, params: state, states: state });
      state = { ...state, ...meant.updates };
      expect(trainer.evaluate(batch)["loss"]).toBeCloseTo(meant.outputs["loss"]?.data[0] ?? NaN, 5);
      expect(trainer.step(batch)["loss"]).toBeCloseTo(meant.outputs["loss"]?.data[0] ?? NaN, 5);
    }
    expect(trainer.iteration).toBe(5);
    const after = [...(run?.({ x: batch.x })["logits"]?.data ?? [])];
    const meant = interpretStep(parseGraph(forward(10)), { inputs, params: state });
    after.forEach((value, place) => {
      expect(value).toBeCloseTo(meant.outputs["logits"]?.data[place] ?? NaN, 5);
    });
    expect(after).not.toEqual(before);
  });

  it("saves weights and slots in their own shapes, and continues bit for bit from the file", async () => {
    const first = (await load(program, weights)).trainer;
    for (let turn = 0; turn < 3; turn += 1) first.step(batch);
    first.epoch = 2;
    const bytes = first.save();
    const tensors = readSafetensors(bytes);
    expect(tensors.get("fc1.weight")?.shape).toEqual([10, 6]);
    expect(tensors.get("optimizer.v/fc2.weight")?.shape).toEqual([3, 10]);
    const onward = [first.step(batch), first.step(batch)];
    const second = (await load(program, weights)).trainer;
    second.load(bytes);
    expect([second.iteration, second.epoch, second.seed]).toEqual([3, 2, 3]);
    expect(second.save()).toEqual(bytes);
    expect([second.step(batch), second.step(batch)]).toEqual(onward);
  });

  it("names the call in what it says of a wrong batch", async () => {
    const { trainer } = await load(program, weights);
    expect(() => trainer.step({})).toThrow(/^trainer\.step: the input \w+ is missing$/);
    expect(() => trainer.evaluate({})).toThrow(/^trainer\.evaluate: the input \w+ is missing$/);
  });

  it("refuses the checkpoint of another model by name and shape, and stays as it was", async () => {
    const { trainer } = await load(program, weights);
    const own = trainer.save();
    const other = programOf(8);
    const { weights: others } = drawTensors(other.step, { N: 4 });
    const foreign = (await load(other.program, others)).trainer.save();
    expect(() => trainer.load(foreign)).toThrow(
      "fc1.weight is f32[10, 6] in Small, but F32[8, 6] in the checkpoint",
    );
    expect(() => trainer.load(weightsFile(weights))).toThrow("the checkpoint of Small lacks optimizer.v/");
    expect(trainer.save()).toEqual(own);
  });
});

function zeroSlots(): Tensors {
  return Object.fromEntries(
    (program.training?.slots ?? []).map(({ path, dtype, shape }) => [
      path,
      { dtype, shape, data: new Float64Array(shape.reduce((all, extent) => all * extent, 1)) },
    ]),
  );
}
