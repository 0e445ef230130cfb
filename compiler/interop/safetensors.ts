import { suggest } from "../check/suggest.ts";
import { report, type Diagnostic } from "../diagnostics/index.ts";
import type { Parameter, Program } from "../graph/graph.ts";
import { sizeOfShape } from "../graph/tensor.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { dequantise } from "../../runtime/dequantise.ts";
import { readSafetensors, type StoredTensor } from "../../runtime/read-safetensors.ts";
import { writeSafetensors } from "../../runtime/write-safetensors.ts";
import { renamedGroups } from "./renamed.ts";
import { halfValue } from "./tensor-bytes.ts";

/** A weights file that has been read; the bytes of its tensors are views into it. */
export interface WeightsFile {
  /** As messages call it. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** How safetensors writes our dtypes. */
export const storedNames = {
  f32: "F32",
  f16: "F16",
  i32: "I32",
  i8: "I8",
  u8: "U8",
  bool: "BOOL",
} as const satisfies Record<Dtype, string>;

/** `f32` for `F32`; what we have no dtype for in lower case too. */
function dtypeName(stored: string): string {
  return stored.toLowerCase();
}

/** Opens a safetensors file; one that is torn or contradicts itself gives the reason instead. */
export function openWeights(name: string, bytes: Uint8Array): WeightsFile | Diagnostic {
  try {
    return { name, tensors: dequantise(readSafetensors(bytes)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const kind = otherKind(bytes);
    if (kind !== undefined) {
      return report("DLC6001", {
        message: `${name} is ${kind}, not a safetensors file`,
        span: undefined,
        help: [
          'of a PyTorch model: `safetensors.torch.save_file(model.state_dict(), "weights.safetensors")`',
          'of arrays: `safetensors.numpy.save_file({ "fc.weight": array }, "weights.safetensors")`',
        ],
      });
    }
    return report("DLC6001", {
      message: `${name} is ${reason}`,
      span: undefined,
      help: [
        "a file of another kind has to be saved as safetensors first",
        "or it was cut off while it was copied: compare its size with the original's",
      ],
    });
  }
}

/** Files in which weights are often kept, by what they begin with. */
const otherKinds: readonly (readonly [begins: readonly number[], kind: string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], "a zip archive, as torch.save, np.savez and Keras write"],
  [[0x80, 0x02], "a pickle, as torch.save wrote"],
  [[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], "an array of NumPy"],
  [[0x89, 0x48, 0x44, 0x46], "an HDF5 file"],
];

function otherKind(bytes: Uint8Array): string | undefined {
  return otherKinds.find(([begins]) => begins.every((byte, place) => bytes[place] === byte))?.[1];
}

/** What `check` wants to know of a weights file: dtype and shape by path. */
export function weightShapes(
  file: WeightsFile,
): ReadonlyMap<string, { readonly dtype: string; readonly shape: readonly number[] }> {
  return new Map(
    [...file.tensors].map(([path, { dtype, shape }]) => [path, { dtype: dtypeName(dtype), shape }]),
  );
}

/** Of many names a message lists so many. */
const listed = 8;

/**
 * What is wrong between a program and a weights file, by name and dtype, and with the numbers in it. Shapes are compared
 * by `check`, which knows where a size comes from.
 */
export function judgeWeights(program: Program, file: WeightsFile): readonly Diagnostic[] {
  const wanted = [...program.params, ...program.states];
  const missing = wanted.filter(({ path }) => !file.tensors.has(path));
  const diagnostics: Diagnostic[] = [];
  if (missing.length > 0) diagnostics.push(lacking(program, missing, file));
  for (const parameter of wanted) {
    const stored = file.tensors.get(parameter.path);
    if (stored !== undefined) diagnostics.push(...mismatches(program, parameter, stored, file));
  }
  const paths = wanted.map(({ path }) => path);
  // A checkpoint also holds what optimizers keep, `optimizer.m/fc1.weight`: nobody's slip. No parameter has a `/` in its path.
  const extra = [...file.tensors.keys()].filter((path) => !paths.includes(path) && !path.includes("/"));
  // Where names are missing, the names that are too many are one thing with them, and told there.
  if (extra.length > 0 && missing.length === 0) diagnostics.push(superfluous(program, extra, paths, file));
  return diagnostics;
}

function showType(dtype: string, shape: readonly number[]): string {
  return `${dtype}[${shape.join(", ")}]`;
}

function lacking(program: Program, missing: readonly Parameter[], file: WeightsFile): Diagnostic {
  const [first, ...more] = missing;
  const rest = more.length === 0 ? "" : ` and ${more.length} other parameter${more.length === 1 ? "" : "s"}`;
  const wanted = new Set([...program.params, ...program.states].map(({ path }) => path));
  const free = [...file.tensors.keys()].filter((path) => !wanted.has(path));
  const prefix = commonPrefix(missing, free);
  return report("DLC6002", {
    message: `${file.name} lacks ${first?.path ?? ""}${rest} of ${program.name}`,
    span: undefined,
    notes: [
      {
        text: missing.length === 1 ? "missing is" : "missing are",
        lines: shorten(missing, ({ path, dtype, shape }) => {
          const near = suggest(path, free);
          return `${path}  ${showType(dtype, shape)}${near === undefined ? "" : `; the file has ${near}`}`;
        }),
      },
      ...(free.length === 0
        ? []
        : [{ text: "of the file, nothing takes", lines: shorten(free, (path) => path) }]),
    ],
    help:
      prefix === undefined
        ? renamedHelp(missing, free, file)
        : [`every name in the file begins with "${prefix}"; save the weights without it`],
  });
}

function renamedHelp(
  missing: readonly Parameter[],
  free: readonly string[],
  file: WeightsFile,
): readonly string[] {
  const here = new Map(missing.map(({ path, shape }) => [path, shape.join()]));
  const there = new Map(free.map((path) => [path, file.tensors.get(path)?.shape.join() ?? ""]));
  return shorten(
    renamedGroups(here, there),
    (group) => `what is \`${group.here}\` here is \`${group.there}\` in the file: give it one name in both`,
  );
}

/** `module.`, where putting it before each missing name gives a name of the file. */
function commonPrefix(missing: readonly Parameter[], free: readonly string[]): string | undefined {
  const first = missing[0]?.path ?? "";
  const found = free.find((path) => path.endsWith(`.${first}`));
  if (found === undefined) return undefined;
  const prefix = found.slice(0, found.length - first.length);
  return missing.every(({ path }) => free.includes(prefix + path)) ? prefix : undefined;
}

function shorten<T>(items: readonly T[], show: (item: T) => string): readonly string[] {
  const lines = items.slice(0, listed).map(show);
  return items.length > listed ? [...lines, `… and ${items.length - listed} more`] : lines;
}

function mismatches(
  program: Program,
  { path, dtype, shape }: Parameter,
  stored: StoredTensor,
  file: WeightsFile,
): readonly Diagnostic[] {
  const given = showType(dtypeName(stored.dtype), stored.shape);
  const message = `${path} is ${showType(dtype, shape)} in ${program.name}, but ${given} in ${file.name}`;
  if (stored.dtype !== storedNames[dtype]) {
    return [
      report("DLC6003", {
        message,
        span: undefined,
        help: [`convert it to ${dtype} when saving: nothing is rounded or widened in silence`],
      }),
    ];
  }
  return notFinite(path, dtype, shape, stored.bytes, file.name);
}

function superfluous(
  program: Program,
  extra: readonly string[],
  paths: readonly string[],
  file: WeightsFile,
): Diagnostic {
  const [first] = extra;
  const what = extra.length === 1 ? (first ?? "") : `${extra.length} tensors`;
  return report("DLC6004", {
    message: `${file.name} has ${what}, which ${program.name} does not take`,
    span: undefined,
    notes: [
      {
        text: extra.length === 1 ? "left out is" : "left out are",
        lines: shorten(extra, (path) => {
          const near = suggest(path, paths);
          return near === undefined ? path : `${path}  (like ${near})`;
        }),
      },
    ],
  });
}

/** A warning where a parameter holds NaN or an infinity. `source` is where its numbers are from. */
export function notFinite(
  path: string,
  dtype: Dtype,
  shape: readonly number[],
  bytes: Uint8Array,
  source: string,
): readonly Diagnostic[] {
  const numbers = floatsOf(dtype, bytes);
  let bad = 0;
  let first = -1;
  for (let place = 0; place < numbers.length; place++) {
    if (Number.isFinite(numbers[place])) continue;
    if (first < 0) first = place;
    bad++;
  }
  if (bad === 0) return [];
  const value = String(numbers[first]);
  const where = shape.length === 0 ? "" : ` at [${indexOf(first, shape).join(", ")}]`;
  return [
    report("DLC6005", {
      message: `${path} has ${value}${where} in ${source}`,
      span: undefined,
      notes: [{ text: `${bad} of its ${numbers.length} numbers ${bad === 1 ? "is" : "are"} not finite` }],
    }),
  ];
}

function floatsOf(dtype: Dtype, bytes: Uint8Array): ArrayLike<number> {
  if (dtype !== "f32" && dtype !== "f16") return [];
  // Offsets in a file need not be multiples of four.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  if (dtype === "f32") return new Float32Array(aligned.buffer, aligned.byteOffset, bytes.byteLength / 4);
  const halves = new Uint16Array(aligned.buffer, aligned.byteOffset, bytes.byteLength / 2);
  return Float32Array.from(halves, halfValue);
}

function indexOf(place: number, shape: readonly number[]): readonly number[] {
  return shape.map((extent, axis) => Math.floor(place / sizeOfShape(shape.slice(axis + 1))) % extent);
}

/** A safetensors file of what the program takes and nothing else, in its order. The given file must have been judged. */
export function selectWeights(program: Program, file: WeightsFile): Uint8Array<ArrayBuffer> {
  return writeSafetensors(
    [...program.params, ...program.states].map(({ path, shape }) => {
      const stored = file.tensors.get(path);
      if (stored?.shape.join() !== shape.join())
        throw new Error(`bug: ${path} was not judged in ${file.name}`);
      return { name: path, ...stored };
    }),
  );
}
