import { existsSync } from "node:fs";
import { readNpy } from "../compiler/interop/npy.ts";
import { InputError } from "./exit.ts";
import { readGiven } from "./host.ts";

/** Numbers that were given for an input. */
export interface Numbers {
  /** Undefined where only a row of numbers was given, perhaps of one. */
  readonly shape: readonly number[] | undefined;
  readonly data: ArrayLike<number>;
  /** As messages call them: a file's name, or the input's own. */
  readonly from: string;
}

/** Numbers from a `.npy` or `.json` file, from any other file as text, or from the argument itself. */
export function readNumbers(value: string, input: string): Numbers {
  if (/\.npy$/i.test(value)) {
    const read = readNpy(readGiven(value));
    if (read.kind === "fault") throw new InputError(`${value} ${read.reason}`);
    return { shape: read.shape, data: read.data, from: value };
  }
  const isText = /^[\s[\]{}"\d.,+\-eE]*$|^-?(NaN|Infinity|inf|true|false)\b/.test(value);
  if (isText && !existsSync(value)) return parseNumbers(value, `the value of ${input}`);
  return parseNumbers(new TextDecoder().decode(readGiven(value)), value);
}

/** JSON where it begins as JSON does, else numbers between blanks, commas and semicolons. */
function parseNumbers(text: string, from: string): Numbers {
  if (/^\s*[[{]/.test(text)) return parseJson(text, from);
  const words = text.split(/[\s,;]+/).filter((word) => word !== "");
  const data = words.map((word) => {
    const number = numberOf(word);
    if (number === undefined)
      throw new InputError(`${from} has ${JSON.stringify(cut(word))}, which is no number`);
    return number;
  });
  if (data.length === 0) throw new InputError(`${from} has no numbers`);
  return { shape: undefined, data, from };
}

function cut(word: string): string {
  return word.length > 20 ? `${word.slice(0, 20)}…` : word;
}

/** JSON has no NaN and no infinities: here they are texts, as `--json` prints them. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  if (typeof value !== "string") return undefined;
  if (value === "true" || value === "false") return Number(value === "true");
  if (/^-?inf$/.test(value)) return value.startsWith("-") ? -Infinity : Infinity;
  const number = Number(value);
  return value.trim() === "" || (Number.isNaN(number) && value !== "NaN") ? undefined : number;
}

function parseJson(text: string, from: string): Numbers {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${from} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (isTensor(value)) return { shape: value.shape, data: flatten(value.data, from).data, from };
  return flatten(value, from);
}

/** What `dlc run --json` prints for an output. */
function isTensor(value: unknown): value is { readonly shape: readonly number[]; readonly data: unknown } {
  return (
    typeof value === "object" &&
    value !== null &&
    "data" in value &&
    "shape" in value &&
    Array.isArray(value.shape) &&
    value.shape.every((size) => Number.isSafeInteger(size))
  );
}

/** Nested arrays of equal lengths. */
function flatten(value: unknown, from: string): Numbers {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0] as unknown) shape.push(level.length);
  const data: number[] = [];
  const visit = (part: unknown, depth: number): void => {
    if (Array.isArray(part)) {
      if (part.length !== shape[depth]) throw new InputError(`${from} has rows of different lengths`);
      for (const item of part as unknown[]) visit(item, depth + 1);
      return;
    }
    if (depth !== shape.length) throw new InputError(`${from} has rows of different lengths`);
    const number = numberOf(part);
    if (number === undefined)
      throw new InputError(`${from} has ${cut(JSON.stringify(part))}, which is no number`);
    data.push(number);
  };
  visit(value, 0);
  return { shape, data, from };
}
