import { extname } from "node:path";
import { writeNpy } from "../compiler/interop/npy.ts";
import { dtypes, type Dtype } from "../compiler/scalar/dtype.ts";
import { CallError } from "./exit.ts";
import type { Result } from "./module-host.ts";
import { writeWhole } from "./write-aside.ts";

type Encode = (dtype: Dtype, result: Result) => string | Uint8Array;

const encoders: Readonly<Record<string, Encode>> = {
  ".npy": (dtype, { shape, data }) => writeNpy(dtype, shape, data),
  ".json": (dtype, result) => `${JSON.stringify(tensorJson(dtype, result))}\n`,
  ".txt": (_, { shape, data }) => {
    const length = shape.at(-1) ?? 1;
    const rows = Array.from({ length: data.length / Math.max(1, length) }, (_row, row) =>
      data.slice(row * length, (row + 1) * length).join(" "),
    );
    return `${rows.join("\n")}\n`;
  },
};

/** What `--json` prints for an output: row-major, NaN and infinities as texts. */
export function tensorJson(
  dtype: string,
  { shape, data }: Result,
): {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
} {
  return {
    dtype,
    shape,
    data: Array.from(data, (value) => (Number.isFinite(value) ? value : String(value))),
  };
}

/** Refuses a file name of which the format isn't known. */
export function checkOutputName(path: string): void {
  if (encoders[extname(path).toLowerCase()] !== undefined) return;
  throw new CallError(`${path} should end in ${Object.keys(encoders).join(", ")}`);
}

/** Writes a result in the format that its name says. */
export async function writeOutput(path: string, dtype: string, result: Result): Promise<void> {
  const known = dtypes.find((one) => one === dtype);
  const encode = encoders[extname(path).toLowerCase()];
  if (known === undefined || encode === undefined)
    throw new Error(`bug: ${dtype} can't be written to ${path}`);
  await writeWhole(path, encode(known, result));
}
