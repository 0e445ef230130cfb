import { constant } from "../integers/index.ts";
import type { Call, Expr, Statement, UnitDeclaration } from "../../grammar/ast.ts";
import type { Context, Scope, Session, UnitValue, Value } from "./checker-types.ts";
import type { Scalar } from "./scalar.ts";
import { bindHypers, type Hypers } from "./hypers.ts";
import { find, turnLabels } from "./scope.ts";
import { identityOf, tell, tellIn } from "./session.ts";
import { entriesOf, listsOf } from "./signature.ts";
import { partsOf } from "./syntax-walk.ts";
import type { InstancePath } from "./typed.ts";
import { counted, errorValue, scalarValue } from "./value.ts";

/** `Conv2d(6, kernel: 5)`: hyper-parameters and a place among the parameters. */
export function instanceOf(unit: UnitValue, call: Call, context: Context): Value {
  const { declaration, scope } = unit;
  const { kind } = declaration;
  if (
    kind === "data" ||
    (kind === "optimizer" && context.builder.mode === "instance" && !context.builder.training)
  ) {
    tellIn(context.builder, "DLC3013", {
      message: `\`${declaration.name.text}\` is ${kind === "data" ? "a data declaration" : "an optimizer"}, no layer`,
      span: call.callee.span,
    });
    return errorValue;
  }
  const label = context.label ?? [
    context.builder.kinds.get(call) ?? kindLabel(declaration.name.text),
    ...(context.places ?? []),
  ];
  const { hypers } = listsOf(declaration);
  const bound = hypers
    ? bindHypers(hypers, call.args, scope, { ...context, scheduled: kind === "optimizer" }, label, call.span)
    : noHypers(call, context);
  if (bound === undefined) return errorValue;
  const turns = turnLabels(context.scope);
  const path: InstancePath = { root: "own", labels: [...turns, ...label] };
  const made = `${call.span.source.path}:${call.span.start}${context.turns ?? ""}${turns.join(".")}`;
  return {
    kind: "instance",
    declaration,
    scope,
    hypers: supposedHypers(bound, label, context.builder.session),
    path,
    entry: "forward",
    span: call.span,
    made,
  };
}

/** With another padding, where it is asked what that would lead to. */
function supposedHypers(hypers: Hypers, label: readonly string[], { supposed }: Session): Hypers {
  const { padding } = supposed;
  if (padding === undefined || padding.label !== label.at(-1) || !hypers.has("padding")) return hypers;
  return new Map([...hypers, ["padding", scalarValue(counted(constant(padding.by)))]]);
}

function noHypers(call: Call, context: Context): Hypers | undefined {
  const [arg] = call.args;
  if (arg === undefined) return new Map();
  tellIn(context.builder, "DLC2012", {
    message: "it has no hyper-parameters",
    span: arg.span,
    help: ["it is instantiated with empty brackets; tensors come after them, or before it in a pipe"],
  });
  return undefined;
}

/** D2.2: `Conv2d` labels itself `conv2d`. */
function kindLabel(kind: string): string {
  return kind.slice(0, 1).toLowerCase() + kind.slice(1);
}

/**
 * The labels of the instances of a declaration that have none of their own: the kind, numbered in the order of the
 * text where there are several of it, which is warned about.
 */
export function kindLabels(
  declaration: UnitDeclaration,
  scope: Scope,
  session: Session,
): ReadonlyMap<object, string> {
  const unlabelled = new Map<string, Call[]>();
  const visit = (expr: Expr, labelled: boolean): void => {
    if (expr.kind === "call" && expr.callee.kind === "name" && !labelled) {
      const kind = expr.callee.text;
      const value = find(kind, scope)?.entity;
      if (value !== undefined && ownsParameters(value.value))
        unlabelled.set(kind, [...(unlabelled.get(kind) ?? []), expr]);
    }
    if (expr.kind === "pipe") {
      visit(expr.value, false);
      for (const stage of expr.stages) visit(stage.value, stage.label !== undefined);
      return;
    }
    const passes = expr.kind === "list" || expr.kind === "group" || expr.kind === "if";
    // Arguments of kind layer are labelled by the name that receives them; what is applied on the spot, `Linear(3)(x)`,
    // is labelled by nothing.
    const applied = expr.kind === "call" && expr.callee.kind !== "name" ? expr.callee : undefined;
    for (const part of partsOf(expr))
      visit(part, part !== applied && (passes ? labelled : expr.kind === "call"));
  };
  for (const statement of statementsOf(declaration.body.statements)) {
    if (statement.kind === "equation")
      visit(
        statement.value,
        statement.targets.every(({ binders }) => binders.length === 0),
      );
  }
  const labels = new Map<object, string>();
  for (const [kind, calls] of unlabelled) {
    calls.forEach((call, place) => {
      labels.set(call, calls.length === 1 ? kindLabel(kind) : `${kindLabel(kind)}${place + 1}`);
    });
    const [first, second] = calls;
    if (first === undefined || second === undefined) continue;
    for (const call of calls) {
      tell(session, "DLC2009", {
        message: `this ${kind} has no label, and is not the only one here`,
        span: call.span,
        label: `its parameters are called ${labels.get(call) ?? ""}.…`,
        help: ["give it a label: what stands before it would change the names in the weights file"],
      });
    }
  }
  return labels;
}

function statementsOf(statements: readonly Statement[]): readonly Statement[] {
  return statements.flatMap((statement) =>
    "body" in statement && statement.body.kind === "block" && statement.kind !== "function"
      ? statementsOf(statement.body.statements)
      : [statement],
  );
}

function ownsParameters(value: Value): boolean {
  if (value.kind !== "unit") return false;
  return value.declaration.body.statements.some(
    (statement) => statement.kind === "param" || statement.kind === "state" || statement.kind === "equation",
  );
}

export function hasEntry(declaration: UnitDeclaration, name: string): boolean {
  const entries = entriesOf(declaration);
  return entries.length === 0 ? name === "forward" : entries.some((entry) => entry.name.text === name);
}

export function pathKey(path: InstancePath): string {
  return `${path.root}:${path.labels.filter((label) => label !== "").join(".")}`;
}

/** A path below an instance. */
export function below(path: InstancePath, ...labels: readonly string[]): InstancePath {
  return { root: path.root, labels: [...path.labels, ...labels] };
}

/**
 * The hyper-parameters of an instance as its own body sees them: paths below it become its own, all others are put
 * into slots.
 */
export function rebase(hypers: Hypers, path: InstancePath, slots: InstancePath[]): Hypers {
  return new Map([...hypers].map(([name, value]) => [name, rebaseValue(value, path, slots)]));
}

function rebaseValue(value: Value, path: InstancePath, slots: InstancePath[]): Value {
  switch (value.kind) {
    case "instance":
      return {
        ...value,
        path: rebasePath(value.path, path, slots),
        hypers: rebase(value.hypers, path, slots),
      };
    case "list":
      return { ...value, elements: value.elements.map((element) => rebaseValue(element, path, slots)) };
    case "function":
      return value.hypers ? { ...value, hypers: rebase(value.hypers, path, slots) } : value;
    default:
      return value;
  }
}

function rebasePath(inner: InstancePath, path: InstancePath, slots: InstancePath[]): InstancePath {
  const isBelow =
    inner.root === path.root && path.labels.every((label, place) => inner.labels[place] === label);
  if (isBelow) return { root: "own", labels: inner.labels.slice(path.labels.length) };
  const key = pathKey(inner);
  const place = slots.findIndex((slot) => pathKey(slot) === key);
  if (place >= 0) return { root: place, labels: [] };
  slots.push(inner);
  return { root: slots.length - 1, labels: [] };
}

/** Equal keys: the same hyper-parameters. */
export function hypersKey(hypers: Hypers | undefined, session: Session): string {
  return [...(hypers ?? [])].map(([name, value]) => `${name}=${valueKey(value, session)}`).join(",");
}

function valueKey(value: Value, session: Session): string {
  switch (value.kind) {
    case "array":
      return value.scalar ? scalarKey(value.scalar) : `array${identityOf(session, value)}`;
    case "text":
      return JSON.stringify(value.text);
    case "list":
      return `[${value.elements.map((element) => valueKey(element, session)).join(",")}]`;
    case "function":
      return `fn${identityOf(session, value.declaration)}.${identityOf(session, value.scope)}(${hypersKey(value.hypers, session)})`;
    case "prelude":
      return value.name;
    case "unit":
      return `unit${identityOf(session, value.declaration)}`;
    case "instance":
      return `${identityOf(session, value.declaration)}.${value.entry}@${pathKey(value.path)}(${hypersKey(value.hypers, session)})`;
    case "results":
      return `(${[...value.results].map(([name, one]) => `${name}:${valueKey(one, session)}`).join(",")})`;
    case "parameters":
      return `parameters${identityOf(session, value)}`;
    case "pack":
      return `..${value.dims.map(({ key }) => key).join(",")}`;
    case "error":
      return "?";
    default:
      return value satisfies never;
  }
}

function scalarKey(scalar: Scalar): string {
  if (scalar.form !== undefined) return scalar.form.key;
  return scalar.known !== undefined ? `${scalar.known}` : JSON.stringify(scalar.expr, formKey);
}

/** JSON has no infinities. */
function formKey(_name: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? `${value}` : value;
}
