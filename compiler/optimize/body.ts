import type { Axis, Expr } from "../graph/expr.ts";
import type { ComputeNode, Node } from "../graph/graph.ts";
import { dtypeOf } from "../graph/dtype-of.ts";
import { formsOf, mapChildren, mapForms, mapGuard, visitExpr } from "../graph/visit.ts";
import { atomsOf, substitute, type Atom, type Form } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";

/** As `Array.map`, but the same list where no entry changed. */
export function mapList<Item>(items: readonly Item[], map: (item: Item) => Item): readonly Item[] {
  const mapped = items.map(map);
  return mapped.every((item, place) => item === items[place]) ? items : mapped;
}

/** Parallel axes, then those of the reduction. */
export function allAxes(node: ComputeNode): readonly Axis[] {
  return node.reduce === undefined ? node.axes : [...node.axes, ...node.reduce.axes];
}

/** Every form in a body and a domain, those inside other expressions too. */
export function formsOfNode(node: Pick<ComputeNode, "body" | "domain">): readonly Form[] {
  const forms = node.domain.map((guard) => guard.form);
  visitExpr(node.body, (inner) => forms.push(...formsOf(inner)));
  return forms;
}

/** The atoms in every form of a node: reads of integer tensors are among them. */
export function atomsOfNode(node: Pick<ComputeNode, "body" | "domain">): readonly Atom[] {
  return formsOfNode(node).flatMap(atomsOf);
}

/** A node with other forms in its body and domain; the same one where their normal forms are equal. */
export function mapFormsOfNode(node: ComputeNode, map: (form: Form) => Form): ComputeNode {
  const keep = (form: Form): Form => {
    const mapped = map(form);
    return mapped.key === form.key ? form : mapped;
  };
  const domain = mapList(node.domain, (guard) => mapGuard(guard, keep));
  const body = mapForms(node.body, keep);
  return domain === node.domain && body === node.body ? node : { ...node, domain, body };
}

/** Replaces axes by forms, all at once. */
export function substituteAxesInForm(form: Form, values: ReadonlyMap<string, Form>): Form {
  if (values.size === 0) return form;
  return substitute(form, (atom) => (atom.kind === "axis" ? values.get(atom.name) : undefined));
}

/** The names of the lets in a body. */
export function localNamesOf(expr: Expr): Set<string> {
  const names = new Set<string>();
  visitExpr(expr, (inner) => {
    if (inner.kind === "let") names.add(inner.name);
  });
  return names;
}

/** Replaces locals; names of lets are unique in their node. */
export function substituteLocals(expr: Expr, values: ReadonlyMap<string, Expr>): Expr {
  if (values.size === 0) return expr;
  if (expr.kind === "local") return values.get(expr.name) ?? expr;
  if (expr.kind === "let" && values.has(expr.name)) {
    const inner = new Map([...values].filter(([name]) => name !== expr.name));
    const value = substituteLocals(expr.value, values);
    return { ...expr, value, body: substituteLocals(expr.body, inner) };
  }
  return mapChildren(expr, (child) => substituteLocals(child, values));
}

/** The dtype of a part of a verified body. */
export function dtypeIn(
  expr: Expr,
  nodes: ReadonlyMap<string, Node>,
  local: ReadonlyMap<string, Dtype> = new Map(),
): Dtype {
  const dtype = dtypeOf(expr, { node: (name) => nodes.get(name)?.dtype, local });
  if (dtype === undefined) throw new Error("bug: an expression without a dtype");
  return dtype;
}
