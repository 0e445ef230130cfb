import { interpret } from "../graph/interpret.ts";
import type { Parameter } from "../graph/graph.ts";

/**
 * The declared initial value of a tensor that no weights file has, as a literal: a number where all elements are the same.
 * Draws are those of the seed.
 */
export function initialValue({ path, initial }: Parameter, seed: number): number | readonly number[] {
  const { value } = interpret(initial, { seed, portable: true });
  if (value === undefined) throw new Error(`bug: the initialiser of ${path} has no output "value"`);
  const [first = 0] = value.data;
  return value.data.every((element) => Object.is(element, first)) ? first : [...value.data];
}
