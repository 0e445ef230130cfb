import { visitExpr } from "../graph/visit.ts";
import {
  add,
  axis as axisForm,
  constant,
  constantOf,
  floorDivide,
  highest,
  modulo,
  product,
  scale,
  subtract,
  substitute,
  zero,
  type Form,
} from "../integers/index.ts";
import { bytesOf } from "../scalar/dtype.ts";
import type { Operand, Stage } from "./kernel.ts";
import { rowMajor } from "./layout.ts";
import { bindOf, leavesOf, valueOf, type AxisPlan, type Place } from "./lower-axes.ts";
import {
  belowExtent,
  block,
  branch,
  emit,
  freshName,
  literal,
  rangeOf,
  simplify,
  type Builder,
  type Value,
} from "./lower-builder.ts";
import { integerValue, loadAt, operandOf, storeAt, type Point } from "./lower-read.ts";
import { applyTo } from "./lower-value.ts";
import { registerTypeOf, type Scratch } from "./loops.ts";

/** A part of an operand that the threads of a workgroup have copied side by side. */
export interface Staged {
  /** The copy, row-major, its first element that at subscripts `base` of the operand. */
  readonly copy: Operand;
  readonly base: readonly Form[];
}

/**
 * Copies what the stage will read of an operand inside the loop that has just been opened: all that the threads of the
 * workgroup together need. Elements outside the operand are 0. Each thread copies every n-th element, between barriers.
 */
export function stageOperand(
  builder: Builder,
  plan: AxisPlan,
  scratch: Map<string, Scratch>,
  stage: Stage,
  name: string,
  place: Place,
): Staged {
  const operand = operandOf(builder, name);
  const at = subscriptsOf(stage, name);
  const first = at.map((form) => over(builder, plan, place, form, () => zero));
  const widths = at.map((form, dim) => {
    const spread = over(builder, plan, place, form, (leaf, extent) => {
      const variable = `$${leaf}`;
      builder.ranges.set(variable, belowExtent(extent));
      return axisForm(variable);
    });
    const width = highest(subtract(spread, first[dim] ?? zero), rangeOf(builder)) + 1;
    if (!Number.isFinite(width)) throw new Error(`bug: the part of ${name} to be staged has no known size`);
    return width;
  });
  const copy: Operand = {
    name: `${name}_${freshName(builder, "staged")}`,
    dtype: operand.dtype,
    shape: widths.map((width) => constant(width)),
    layout: rowMajor(widths.length),
    access: "read",
  };
  builder.operands.set(copy.name, copy);
  const elements = widths.reduce((all, width) => all * width, 1);
  scratch.set(copy.name, { name: copy.name, bytes: elements * bytesOf[operand.dtype], space: "shared" });
  emit(builder, { kind: "barrier" });
  copyTogether(builder, plan, place, operand, { copy, base: first }, elements);
  emit(builder, { kind: "barrier" });
  return { copy, base: first };
}

function subscriptsOf(stage: Stage, name: string): readonly Form[] {
  const found: (readonly Form[])[] = [];
  visitExpr(stage.body, (expr) => {
    if (expr.kind === "read" && expr.operand === name) found.push(expr.at);
  });
  const [only, second] = found;
  if (only === undefined || second !== undefined) {
    throw new Error(`bug: ${name} is staged and not read exactly once by ${stage.name}`);
  }
  return only;
}

/** A form of axes where leaves that vary inside the workgroup's part are given by `vary`. */
function over(
  builder: Builder,
  plan: AxisPlan,
  place: Place,
  form: Form,
  vary: (leaf: string, extent: Form) => Form,
): Form {
  const inside = (axis: string): Form | undefined => {
    const values = new Map(place.values);
    for (const leaf of leavesOf(plan, axis)) {
      if (values.has(leaf) && bindOf(plan, leaf) !== "local") continue;
      values.set(leaf, vary(leaf, localExtent(plan, place, leaf)));
    }
    return valueOf(plan, { ...place, values }, axis);
  };
  const placed = substitute(form, (atom) => (atom.kind === "axis" ? inside(atom.name) : undefined));
  return simplify(builder, placed);
}

/** Of a leaf that is the outer part of a split, the number of its tiles. */
function localExtent(plan: AxisPlan, place: Place, leaf: string): Form {
  const split = plan.outers.get(leaf);
  const extent = place.extents.get(split?.axis ?? leaf);
  if (extent === undefined) throw new Error(`bug: ${leaf} is staged before its extent is known`);
  return split === undefined ? extent : floorDivide(extent, constant(split.by));
}

function copyTogether(
  builder: Builder,
  plan: AxisPlan,
  place: Place,
  operand: Operand,
  staged: Staged,
  elements: number,
): void {
  const { thread, threads } = threadOf(plan, place);
  const turns = Math.ceil(elements / threads);
  const turn = freshName(builder, "copy");
  builder.ranges.set(turn, belowExtent(constant(turns)));
  const element = add(scale(turns === 1 ? zero : axisForm(turn), threads), thread);
  const body = block(builder, () => {
    const copyOne = (): void => {
      copyElement(builder, operand, staged, element);
    };
    if (elements % threads === 0) copyOne();
    else {
      const test = applyTo(builder, "less", integerValue(builder, element), literal("i32", 1, elements));
      emit(builder, { kind: "if", condition: test.expr, then: branch(builder, copyOne), otherwise: [] });
    }
  });
  if (turns === 1) {
    for (const statement of body) emit(builder, statement);
    return;
  }
  emit(builder, {
    kind: "for",
    name: turn,
    from: zero,
    to: constant(turns),
    step: 1,
    bind: "serial",
    inductions: [],
    counted: true,
    outlined: false,
    body,
  });
}

/** The number of a thread in its workgroup, and of threads. */
function threadOf(plan: AxisPlan, place: Place): { readonly thread: Form; readonly threads: number } {
  let [thread, threads] = [zero, 1];
  for (const [leaf, value] of place.values) {
    if (bindOf(plan, leaf) !== "local") continue;
    const extent = constantOf(localExtent(plan, place, leaf));
    if (extent === undefined) throw new Error(`bug: a workgroup of unknown size along ${leaf}`);
    thread = add(scale(thread, extent), value);
    threads *= extent;
  }
  return { thread, threads };
}

function copyElement(builder: Builder, operand: Operand, { copy, base }: Staged, element: Form): void {
  const scalar: Point = { axes: new Map(), lanes: 1, valid: 1 };
  const own = copy.shape.map((width, dim) => {
    const inner = product(copy.shape.slice(dim + 1));
    const whole = floorDivide(element, inner);
    return simplify(builder, dim === 0 ? whole : modulo(whole, width));
  });
  const from = own.map((form, dim) => add(form, base[dim] ?? zero));
  const tests = from.flatMap((form, dim): readonly Value[] => {
    const beyond = subtract(operand.shape[dim] ?? constant(1), form);
    const test = applyTo(builder, "greater", integerValue(builder, beyond), literal("i32", 1, 0));
    return [test];
  });
  const type = registerTypeOf[operand.dtype];
  const name = freshName(builder, "element");
  const register = { type, lanes: 1 } as const;
  emit(builder, { kind: "var", name, register, value: literal(type, 1, 0).expr });
  const read = branch(builder, () => {
    const value = loadAt(builder, operand, from, scalar);
    emit(builder, { kind: "assign", name, register, value: value.expr });
  });
  const [first, ...rest] = tests;
  if (first === undefined) throw new Error("bug: a number is not staged");
  const inside = rest.reduce((all, test) => applyTo(builder, "and", all, test), first);
  emit(builder, { kind: "if", condition: inside.expr, then: read, otherwise: [] });
  storeAt(builder, copy, own, scalar, { expr: { kind: "local", name, register }, register });
}

/** The subscripts of the copy that hold the operand's element at these. */
export function stagedAt(builder: Builder, { base }: Staged, at: readonly Form[]): readonly Form[] {
  return at.map((form, dim) => simplify(builder, subtract(form, base[dim] ?? zero)));
}
