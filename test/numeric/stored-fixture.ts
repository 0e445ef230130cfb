import { readFileSync } from "node:fs";
import { tensorOf, type Tensor } from "../../compiler/graph/tensor.ts";

export interface StoredTensors {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** A safetensors file that Python made, read here by the format's definition and not by the code under test. */
export function readStored(path: string): StoredTensors {
  const file = readFileSync(path);
  const start = 8 + Number(file.readBigUInt64LE(0));
  const { __metadata__: metadata, ...entries } = JSON.parse(file.toString("utf8", 8, start));
  const tensors = Object.entries<Entry>(entries).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [from, to],
      },
    ]) => {
      const bytes = Uint8Array.from(file.subarray(start + from, start + to)).buffer;
      if (dtype === "F32") return [name, tensorOf(shape, new Float32Array(bytes))] as const;
      if (dtype === "I32") return [name, tensorOf(shape, new Int32Array(bytes), "i32")] as const;
      throw new Error(`${path}: ${name} is ${dtype}`);
    },
  );
  return { metadata, tensors: new Map(tensors) };
}

export interface StoredFixture<Description> {
  readonly description: Description;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** A file of `make_fixtures.py`, with what it says of itself: see test/fixtures/README.md. */
export function readFixture<Description>(path: string): StoredFixture<Description> {
  const { metadata, tensors } = readStored(path);
  return { description: JSON.parse(metadata["fixture"] ?? "null"), tensors };
}

/** Those whose name begins with the prefix, by what follows it. */
export function tensorsUnder(
  tensors: ReadonlyMap<string, Tensor>,
  prefix: string,
): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [],
    ),
  );
}
