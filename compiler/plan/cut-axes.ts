import type { Guard } from "../graph/expr.ts";
import { visitExpr } from "../graph/visit.ts";
import { constantOf, linearIn, mentions, type Atom } from "../integers/index.ts";
import { extentOf, type KernelView, type StageView } from "./kernel-access.ts";

/** More pieces than this an axis is not cut into: each has code of its own. */
const mostPieces = 16;

/**
 * Where along an axis the conditions of a kernel change that depend on nothing else: a body that is put together of
 * pieces (a concatenation, the gates of a recurrent cell) is one of them in between, without a question asked. None
 * where there are too many, or where the axis is not whole.
 */
export function cutsAlong(view: KernelView, axis: string): readonly number[] {
  const extent = view.extents.has(axis) ? constantOf(extentOf(view, axis)) : undefined;
  if (extent === undefined || view.steps.some((step) => "axis" in step && step.axis === axis)) return [];
  const found = new Set<number>();
  for (const stage of view.stages) {
    for (const guard of conditionsOf(stage)) {
      for (const place of changesOf(guard, axis)) if (place > 0 && place < extent) found.add(place);
    }
  }
  return found.size < mostPieces ? [...found].sort((a, b) => a - b) : [];
}

function conditionsOf({ stage }: StageView): readonly Guard[] {
  const found: Guard[] = [...stage.domain];
  visitExpr(stage.body, (expr) => {
    if (expr.kind === "guard") found.push(expr.guard);
  });
  return found;
}

/** The first place behind each change of a condition on one axis alone. */
function changesOf({ form, relation }: Guard, axis: string): readonly number[] {
  const isAxis = (atom: Atom): boolean => atom.kind === "axis" && atom.name === axis;
  if (!mentions(form, isAxis)) return [];
  const parts = linearIn(form, isAxis);
  const [only] = parts?.coefficients.values() ?? [];
  const slope = only && constantOf(only.coefficient);
  const rest = parts && constantOf(parts.rest);
  if (slope === undefined || slope === 0 || rest === undefined) return [];
  // slope·x + rest = 0 at one place, ≥ 0 from ⌈−rest/slope⌉ on, or up to ⌊rest/−slope⌋.
  const zero = -rest / slope;
  if (relation === "zero") return Number.isInteger(zero) ? [zero, zero + 1] : [];
  return [slope > 0 ? Math.ceil(zero) : Math.floor(zero) + 1];
}
