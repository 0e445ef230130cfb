import { atomForm, atomsOf, substitute, type Form } from "../integers/index.ts";
import type { Axis, Expr, Guard } from "./expr.ts";
import type { ComputeNode, Graph, Node, Scan, ScatterNode } from "./graph.ts";

/** The expressions right inside another one, in the order in which the text has them. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "apply":
      return expr.operands;
    case "convert":
      return [expr.operand];
    case "select":
      return [expr.condition, expr.then, expr.otherwise];
    case "let":
      return [expr.value, expr.body];
    case "reduce":
      return [expr.body];
    case "constant":
    case "index":
    case "guard":
    case "read":
    case "local":
    case "random":
      return [];
    default:
      return expr satisfies never;
  }
}

/** The forms of an expression itself, not those of its children. */
export function formsOf(expr: Expr): readonly Form[] {
  switch (expr.kind) {
    case "index":
      return [expr.form];
    case "guard":
      return [expr.guard.form];
    case "read":
      return expr.at;
    case "random":
      return [expr.counter];
    case "reduce":
      return [...expr.axes.map(({ extent }) => extent), ...expr.domain.map(({ form }) => form)];
    case "constant":
    case "apply":
    case "convert":
    case "select":
    case "let":
    case "local":
      return [];
    default:
      return expr satisfies never;
  }
}

/** Calls `visit` for an expression and all inside it, outer ones first. */
export function visitExpr(expr: Expr, visit: (expr: Expr) => void): void {
  visit(expr);
  for (const child of childrenOf(expr)) visitExpr(child, visit);
}

/** The expression with other children; the same object where none differs. */
export function mapChildren(expr: Expr, map: (child: Expr) => Expr): Expr {
  switch (expr.kind) {
    case "apply": {
      const operands = mapAll(expr.operands, map);
      return operands === expr.operands ? expr : { ...expr, operands };
    }
    case "convert": {
      const operand = map(expr.operand);
      return operand === expr.operand ? expr : { ...expr, operand };
    }
    case "select": {
      const parts = [map(expr.condition), map(expr.then), map(expr.otherwise)] as const;
      const [condition, then, otherwise] = parts;
      const same = condition === expr.condition && then === expr.then && otherwise === expr.otherwise;
      return same ? expr : { ...expr, condition, then, otherwise };
    }
    case "let": {
      const [value, body] = [map(expr.value), map(expr.body)];
      return value === expr.value && body === expr.body ? expr : { ...expr, value, body };
    }
    case "reduce": {
      const body = map(expr.body);
      return body === expr.body ? expr : { ...expr, body };
    }
    case "constant":
    case "index":
    case "guard":
    case "read":
    case "local":
    case "random":
      return expr;
    default:
      return expr satisfies never;
  }
}

function mapAll<Item>(items: readonly Item[], map: (item: Item) => Item): readonly Item[] {
  const mapped = items.map(map);
  return mapped.every((item, place) => item === items[place]) ? items : mapped;
}

/** Rewrites from the leaves up: `rewrite` sees each expression with its children already rewritten. */
export function rewriteExpr(expr: Expr, rewrite: (expr: Expr) => Expr): Expr {
  return rewrite(mapChildren(expr, (child) => rewriteExpr(child, rewrite)));
}

export function mapGuard(guard: Guard, map: (form: Form) => Form): Guard {
  const form = map(guard.form);
  return form === guard.form ? guard : { ...guard, form };
}

function mapAxis(axis: Axis, map: (form: Form) => Form): Axis {
  const extent = map(axis.extent);
  return extent === axis.extent ? axis : { ...axis, extent };
}

/** Maps every form in an expression: subscripts, guards, counters, and the extents and domains of reductions. */
export function mapForms(expr: Expr, map: (form: Form) => Form): Expr {
  return rewriteExpr(expr, (own) => mapOwnForms(own, map));
}

function mapOwnForms(expr: Expr, map: (form: Form) => Form): Expr {
  switch (expr.kind) {
    case "index": {
      const form = map(expr.form);
      return form === expr.form ? expr : { ...expr, form };
    }
    case "guard": {
      const guard = mapGuard(expr.guard, map);
      return guard === expr.guard ? expr : { ...expr, guard };
    }
    case "read": {
      const at = mapAll(expr.at, map);
      return at === expr.at ? expr : { ...expr, at };
    }
    case "random": {
      const counter = map(expr.counter);
      return counter === expr.counter ? expr : { ...expr, counter };
    }
    case "reduce": {
      const axes = mapAll(expr.axes, (item) => mapAxis(item, map));
      const domain = mapAll(expr.domain, (guard) => mapGuard(guard, map));
      return axes === expr.axes && domain === expr.domain ? expr : { ...expr, axes, domain };
    }
    case "constant":
    case "apply":
    case "convert":
    case "select":
    case "let":
    case "local":
      return expr;
    default:
      return expr satisfies never;
  }
}

/** Puts forms in place of axes, also inside other atoms. Axes bound by a reduction in the expression are its own. */
export function substituteAxes(expr: Expr, values: ReadonlyMap<string, Form>): Expr {
  if (values.size === 0) return expr;
  const map = (form: Form): Form => substituteInForm(form, values);
  if (expr.kind === "reduce") {
    const inner = new Map([...values].filter(([name]) => expr.axes.every((own) => own.name !== name)));
    const domain = expr.domain.map((guard) => mapGuard(guard, (form) => substituteInForm(form, inner)));
    return { ...expr, domain, body: substituteAxes(expr.body, inner) };
  }
  return mapOwnForms(
    mapChildren(expr, (child) => substituteAxes(child, values)),
    map,
  );
}

function substituteInForm(form: Form, values: ReadonlyMap<string, Form>): Form {
  return substitute(form, (atom) => (atom.kind === "axis" ? values.get(atom.name) : undefined));
}

/** Gives operands other names, in reads of the body and in integer reads of its forms. */
export function renameOperands(expr: Expr, names: ReadonlyMap<string, string>): Expr {
  const map = (form: Form): Form => renameOperandsInForm(form, names);
  return rewriteExpr(expr, (own) => {
    const mapped = mapOwnForms(own, map);
    if (mapped.kind !== "read") return mapped;
    const operand = names.get(mapped.operand) ?? mapped.operand;
    return operand === mapped.operand ? mapped : { ...mapped, operand };
  });
}

export function renameOperandsInForm(form: Form, names: ReadonlyMap<string, string>): Form {
  return substitute(form, (atom) => {
    const operand = atom.kind === "read" ? names.get(atom.operand) : undefined;
    if (atom.kind !== "read" || operand === undefined) return undefined;
    return atomForm({ ...atom, operand, at: atom.at.map((inner) => renameOperandsInForm(inner, names)) });
  });
}

export interface Read {
  readonly operand: string;
  readonly at: readonly Form[];
}

/** Every read in an expression, those inside forms too, with repetitions. */
export function readsOf(expr: Expr): readonly Read[] {
  const reads: Read[] = [];
  visitExpr(expr, (inner) => {
    if (inner.kind === "read") reads.push(inner);
    reads.push(...formsOf(inner).flatMap(readsOfForm));
  });
  return reads;
}

export function readsOfForm(form: Form): readonly Read[] {
  return atomsOf(form).filter((atom) => atom.kind === "read");
}

/** The nodes that a node reads, each once, in the order of their first read. */
export function operandsOf(node: Node): readonly string[] {
  if (node.kind === "grad") return [...new Set([node.of, node.wrt])];
  if ("of" in node) return [node.of];
  if (node.kind !== "compute" && node.kind !== "scatter") return [];
  const forms = [...node.domain.map(({ form }) => form), ...(node.kind === "scatter" ? node.at : [])];
  const reads = [...forms.flatMap(readsOfForm), ...readsOf(node.body)];
  return [...new Set(reads.map(({ operand }) => operand))];
}

/** The nodes that a graph is there for: its outputs, what its updates write, and what its scans take into the next turn. */
export function rootsOf({ outputs, updates = [], scans = [] }: Graph): readonly string[] {
  const next = scans.flatMap(({ carries }) => carries.map((carry) => carry.next));
  return [...new Set([...[...outputs, ...updates].map(({ node }) => node), ...next])];
}

/** The outputs, updates and scans of a graph with other names for their nodes. */
export function renameRoots(
  { outputs, updates, scans }: Graph,
  names: ReadonlyMap<string, string>,
): Pick<Graph, "outputs" | "updates" | "scans"> {
  const renamed = <Root extends { readonly node: string }>(roots: readonly Root[]): readonly Root[] =>
    roots.map((root) => ({ ...root, node: names.get(root.node) ?? root.node }));
  const renamedScan = (scan: Scan): Scan => ({
    ...scan,
    carries: scan.carries.map(({ current, next }) => ({ current, next: names.get(next) ?? next })),
  });
  return {
    outputs: renamed(outputs),
    ...(updates && { updates: renamed(updates) }),
    ...(scans && { scans: scans.map(renamedScan) }),
  };
}

/** The node with other names for what it reads; the same one where none of them changes. */
export function renameOperandsOf(node: Node, names: ReadonlyMap<string, string>): Node {
  if (operandsOf(node).every((name) => !names.has(name))) return node;
  const form = (own: Form): Form => renameOperandsInForm(own, names);
  const renamed = ({ domain, body }: ComputeNode | ScatterNode): Pick<ComputeNode, "domain" | "body"> => ({
    domain: domain.map((guard) => mapGuard(guard, form)),
    body: renameOperands(body, names),
  });
  switch (node.kind) {
    case "compute":
      return { ...node, ...renamed(node) };
    case "scatter":
      return { ...node, ...renamed(node), at: node.at.map(form) };
    case "argsort":
    case "carry":
    case "last":
    case "stack":
      return { ...node, of: names.get(node.of) ?? node.of };
    case "grad":
      return { ...node, of: names.get(node.of) ?? node.of, wrt: names.get(node.wrt) ?? node.wrt };
    case "input":
    case "param":
    case "state":
    case "constant":
      return node;
    default:
      return node satisfies never;
  }
}

/** The names of the axes that an expression mentions and doesn't bind itself. */
export function axesOf(expr: Expr): ReadonlySet<string> {
  const names = new Set<string>();
  for (const form of formsOf(expr)) for (const name of axesOfForm(form)) names.add(name);
  for (const child of childrenOf(expr)) for (const name of axesOf(child)) names.add(name);
  if (expr.kind === "reduce") for (const { name } of expr.axes) names.delete(name);
  return names;
}

export function axesOfForm(form: Form): ReadonlySet<string> {
  return new Set(atomsOf(form).flatMap((atom) => (atom.kind === "axis" ? [atom.name] : [])));
}
