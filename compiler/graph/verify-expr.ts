import { atomForm, atomsOf, type Atom, type Form } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { readAs } from "../scalar/meaning.ts";
import { resultDtype } from "../scalar/table.ts";
import { reducedDtype } from "./dtype-of.ts";
import type { Axis, Expr, Guard } from "./expr.ts";
import type { Node } from "./graph.ts";
import { printExpr, printForm } from "./print.ts";
import { fractionOf } from "./whole.ts";

/** What may be mentioned at a place in a body. */
export interface Place {
  readonly dims: ReadonlySet<string>;
  readonly axes: ReadonlySet<string>;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly locals: ReadonlyMap<string, Dtype | undefined>;
  /** What holds here: facts of the graph, domains and conditions around. */
  readonly given: readonly Guard[];
}

type Report = (message: string) => void;

/** Reports what is wrong in a body and answers its dtype; undefined where that was reported. */
export function checkExpr(expr: Expr, place: Place, report: Report): Dtype | undefined {
  switch (expr.kind) {
    case "constant":
      return expr.dtype;
    case "index":
      checkForm(expr.form, place, report);
      return "i32";
    case "guard":
      checkForm(expr.guard.form, place, report);
      return "bool";
    case "read":
      return checkRead(expr, place, report);
    case "apply": {
      const operands = expr.operands.map((operand) => checkExpr(operand, place, report));
      const known = operands.filter((dtype) => dtype !== undefined);
      if (known.length < operands.length) return undefined;
      const result = resultDtype(expr.fn, known);
      if (result === undefined)
        report(`${expr.fn} does not take (${known.join(", ")}) in ${printExpr(expr)}`);
      return result;
    }
    case "convert":
      return checkExpr(expr.operand, place, report) && expr.to;
    case "select":
      return checkSelect(expr, place, report);
    case "let": {
      if (place.locals.has(expr.name)) report(`the local ${expr.name} is bound inside itself`);
      const value = checkExpr(expr.value, place, report);
      return checkExpr(
        expr.body,
        { ...place, locals: new Map([...place.locals, [expr.name, value]]) },
        report,
      );
    }
    case "local":
      if (!place.locals.has(expr.name)) report(`the local ${expr.name} is not bound`);
      return place.locals.get(expr.name);
    case "random":
      if (!Number.isSafeInteger(expr.stream) || expr.stream < 0) report(`a stream is a whole number ≥ 0`);
      checkForm(expr.counter, place, report);
      return "f32";
    case "reduce": {
      const inner = checkAxes(expr.axes, place, report);
      for (const guard of expr.domain) checkForm(guard.form, inner, report);
      const body = checkExpr(expr.body, withGiven(inner, expr.domain), report);
      if (body === undefined) return undefined;
      const result = reducedDtype(expr.op, body);
      if (result === undefined) report(`${expr.op} of ${body} has no meaning in ${printExpr(expr)}`);
      return result;
    }
    default:
      return expr satisfies never;
  }
}

function checkRead(
  { operand, at }: Extract<Expr, { kind: "read" }>,
  place: Place,
  report: Report,
): Dtype | undefined {
  for (const form of at) checkForm(form, place, report);
  const node = place.nodes.get(operand);
  if (node === undefined) {
    report(`${operand} is read, but no node before has that name`);
    return undefined;
  }
  if (node.shape.length !== at.length) {
    report(`${operand} has ${node.shape.length} axes and is read with ${at.length} subscripts`);
  }
  return readAs(node.dtype);
}

function checkSelect(
  expr: Extract<Expr, { kind: "select" }>,
  place: Place,
  report: Report,
): Dtype | undefined {
  const condition = checkExpr(expr.condition, place, report);
  if (condition !== undefined && condition !== "bool") {
    report(`the condition ${printExpr(expr.condition)} is ${condition}, not bool`);
  }
  const then = checkExpr(expr.then, withGiven(place, guardsOf(expr.condition)), report);
  const otherwise = checkExpr(expr.otherwise, place, report);
  if (then !== undefined && otherwise !== undefined && then !== otherwise) {
    report(`the branches are ${then} and ${otherwise} in ${printExpr(expr)}`);
    return undefined;
  }
  return then ?? otherwise;
}

/** Guards that hold where a condition does. */
function guardsOf(condition: Expr): readonly Guard[] {
  if (condition.kind === "guard") return [condition.guard];
  if (condition.kind === "apply" && condition.fn === "and") return condition.operands.flatMap(guardsOf);
  return [];
}

export function withGiven(place: Place, guards: readonly Guard[]): Place {
  return { ...place, given: [...place.given, ...guards] };
}

/** Checks axes that a node or reduction binds, and answers the place inside it. */
export function checkAxes(axes: readonly Axis[], place: Place, report: Report): Place {
  const names = new Set(place.axes);
  for (const { name, extent } of axes) {
    if (names.has(name)) report(`two axes are named ${name}`);
    if (place.dims.has(name)) report(`the axis ${name} is named like a dim`);
    names.add(name);
    checkExtent(extent, place, report);
  }
  return { ...place, axes: names };
}

/** A size: whole, over dims alone. */
export function checkExtent(extent: Form, place: Place, report: Report): void {
  const foreign = atomsOf(extent).find(({ kind }) => kind === "axis" || kind === "read");
  if (foreign === undefined) checkForm(extent, place, report);
  else report(`the size ${printForm(extent)} depends on ${printForm(atomForm(foreign))}`);
}

/** Its atoms are in scope, its reads are of integers, and it is whole wherever it may be evaluated. */
export function checkForm(form: Form, place: Place, report: Report): void {
  for (const atom of atomsOf(form)) checkAtom(atom, place, report);
  const fraction = fractionOf(form, place.given);
  if (fraction !== undefined) report(`${printForm(form)} is not whole for ${fraction}`);
}

function checkAtom(atom: Atom, place: Place, report: Report): void {
  switch (atom.kind) {
    case "dim":
      if (!place.dims.has(atom.name)) report(`${atom.name} is neither a dim nor an axis in scope`);
      return;
    case "axis":
      if (!place.axes.has(atom.name)) report(`the axis ${atom.name} is not in scope`);
      return;
    case "read": {
      const dtype = checkRead({ ...atom, kind: "read" }, { ...place, given: [] }, report);
      if (dtype !== undefined && dtype !== "i32") {
        report(`${atom.operand} is ${dtype}, and cannot be a subscript`);
      }
      return;
    }
    case "floor":
    case "min":
    case "max":
      return;
    default:
      return atom satisfies never;
  }
}
