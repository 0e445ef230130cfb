import { DataError } from "./data-error.ts";
import type { DataHost } from "./host.ts";
import { integerRanges, type Dtype } from "./source.ts";

/** What a reader may be given in a source: `csv("iris.csv", columns: ["width", "length"], header: true)`. */
export type Argument = string | number | boolean | readonly Argument[];

/** The type that a source is declared with: `u8[M, 28, 28] in 0..10`. */
export interface DeclaredType {
  readonly dtype: Dtype;
  /** Numbers, and names for what the source decides. */
  readonly shape: readonly (number | string)[];
  /** Integers: from the first to below the second. */
  readonly range?: readonly [number, number];
}

/** What a reader is given. */
export interface Reading {
  readonly host: DataHost;
  readonly path: string;
  readonly arguments: Readonly<Record<string, Argument>>;
  readonly type: DeclaredType | undefined;
  /** How many bytes the source may hold in memory; above, it is read in parts. */
  readonly budget: number;
}

/** Functions that take one argument of a reader each, undefined where it isn't given; DLC6110 where it is something else. */
export interface Arguments {
  readonly text: (name: string) => string | undefined;
  readonly flag: (name: string) => boolean | undefined;
  readonly number: (name: string) => number | undefined;
  /** A whole number of at least `least`. */
  readonly count: (name: string, least: number) => number | undefined;
  readonly texts: (name: string) => readonly string[] | undefined;
  readonly value: (name: string) => Argument | undefined;
}

export function readArguments({ path, arguments: given }: Pick<Reading, "path" | "arguments">): Arguments {
  const refuse = (name: string, wanted: string): never => {
    throw badArgument(path, `${name} should be ${wanted}, not ${JSON.stringify(given[name])}`);
  };
  const number = (name: string): number | undefined => {
    const value = given[name];
    return value === undefined || typeof value === "number" ? value : refuse(name, "a number");
  };
  return {
    value: (name) => given[name],
    text: (name) => {
      const value = given[name];
      return value === undefined || typeof value === "string" ? value : refuse(name, "a text");
    },
    flag: (name) => {
      const value = given[name];
      return value === undefined || typeof value === "boolean" ? value : refuse(name, "true or false");
    },
    number,
    count: (name, least) => {
      const value = number(name);
      if (value === undefined || (Number.isInteger(value) && value >= least)) return value;
      return refuse(name, `a whole number of at least ${least}`);
    },
    texts: (name) => {
      const value = given[name];
      if (value === undefined) return undefined;
      if (!Array.isArray(value)) return refuse(name, "a list of texts");
      return value.map((text: unknown) =>
        typeof text === "string" ? text : refuse(name, "a list of texts"),
      );
    },
  };
}

export function badArgument(path: string, reason: string): DataError {
  return new DataError("DLC6110", path, reason);
}

/** Numbers that stand for names are given as the integers that the source is declared with, if they fit; as i32 else. */
export function integerDtype(type: DeclaredType | undefined, count: number): Dtype {
  const range = type === undefined ? undefined : integerRanges[type.dtype];
  return type !== undefined && range !== undefined && count - 1 <= range[1] ? type.dtype : "i32";
}
