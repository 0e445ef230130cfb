import type { Expr, Guard } from "../graph/expr.ts";
import { mapForms, mapGuard, rewriteExpr } from "../graph/visit.ts";
import { atomForm, substitute, type Form } from "../integers/index.ts";

/** What an operand of a body is in the graph: a node, and the subscripts that stand before those of the read. */
export interface Target {
  readonly node: string;
  readonly leading: readonly Form[];
  /** Of the read's first subscripts, which of them the node has; it has all that follow. */
  readonly kept: readonly boolean[];
}

export interface ReadRewriter {
  readonly form: (form: Form) => Form;
  readonly guard: (guard: Guard) => Guard;
  readonly expr: (expr: Expr) => Expr;
}

/** Replaces the operands of all reads, also of those that stand in subscripts, and the axes in `axes`. */
export function readRewriter(
  targetOf: (operand: string) => Target,
  axes: ReadonlyMap<string, Form>,
): ReadRewriter {
  const form = (old: Form): Form =>
    substitute(old, (atom) => {
      if (atom.kind === "axis") return axes.get(atom.name);
      if (atom.kind !== "read") return undefined;
      const { node, leading, kept } = targetOf(atom.operand);
      return atomForm({
        ...atom,
        operand: node,
        at: [...leading, ...keep(atom.at, kept).map(form)],
        ...(atom.low && { low: form(atom.low) }),
        ...(atom.high && { high: form(atom.high) }),
      });
    });
  const operands = (own: Expr): Expr => {
    if (own.kind === "reduce") {
      return { ...own, axes: own.axes.map((axis) => ({ ...axis, name: nameIn(axes, axis.name) })) };
    }
    if (own.kind !== "read") return own;
    const { node, leading, kept } = targetOf(own.operand);
    return { ...own, operand: node, at: [...leading, ...keep(own.at, kept)] };
  };
  return {
    form,
    guard: (guard) => mapGuard(guard, form),
    // Subscripts first: the leading ones that are added afterwards are in the graph's names already.
    expr: (expr) => rewriteExpr(mapForms(expr, form), operands),
  };
}

function keep(at: readonly Form[], kept: readonly boolean[]): readonly Form[] {
  return at.filter((_, place) => kept[place] ?? true);
}

/** The name that a renamed axis has got. */
function nameIn(axes: ReadonlyMap<string, Form>, name: string): string {
  const atom = axes.get(name)?.terms[0]?.factors[0];
  return atom?.kind === "axis" ? atom.name : name;
}
