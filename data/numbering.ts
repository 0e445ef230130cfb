import { DataError } from "./data-error.ts";

/** Which number each symbol of a text has. */
export interface Numbering {
  readonly numbers: ReadonlyMap<string, number>;
  /** The number of all symbols without one of their own. */
  readonly unknown: number | undefined;
  /** By number: the symbols, and the empty text where none stands. */
  readonly names: readonly string[];
}

/**
 * The `limit` most frequent symbols, the most frequent first, ties in code-unit order. Where there are more, the last
 * number stands for all others; where there are fewer, it is kept for symbols that another text may have.
 */
export function numberByCount(counts: ReadonlyMap<string, number>, limit: number | undefined): Numbering {
  const sorted = [...counts]
    .sort(([one, often], [other, seldom]) => seldom - often || (one < other ? -1 : 1))
    .map(([symbol]) => symbol);
  if (limit === undefined || limit === sorted.length) return numberListed(sorted, undefined);
  const kept = sorted.slice(0, limit - 1);
  const names = [...kept, ...Array.from({ length: limit - kept.length }, () => "")];
  return { numbers: new Map(kept.map((symbol, number) => [symbol, number])), unknown: limit - 1, names };
}

/** The symbols in the order given, each of them once. */
export function numberListed(symbols: readonly string[], unknown: string | undefined): Numbering {
  const numbers = new Map(symbols.map((symbol, number) => [symbol, number]));
  return { numbers, unknown: unknown === undefined ? undefined : numbers.get(unknown), names: symbols };
}

/** The number of a symbol at `row` of a text. */
export function numberOf(numbering: Numbering, symbol: string, file: string, row: number): number {
  const number = numbering.numbers.get(symbol) ?? numbering.unknown;
  if (number !== undefined) return number;
  const reason = `has ${JSON.stringify(symbol)} at place ${row}, which has no number; unknown names one for such symbols`;
  throw new DataError("DLC6112", file, reason, { row });
}
