import type { Expr } from "../graph/expr.ts";
import { childrenOf, rewriteExpr } from "../graph/visit.ts";
import { axis as axisForm, dim as dimForm, equalForms, type Form } from "../integers/index.ts";
import { isNotElementWise, type Kernel, type Operand, type Stage } from "./kernel.ts";
import { equalLayouts, rowMajor, storedSize } from "./layout.ts";

export interface FlatKernel {
  /** Over one axis, `size` long, which is its only dim: updates of all parameters share its code. */
  readonly kernel: Kernel;
  readonly size: Form;
}

/**
 * An update as one pass over flat memory: the kernel is element-wise, and all that it touches is stored alike or a
 * scalar. What lies between the elements of panels is computed too; it is nobody's.
 */
export function flattenKernel(kernel: Kernel): FlatKernel | undefined {
  if (kernel.bounds !== undefined) return undefined;
  const isScalar = ({ shape }: Operand): boolean => shape.length === 0;
  const first = kernel.operands.find((operand) => !isScalar(operand));
  if (first === undefined || kernel.operands.every(({ paddingIsZero }) => paddingIsZero !== true))
    return undefined;
  if (first.layout.padding.some(({ before, after }) => before + after > 0)) return undefined;
  const alike = (operand: Operand): boolean =>
    isScalar(operand)
      ? operand.access === "read"
      : operand.shape.length === first.shape.length &&
        operand.shape.every((extent, dim) => equalForms(extent, first.shape[dim] ?? extent)) &&
        equalLayouts(operand.layout, first.layout);
  if (!kernel.operands.every(alike)) return undefined;
  const axes = kernel.axes.map(({ name }) => name);
  if (!kernel.stages.every((stage) => isElementWise(stage, kernel.stages[0]?.axes ?? axes))) return undefined;
  const place = axisForm("i");
  const size = dimForm("size");
  const operands = kernel.operands.map((operand): Operand => {
    if (isScalar(operand)) return operand;
    const { paddingIsZero: _, ...rest } = operand;
    return { ...rest, shape: [size], layout: rowMajor(1) };
  });
  const stages = kernel.stages.map((stage): Stage => ({
    ...stage,
    axes: ["i"],
    body: flatten(stage.body, place),
  }));
  const flat = { ...kernel, axes: [{ name: "i", extent: size }], operands, stages, dims: ["size"] };
  return { kernel: flat, size: storedSize(first) };
}

/** All reads are scalars or at the element itself, and nothing asks where that is. */
function isElementWise(stage: Stage, shared: readonly string[]): boolean {
  const { axes, domain, body } = stage;
  if (isNotElementWise(stage)) return false;
  if (domain.length > 0 || axes.length === 0) return false;
  if (axes.length !== shared.length || axes.some((name, dim) => name !== shared[dim])) return false;
  const own = axes.map((name) => axisForm(name));
  const fits = (expr: Expr): boolean => {
    if (expr.kind === "index" || expr.kind === "guard" || expr.kind === "random") return false;
    if (expr.kind !== "read") return childrenOf(expr).every(fits);
    return expr.at.length === 0 || expr.at.every((form, dim) => equalForms(form, own[dim] ?? form));
  };
  return fits(body);
}

function flatten(expr: Expr, place: Form): Expr {
  return rewriteExpr(expr, (own) =>
    own.kind === "read" && own.at.length > 0 ? { ...own, at: [place] } : own,
  );
}
