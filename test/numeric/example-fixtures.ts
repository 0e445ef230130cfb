import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sizeOfShape, tensorOf, type Tensor } from "../../compiler/graph/tensor.ts";
import { draw, streamKey } from "../../compiler/scalar/index.ts";
import { readFixture } from "./stored-fixture.ts";
import { tensorError } from "./tensor-error.ts";

/** What PyTorch computed with a whole model: see test/fixtures/README.md. */
export interface ExampleFixture extends Description {
  /** The name of the file. */
  readonly example: string;
  /** Results and gradients with few numbers, as `output/NAME` and `gradient/PATH`. */
  readonly whole: Readonly<Record<string, Tensor>>;
}

interface Description {
  readonly name: string;
  /** The source, relative to the repository. */
  readonly file: string;
  readonly model: string;
  readonly set: Readonly<Record<string, string | number | boolean>>;
  readonly entry: string;
  readonly seed: number;
  readonly slow: boolean;
  readonly inputs: readonly (Drawn & { readonly name: string; readonly limit?: number })[];
  readonly weights: readonly (Drawn & { readonly path: string })[];
  readonly outputs: readonly Sketch[];
  readonly gradients: readonly Sketch[];
}

interface Drawn {
  readonly shape: readonly number[];
  readonly scale: number;
  readonly offset: number;
}

/** What is known of a tensor: its norm, and its products with vectors of draws. */
export interface Sketch {
  readonly path: string;
  readonly shape: readonly number[];
  readonly norm: number;
  readonly products: readonly number[];
  /** How far PyTorch's own float32 is from its float64. */
  readonly float32Apart: number;
}

const folder = fileURLToPath(new URL("../fixtures/examples", import.meta.url));

/** Names of examples/ in test/fixtures, of which each has a script. */
export function scriptedExamples(): readonly string[] {
  return readdirSync(folder).flatMap((file) => (file.endsWith(".py") ? [file.slice(0, -".py".length)] : []));
}

export function exampleFixtures(): readonly ExampleFixture[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".safetensors"))
    .sort()
    .flatMap((file) => {
      const { description, tensors } = readFixture<{ readonly cases: readonly Description[] }>(
        join(folder, file),
      );
      const example = file.replace(/\.safetensors$/, "");
      return description.cases.map((one) => {
        const prefix = `${one.name}/`;
        const own = [...tensors].filter(([name]) => name.startsWith(prefix));
        const whole = Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
        return { ...one, example, whole };
      });
    });
}

export function inputsOf({ seed, inputs }: ExampleFixture): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    inputs.map(({ name, shape, scale, offset, limit }) => {
      const path = `input/${name}`;
      if (limit === undefined)
        return [
          name,
          tensorOf(
            shape,
            Float32Array.from(drawn(seed, path, shape), (u) => offset + (2 * u - 1) * scale),
          ),
        ];
      const whole = Int32Array.from(drawn(seed, path, shape), (u) => Math.floor(u * limit));
      return [name, tensorOf(shape, whole, "i32")];
    }),
  );
}

export function weightsOf({ seed, weights }: ExampleFixture): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    weights.map(({ path, shape, scale, offset }) => {
      const values = Float32Array.from(drawn(seed, path, shape), (u) => offset + (2 * u - 1) * scale);
      return [path, tensorOf(shape, values)];
    }),
  );
}

/** What an output is multiplied with in the sum that is differentiated. */
export function cotangentOf({ seed }: ExampleFixture, { path, shape }: Sketch): Tensor {
  const values = Float32Array.from(drawn(seed, `cotangent/${path}`, shape), (u) => 2 * u - 1);
  return tensorOf(shape, values);
}

/** How far a tensor is from what is known of it, as a share of its largest number or, of a sketch, of its norm. */
export function errorOf(
  { seed, whole }: ExampleFixture,
  kind: "output" | "gradient",
  { path, shape, norm, products }: Sketch,
  actual: Tensor | undefined,
): number {
  const exact = whole[`${kind}/${path}`];
  if (exact !== undefined) return tensorError(actual, exact);
  if (actual?.shape.join() !== shape.join()) return Infinity;
  const squares = actual.data.reduce((sum, value) => sum + value * value, 0);
  const found = products.map((_, stream) => {
    const probe = drawn(seed, `probe/${path}`, shape, stream);
    return actual.data.reduce((sum, value, place) => sum + value * (2 * (probe[place] ?? NaN) - 1), 0);
  });
  const apart = [
    Math.abs(Math.sqrt(squares) - norm),
    // A draw's mean square is 1/3, and so is the share of a difference that shows in a product.
    ...products.map((product, stream) => Math.abs((found[stream] ?? NaN) - product) * Math.sqrt(3)),
  ];
  return Math.max(...apart) / Math.max(norm, 1e-6);
}

function drawn(seed: number, path: string, shape: readonly number[], stream = 0): Float64Array {
  const key = streamKey(path, stream);
  const values = new Float64Array(sizeOfShape(shape));
  for (let place = 0; place < values.length; place++) values[place] = draw(seed, key, place);
  return values;
}
