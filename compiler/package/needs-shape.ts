import { bareDim, type Form } from "../integers/index.ts";

/** Whether the length of an array can't say the shape of an input: two of its sizes are free, and in none of the `others`. */
export function needsShape(shape: readonly Form[], others: readonly (readonly Form[])[]): boolean {
  const known = new Set(others.flat().map(bareDim));
  const open = shape.map(bareDim).filter((name) => name !== undefined && !known.has(name));
  return open.length > 1;
}
