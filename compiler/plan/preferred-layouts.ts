import type { Expr } from "../graph/expr.ts";
import {
  atomsOf,
  constant,
  constantOf,
  equalForms,
  highest,
  lowest,
  subtract,
  type Form,
} from "../integers/index.ts";
import type { Kernel, Operand, Stage } from "./kernel.ts";
import { permuted, rowMajor, withPadding, type Layout, type StorageAxis } from "./layout.ts";
import { rangeOfAxes } from "./lower-halo.ts";
import { layoutsOfMoved } from "./moved-layouts.ts";

type Read = Expr & { kind: "read" };

/**
 * The layouts that would serve a kernel's contraction or window best, by operand; the others have no preference. Weights
 * lie in panels [n/width][k…][width] in the order in which the reduction runs, images channels-last with zeros around
 * them as wide as the window reaches out, results with the lane axis innermost.
 */
export function preferredLayouts(kernel: Kernel): ReadonlyMap<string, Layout> {
  const wishes = new Map<string, Layout>();
  const stage = kernel.stages.find(
    (one) => (one.reduce !== undefined && one.axes.length > 0) || one.at !== undefined,
  );
  if (stage === undefined) return wishes;
  const moved = layoutsOfMoved(kernel, stage);
  if (moved !== undefined) return moved;
  const reads = factorsOf(stage.body).filter((read) => operandNamed(kernel, read.operand) !== undefined);
  const pair =
    stage.reduce?.op === "sum" && reads.length === 2 ? chooseWeight(kernel, stage, reads) : undefined;
  if (pair === undefined) return wishes;
  const { image, weight } = pair;
  const own = stage.axes.filter((axis) => mentionsAxis(weight, axis) && !mentionsAxis(image, axis));
  const lane = own.at(-1) ?? stage.axes.findLast((axis) => mentionsAxis(weight, axis));
  if (lane === undefined) return wishes;
  const alongPixels = own.length > 0 && fewOutputs(kernel, lane) && longPixels(kernel, stage, image);
  const imageOrder = orderOfImage(stage, image, alongPixels ? undefined : lane);
  const imageOperand = operandNamed(kernel, image.operand);
  const weightOperand = operandNamed(kernel, weight.operand);
  if (imageOperand !== undefined) {
    wishes.set(
      imageOperand.name,
      withPadding(permuted(imageOrder), haloOf(kernel, stage, image, imageOperand)),
    );
  }
  if (weightOperand !== undefined && weightOperand !== imageOperand) {
    const walked = walkedOrder(stage, image, imageOrder);
    wishes.set(
      weightOperand.name,
      weightLayout(weight, weightOperand, lane, own.length > 0 && !alongPixels, walked),
    );
  }
  for (const one of kernel.stages) {
    const output = operandNamed(kernel, one.output ?? "");
    if (output === undefined || !one.axes.includes(lane)) continue;
    const dims = one.axes.map((_, dim) => dim);
    const last = alongPixels ? [] : dims.filter((dim) => one.axes[dim] === lane);
    wishes.set(output.name, permuted([...dims.filter((dim) => !last.includes(dim)), ...last]));
  }
  return wishes;
}

function operandNamed(kernel: Kernel, name: string): Operand | undefined {
  return kernel.operands.find((operand) => operand.name === name);
}

function factorsOf(expr: Expr): readonly Read[] {
  if (expr.kind === "read") return [expr];
  if (expr.kind === "apply" && expr.fn === "multiply") return expr.operands.flatMap(factorsOf);
  return [];
}

function namesIn(form: Form): readonly string[] {
  return atomsOf(form).flatMap((atom) => (atom.kind === "axis" ? [atom.name] : []));
}

function mentionsAxis(read: Read, axis: string): boolean {
  return read.at.some((form) => namesIn(form).includes(axis));
}

/**
 * The factor that is packed: the one that recognition calls a weight, else the one whose size is known where the other's
 * is not, else the one that the result's last axis belongs to.
 */
function chooseWeight(
  kernel: Kernel,
  stage: Stage,
  [a, b]: readonly Read[],
): { readonly image: Read; readonly weight: Read } | undefined {
  if (a === undefined || b === undefined) return undefined;
  const tag = stage.recognition;
  if (tag?.kind === "convolution" || tag?.kind === "depthwise") {
    return tag.weight === a.operand ? { image: b, weight: a } : { image: a, weight: b };
  }
  const fixed = (read: Read): boolean =>
    operandNamed(kernel, read.operand)?.shape.every((extent) => constantOf(extent) !== undefined) === true;
  if (fixed(a) !== fixed(b)) return fixed(a) ? { image: b, weight: a } : { image: a, weight: b };
  const last = stage.axes.findLast((axis) => mentionsAxis(a, axis) !== mentionsAxis(b, axis));
  if (last === undefined) return undefined;
  return mentionsAxis(a, last) ? { image: b, weight: a } : { image: a, weight: b };
}

function extentOfAxis(kernel: Kernel, axis: string): number | undefined {
  const extent = kernel.axes.find((one) => one.name === axis)?.extent;
  return extent && constantOf(extent);
}

/** So few that vectors along the pixels waste less than vectors along the channels. */
function fewOutputs(kernel: Kernel, lane: string): boolean {
  const extent = extentOfAxis(kernel, lane);
  return extent !== undefined && extent <= 8 && extent % 4 !== 0;
}

/** The image's last subscript walks with stride one along an axis of the result that is long enough for vectors. */
function longPixels(kernel: Kernel, stage: Stage, image: Read): boolean {
  const subscript = image.at.at(-1);
  return stage.axes.some((axis) => {
    const extent = extentOfAxis(kernel, axis);
    const unit = subscript?.terms.some(
      (term) =>
        term.numerator === 1 &&
        term.denominator === 1 &&
        term.factors.length === 1 &&
        term.factors[0]?.kind === "axis" &&
        term.factors[0].name === axis,
    );
    return unit === true && extent !== undefined && extent >= 12;
  });
}

/** Dims whose subscripts only the reduction moves come last, and last of all those of the lane axis. */
function orderOfImage(stage: Stage, image: Read, lane: string | undefined): readonly number[] {
  const rank = (form: Form): number => {
    const names = namesIn(form);
    if (lane !== undefined && names.includes(lane)) return 2;
    return lane !== undefined && names.length > 0 && names.every((name) => !stage.axes.includes(name))
      ? 1
      : 0;
  };
  const dims = image.at.map((_, dim) => dim);
  const rankOf = (dim: number): number => rank(image.at[dim] ?? constant(0));
  return dims.sort((a, b) => rankOf(a) - rankOf(b) || a - b);
}

/** The reduction axes in the order in which the image's dims are stored. */
function walkedOrder(stage: Stage, image: Read, order: readonly number[]): readonly string[] {
  const reduction = stage.reduce?.axes.map((axis) => axis.name) ?? [];
  const walked = order.flatMap((dim) =>
    namesIn(image.at[dim] ?? constant(0)).filter((name) => reduction.includes(name)),
  );
  return [...new Set([...walked, ...reduction])];
}

/** Zeros as far as a condition of the sum keeps a subscript from going. */
function haloOf(kernel: Kernel, stage: Stage, image: Read, operand: Operand): Layout["padding"] {
  const range = rangeOfAxes(kernel, stage);
  const isGuard = (form: Form): boolean => stage.domain.some((guard) => equalForms(guard.form, form));
  return image.at.map((subscript, dim) => {
    const last = subtract(operand.shape[dim] ?? constant(1), constant(1));
    const before = isGuard(subscript) ? -lowest(subscript, range) : 0;
    const after = isGuard(subtract(last, subscript)) ? highest(subtract(subscript, last), range) : 0;
    const finite = (width: number): number => (Number.isFinite(width) ? Math.max(0, width) : 0);
    return { before: finite(before), after: finite(after) };
  });
}

function weightLayout(
  weight: Read,
  operand: Operand,
  lane: string,
  panelled: boolean,
  walked: readonly string[],
): Layout {
  const dims = weight.at.map((_, dim) => dim);
  const subscriptOf = (dim: number): readonly string[] => namesIn(weight.at[dim] ?? constant(0));
  const laneDim = dims.find((dim) => subscriptOf(dim).join() === lane);
  if (laneDim === undefined) return rowMajor(dims.length);
  const place = (dim: number): number => {
    const [name = ""] = subscriptOf(dim);
    return walked.indexOf(name);
  };
  const others = dims.filter((dim) => dim !== laneDim);
  const outer = others.filter((dim) => place(dim) < 0);
  const inner = others.filter((dim) => place(dim) >= 0).sort((a, b) => place(a) - place(b));
  const extent = operand.shape[laneDim] && constantOf(operand.shape[laneDim]);
  const plain = (dim: number): StorageAxis => ({ dim, divide: 1 });
  if (!panelled || extent === undefined) return permuted([...outer, ...inner, laneDim]);
  const width = panelWidth(extent);
  return {
    axes: [
      ...outer.map(plain),
      { dim: laneDim, divide: width },
      ...inner.map(plain),
      { dim: laneDim, divide: 1, modulo: width },
    ],
    padding: dims.map(() => ({ before: 0, after: 0 })),
  };
}

/** The widest panel that wastes at most a tenth, else the one that wastes least. */
export function panelWidth(extent: number): number {
  const widths = extent <= 4 ? [4] : extent <= 8 ? [8] : [16, 12, 8];
  const padded = (width: number): number => Math.ceil(extent / width) * width;
  const good = widths.find((width) => padded(width) <= 1.1 * extent);
  return good ?? widths.reduce((best, width) => (padded(width) < padded(best) ? width : best));
}
