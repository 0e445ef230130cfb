import { axis as axisForm, negate, one, subtract, substituteNames, type Form } from "../integers/index.ts";
import { literal, nonnegative, read, select } from "../graph/build.ts";
import { conjunction } from "../graph/conditions.ts";
import type { Axis, Expr, Guard } from "../graph/expr.ts";
import { rangeWithAxes } from "../graph/ranges.ts";
import { axesOf, axesOfForm, substituteAxes } from "../graph/visit.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { dtypeIn, type Building } from "./building.ts";
import { sumOf } from "./fold-expr.ts";
import { hasReads } from "./linear.ts";
import { simplifyGuards, termAt, type Term } from "./term.ts";

/**
 * The sum of the parts of an adjoint as one term: itself where that only moves values, else a node that holds it. An
 * equality that all parts have in common stays outside, so that the node has no axis for it.
 */
export function total(
  terms: readonly Term[],
  { name, dtype, free }: { readonly name: string; readonly dtype: Dtype; readonly free: readonly Axis[] },
  building: Building,
): Term | undefined {
  const [first] = terms;
  if (first === undefined) return undefined;
  if (terms.length === 1 && isMovement(first.expr)) return first;
  const axes = first.axes;
  const aligned = terms.map((term) => {
    return {
      axes,
      ...termAt(
        term,
        axes.map((axis) => axisForm(axis.name)),
      ),
    };
  });
  const { fixed, common } = commonEqualities(aligned, free);
  const open = axes.filter((axis) => !fixed.has(axis.name));
  const range = rangeWithAxes([...open, ...free], building.dimRange);
  // A place that a number in memory says may be none of the axis.
  const inside = axes.flatMap(({ name: axis, extent }) => {
    const value = fixed.get(axis);
    return value === undefined
      ? []
      : [nonnegative(value), nonnegative(subtract(subtract(extent, one), value))];
  });
  const parts = aligned.flatMap((term) => {
    const own = term.guards.map((guard) => ({ ...guard, form: substituteNames(guard.form, fixed) }));
    const guards = simplifyGuards([...inside, ...own], range);
    return guards === undefined ? [] : [{ guards, expr: substituteAxes(term.expr, fixed) }];
  });
  const [only, second] = parts;
  if (only === undefined) return undefined;
  const domain = second === undefined ? only.guards : [];
  const sum = second === undefined ? only.expr : sumOf(parts.map(guarded));
  if (sum === undefined) return undefined;
  const used = new Set([...axesOf(sum), ...domain.flatMap((guard) => [...axesOfForm(guard.form)])]);
  const own = [...free, ...open].filter((axis) => used.has(axis.name));
  const stored = dtypeIn(building, sum) === dtype ? sum : toStored(sum, dtype);
  const node = {
    kind: "compute",
    name: building.freshName(name),
    dtype,
    shape: own.map((axis) => axis.extent),
    axes: own,
    domain,
    body: stored,
  } as const;
  building.add(node);
  return { axes, guards: common, expr: read(node.name, ...own.map((axis) => axisForm(axis.name))) };
}

function toStored(expr: Expr, to: Dtype): Expr {
  return { kind: "convert", to, operand: expr };
}

/** Nothing is computed, so it may be done again by each reader. */
export function isMovement(expr: Expr): boolean {
  if (expr.kind === "convert") return isMovement(expr.operand);
  return expr.kind === "read" || expr.kind === "constant";
}

function guarded({ guards, expr }: { readonly guards: readonly Guard[]; readonly expr: Expr }): Expr {
  // What a guard reads may be protected by those that read nothing.
  const [reading, plain] = [
    guards.filter(({ form }) => hasReads(form)),
    guards.filter(({ form }) => !hasReads(form)),
  ];
  const inner = reading.length === 0 ? expr : select(conjunction(reading), expr, literal(0));
  return plain.length === 0 ? inner : select(conjunction(plain), inner, literal(0));
}

interface Common {
  /** The axes that equalities fix, each by the free axes alone. */
  readonly fixed: ReadonlyMap<string, Form>;
  readonly common: readonly Guard[];
}

/** q = (a form of the free axes and dims), in every term. */
function commonEqualities(terms: readonly Term[], free: readonly Axis[]): Common {
  const fixed = new Map<string, Form>();
  const common: Guard[] = [];
  const [first, ...others] = terms;
  const outer = new Set(free.map((axis) => axis.name));
  for (const axis of first?.axes ?? []) {
    const candidates = first?.guards.filter((guard) => guard.relation === "zero") ?? [];
    for (const guard of candidates) {
      const value = valueOf(axis.name, guard.form, outer);
      if (value === undefined || fixed.has(axis.name)) continue;
      const isCommon = others.every((term) =>
        term.guards.some(
          (other) => other.relation === "zero" && valueOf(axis.name, other.form, outer)?.key === value.key,
        ),
      );
      if (!isCommon) continue;
      fixed.set(axis.name, value);
      common.push(guard);
    }
  }
  return { fixed, common };
}

/** What q is where q − value or value − q is 0. */
function valueOf(name: string, form: Form, outer: ReadonlySet<string>): Form | undefined {
  const own = axisForm(name);
  return [form, negate(form)]
    .map((signed) => subtract(own, signed))
    .find((rest) => [...axesOfForm(rest)].every((each) => outer.has(each)));
}
