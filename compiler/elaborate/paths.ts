import type { InstancePath } from "../check/typed.ts";

/** Where a body stands: the labels of its own instance from the model down, and those put into its slots. */
export interface Place {
  readonly own: readonly string[];
  readonly slots: readonly (readonly string[])[];
  /** In an optimizer: the path of the parameter to which it is applied. */
  readonly parameter?: string;
}

export function resolvePath(path: InstancePath, place: Place): readonly string[] {
  const root = path.root === "own" ? place.own : place.slots[path.root];
  if (root === undefined) throw new Error(`bug: no instance in slot ${path.root}`);
  return [...root, ...path.labels];
}

/** As the weights file writes it; the label "" adds nothing. */
export function joinPath(labels: readonly string[]): string {
  return labels.filter((label) => label !== "").join(".");
}
