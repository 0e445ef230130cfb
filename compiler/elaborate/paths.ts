import type { InstancePath, OwnedTensor } from "../check/typed.ts";

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

/** A slot is state of an optimizer, or of the training itself. */
export type OwnedKind = "param" | "state" | "slot";

/** Under which path something that a body owns is kept. An optimizer has its states once for each parameter. */
export function pathOf(
  kind: "param" | "state",
  tensor: OwnedTensor,
  place: Place,
): { readonly kind: OwnedKind; readonly path: string } {
  const path = joinPath(resolvePath(tensor.path, place));
  if (tensor.slot === "whole") return { kind: "slot", path };
  if (tensor.slot !== undefined)
    return { kind: "slot", path: `${path}/${joinPath(resolvePath(tensor.slot, place))}` };
  if (kind === "param" || place.parameter === undefined) return { kind, path };
  return { kind: "slot", path: `${path}/${place.parameter}` };
}
