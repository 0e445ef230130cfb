import { axesOfForm, readsOf, type Read } from "../graph/visit.ts";
import { axis as axisForm, constant, mentions, type Form } from "../integers/index.ts";
import type { Kernel, Stage } from "./kernel.ts";
import { permuted, type Layout } from "./layout.ts";

/**
 * The layouts that would serve a sum where data say which part of an operand, or of its result, belongs to a term, by
 * operand; undefined where no data do. The dims that data move stand outside, those that axes walk by themselves
 * inside, and the result as what is read: so one term's part is contiguous on both sides.
 */
export function layoutsOfMoved(kernel: Kernel, stage: Stage): ReadonlyMap<string, Layout> | undefined {
  if (stage.at !== undefined) {
    return new Map(stage.output === undefined ? [] : [[stage.output, permuted(orderOf(stage.at))]]);
  }
  if (stage.reduce?.op !== "sum") return undefined;
  const moved = readsOf(stage.body).find(
    ({ operand, at }) => kernel.operands.some(({ name }) => name === operand) && at.some(isMoved),
  );
  if (moved === undefined) return undefined;
  const order = orderOf(moved.at);
  const wishes = new Map([[moved.operand, permuted(order)]]);
  if (stage.output !== undefined) wishes.set(stage.output, permuted(resultOrder(stage, moved, order)));
  return wishes;
}

function isMoved(form: Form): boolean {
  return mentions(form, (atom) => atom.kind === "read");
}

function orderOf(at: readonly Form[]): readonly number[] {
  const moving = new Set(at.flatMap((form) => (isMoved(form) ? [...axesOfForm(form)] : [])));
  const isFree = (dim: number): boolean => {
    const form = at[dim] ?? constant(0);
    const [only = ""] = axesOfForm(form);
    return form.key === axisForm(only).key && !moving.has(only);
  };
  const dims = at.map((_, dim) => dim);
  return [...dims.filter((dim) => !isFree(dim)), ...dims.filter(isFree)];
}

function resultOrder({ axes }: Stage, moved: Read, order: readonly number[]): readonly number[] {
  const data = new Set(
    readsOf({ kind: "read", ...moved })
      .filter(({ operand }) => operand !== moved.operand)
      .flatMap(({ at }) => at.flatMap((form) => [...axesOfForm(form)])),
  );
  const walked = order.flatMap((dim) =>
    axes.filter((axis) => !data.has(axis) && axesOfForm(moved.at[dim] ?? constant(0)).has(axis)),
  );
  const dims = axes.map((_, dim) => dim);
  const rank = (dim: number): number => walked.indexOf(axes[dim] ?? "");
  return dims.sort((a, b) => rank(a) - rank(b) || a - b);
}
