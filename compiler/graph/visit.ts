import type { Axis, Expr, Guard } from "./expr.ts";
import type { ComputeNode, Node } from "./graph.ts";
import { atomForm, atomsOf, substitute, type Atom, type Form } from "../integers/index.ts";

/** The parts of an expression that are expressions themselves, in the order of evaluation. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "constant":
    case "index":
    case "guard":
    case "read":
    case "local":
    case "random":
      return [];
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
    default:
      return expr satisfies never;
  }
}

/** Rebuilds an expression from new children; the same object where none of them changed. */
export function mapChildren(expr: Expr, map: (child: Expr) => Expr): Expr {
  switch (expr.kind) {
    case "constant":
    case "index":
    case "guard":
    case "read":
    case "local":
    case "random":
      return expr;
    case "apply": {
      const operands = mapList(expr.operands, map);
      return operands === expr.operands ? expr : { ...expr, operands };
    }
    case "convert": {
      const operand = map(expr.operand);
      return operand === expr.operand ? expr : { ...expr, operand };
    }
    case "select": {
      const condition = map(expr.condition);
      const [then, otherwise] = [map(expr.then), map(expr.otherwise)];
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
    default:
      return expr satisfies never;
  }
}

/** As `Array.map`, but the same list where no entry changed. */
export function mapList<Item>(items: readonly Item[], map: (item: Item) => Item): readonly Item[] {
  const mapped = items.map(map);
  return mapped.every((item, place) => item === items[place]) ? items : mapped;
}

/** The forms that stand directly in an expression, not in its children. */
export function ownFormsOf(expr: Expr): readonly Form[] {
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
      return expr.domain.map((guard) => guard.form);
    case "constant":
    case "local":
    case "apply":
    case "convert":
    case "select":
    case "let":
      return [];
    default:
      return expr satisfies never;
  }
}

/** Rewrites every form in an expression. */
export function mapForms(expr: Expr, map: (form: Form) => Form): Expr {
  const whole = mapChildren(expr, (child) => mapForms(child, map));
  switch (whole.kind) {
    case "index": {
      const form = map(whole.form);
      return form === whole.form ? whole : { ...whole, form };
    }
    case "guard": {
      const guard = mapGuard(whole.guard, map);
      return guard === whole.guard ? whole : { ...whole, guard };
    }
    case "read": {
      const at = mapList(whole.at, map);
      return at === whole.at ? whole : { ...whole, at };
    }
    case "random": {
      const counter = map(whole.counter);
      return counter === whole.counter ? whole : { ...whole, counter };
    }
    case "reduce": {
      const domain = mapList(whole.domain, (guard) => mapGuard(guard, map));
      return domain === whole.domain ? whole : { ...whole, domain };
    }
    default:
      return whole;
  }
}

export function mapGuard(guard: Guard, map: (form: Form) => Form): Guard {
  const form = map(guard.form);
  return form === guard.form || form.key === guard.form.key ? guard : { ...guard, form };
}

/** Every expression inside, the outermost first. */
export function visit(expr: Expr, see: (expr: Expr) => void): void {
  see(expr);
  for (const child of childrenOf(expr)) visit(child, see);
}

/** Every form inside. */
export function formsOf(expr: Expr): readonly Form[] {
  const forms: Form[] = [];
  visit(expr, (inner) => forms.push(...ownFormsOf(inner)));
  return forms;
}

/** Replaces axes by forms, all at once. */
export function substituteAxes(form: Form, values: ReadonlyMap<string, Form>): Form {
  if (values.size === 0) return form;
  return substitute(form, (atom) => (atom.kind === "axis" ? values.get(atom.name) : undefined));
}

export function axesOfForm(form: Form): ReadonlySet<string> {
  return new Set(atomsOf(form).flatMap((atom) => (atom.kind === "axis" ? [atom.name] : [])));
}

/** The axes that an expression uses and does not bind itself; `locals` gives those behind a local. */
export function axesOf(expr: Expr, locals?: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  const found = new Set<string>();
  const bound = new Set<string>();
  visit(expr, (inner) => {
    if (inner.kind === "reduce") for (const axis of inner.axes) bound.add(axis.name);
    if (inner.kind === "local") for (const axis of locals?.get(inner.name) ?? []) found.add(axis);
    for (const form of ownFormsOf(inner)) for (const axis of axesOfForm(form)) found.add(axis);
  });
  // Names of axes are unique in their node, so a bound one is not also a free one.
  for (const axis of bound) found.delete(axis);
  return found;
}

/** Parallel axes, then those of the reduction. */
export function allAxes(node: ComputeNode): readonly Axis[] {
  return node.reduce === undefined ? node.axes : [...node.axes, ...node.reduce.axes];
}

/** Atoms in every form of a node: reads of integer tensors are among them. */
export function atomsOfNode(node: ComputeNode): readonly Atom[] {
  return [...formsOf(node.body), ...node.domain.map((guard) => guard.form)].flatMap(atomsOf);
}

/** Names of the nodes that a node reads, as values or in subscripts, each once. */
export function operandsOf(node: Node): ReadonlySet<string> {
  const names = new Set<string>();
  if (node.kind !== "compute") return names;
  visit(node.body, (expr) => {
    if (expr.kind === "read") names.add(expr.operand);
  });
  for (const atom of atomsOfNode(node)) if (atom.kind === "read") names.add(atom.operand);
  return names;
}

/** Calls every node it reads by another name. */
export function renameOperands(node: ComputeNode, nameOf: (name: string) => string): ComputeNode {
  if ([...operandsOf(node)].every((name) => nameOf(name) === name)) return node;
  const inForm = (form: Form): Form =>
    substitute(form, (atom) => {
      if (atom.kind !== "read") return undefined;
      return atomForm({ ...atom, operand: nameOf(atom.operand), at: atom.at.map(inForm) });
    });
  const inExpr = (expr: Expr): Expr => {
    const whole = mapChildren(expr, inExpr);
    return whole.kind === "read" ? { ...whole, operand: nameOf(whole.operand) } : whole;
  };
  return {
    ...node,
    domain: mapList(node.domain, (guard) => mapGuard(guard, inForm)),
    body: mapForms(inExpr(node.body), inForm),
  };
}

/** Replaces the locals of a given name. */
export function substituteLocals(expr: Expr, values: ReadonlyMap<string, Expr>): Expr {
  if (values.size === 0) return expr;
  if (expr.kind === "local") return values.get(expr.name) ?? expr;
  if (expr.kind === "let" && values.has(expr.name)) {
    const inner = new Map(values);
    inner.delete(expr.name);
    const value = substituteLocals(expr.value, values);
    const body = substituteLocals(expr.body, inner);
    return { ...expr, value, body };
  }
  return mapChildren(expr, (child) => substituteLocals(child, values));
}
