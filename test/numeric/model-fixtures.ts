import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Graph } from "../../compiler/graph/graph.ts";
import { sizeOfShape, tensorOf, type Tensor } from "../../compiler/graph/tensor.ts";
import { operandsOf } from "../../compiler/graph/visit.ts";
import { draw, streamKey } from "../../compiler/scalar/index.ts";
import { writeSafetensors } from "../../runtime/write-safetensors.ts";
import { readFixture, tensorsUnder } from "./stored-fixture.ts";

/** What PyTorch computed with a large example: see test/fixtures/README.md. */
export interface ModelFixture extends Description {
  readonly outputs: Readonly<Record<string, Tensor>>;
}

interface Description {
  readonly model: string;
  /** The source, relative to the repository. */
  readonly file: string;
  readonly seed: number;
  readonly inputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly path: string;
  }[];
  readonly parameters: readonly DrawnParameter[];
  readonly layers: readonly LayerResult[];
}

export interface DrawnParameter {
  readonly path: string;
  readonly shape: readonly number[];
  readonly scale: number;
}

/** What a layer gives before any activation: mean and root mean square of all of it. */
export interface LayerResult {
  readonly name: string;
  readonly shape: readonly number[];
  readonly mean: number;
  readonly rms: number;
}

/** Every fixture of a large example. */
export function modelFixtures(): readonly ModelFixture[] {
  const folder = fileURLToPath(new URL("../fixtures/models", import.meta.url));
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const { description, tensors } = readFixture<Description>(join(folder, file));
      return { ...description, outputs: tensorsUnder(tensors, "output/") };
    });
}

/** The inputs, which are the draws themselves. */
export function inputsOf({ inputs, seed }: ModelFixture): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    inputs.map(({ name, shape, path }) => [
      name,
      tensorOf(
        shape,
        drawn(seed, path, shape, (u) => u),
      ),
    ]),
  );
}

/** The parameters by path. */
export function parametersOf({
  parameters,
  seed,
}: Pick<Description, "parameters" | "seed">): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    parameters.map((one) => [one.path, tensorOf(one.shape, parameterValues(seed, one))]),
  );
}

/** The parameters as a safetensors file. */
export function weightsOf({ parameters, seed }: ModelFixture): Uint8Array {
  return writeSafetensors(
    parameters.map((one) => ({
      name: one.path,
      dtype: "F32",
      shape: one.shape,
      bytes: new Uint8Array(parameterValues(seed, one).buffer),
    })),
  );
}

function parameterValues(seed: number, { path, shape, scale }: DrawnParameter): Float32Array<ArrayBuffer> {
  return drawn(seed, path, shape, (u) => (2 * u - 1) * scale);
}

function drawn(
  seed: number,
  path: string,
  shape: readonly number[],
  valueOf: (u: number) => number,
): Float32Array<ArrayBuffer> {
  const key = streamKey(path, 0);
  const values = new Float32Array(sizeOfShape(shape));
  for (let place = 0; place < values.length; place++) values[place] = valueOf(draw(seed, key, place));
  return values;
}

/** A graph that also gives what each layer gives: the value that reads the layer's weight, by the layer's name. */
export function withLayerOutputs(graph: Graph, layers: readonly LayerResult[]): Graph {
  const outputs = layers.map(({ name }) => {
    const weight = graph.nodes.find((node) => node.kind === "param" && node.path === `${name}.weight`);
    const [reader, another] = graph.nodes.filter(
      (node) => weight !== undefined && operandsOf(node).includes(weight.name),
    );
    if (reader === undefined || another !== undefined) throw new Error(`${name}.weight has not one reader`);
    return { name, node: reader.name };
  });
  return { ...graph, outputs: [...graph.outputs, ...outputs] };
}

/** How far a layer's result is from what PyTorch says of it, as a share of its root mean square. */
export function layerError({ shape, mean, rms }: LayerResult, actual: Tensor | undefined): number {
  if (actual?.shape.join() !== shape.join()) return Infinity;
  let [sum, squares] = [0, 0];
  for (const value of actual.data) {
    sum += value;
    squares += value * value;
  }
  const count = actual.data.length;
  return Math.max(Math.abs(sum / count - mean), Math.abs(Math.sqrt(squares / count) - rms)) / rms;
}
