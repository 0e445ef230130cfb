import type { Arg, Block, Expr, Generator, Subscript } from "../../grammar/ast.ts";

/** The expressions directly in an expression, in the order of the text. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "int":
    case "float":
    case "bool":
    case "name":
      return [];
    case "string":
      return expr.parts.filter((part) => part.kind === "name");
    case "primed":
      return [expr.operand];
    case "member":
      return [expr.object];
    case "call":
      return [expr.callee, ...partsOfArgs(expr.args), ...partsOfGenerators(expr.generators)];
    case "reduce-call":
    case "cat":
      return [...partsOfArgs(expr.args), ...partsOfGenerators(expr.generators)];
    case "read":
      return [expr.array, ...expr.subscripts.flatMap(partsOfSubscript)];
    case "guarded":
      return [expr.value, expr.otherwise];
    case "group":
      return [expr.value];
    case "tuple":
      return expr.elements;
    case "list":
      return [...expr.elements, ...partsOfGenerators(expr.generators)];
    case "reduction":
      return [
        ...expr.binders.flatMap((binder) =>
          binder.kind === "index" && binder.range ? [binder.range.start, binder.range.end] : [],
        ),
        ...(expr.where ? [expr.where] : []),
        expr.body,
      ];
    case "unary":
      return [expr.operand];
    case "binary":
      return [expr.left, expr.right];
    case "pipe":
      return [expr.value, ...expr.stages.map(({ value }) => value)];
    case "if":
      return [expr.condition, expr.then, expr.otherwise];
    default:
      return expr satisfies never;
  }
}

function partsOfArgs(args: readonly Arg[]): readonly Expr[] {
  return args.flatMap((arg) => (arg.kind === "argument" ? [arg.value] : []));
}

function partsOfGenerators(generators: readonly Generator[]): readonly Expr[] {
  return generators.flatMap(({ over }) => (over.kind === "range" ? [over.start, over.end] : [over]));
}

export function partsOfSubscript(subscript: Subscript): readonly Expr[] {
  switch (subscript.kind) {
    case "all":
    case "pack":
      return [];
    case "spread":
      return [subscript.value];
    case "range":
      return [subscript.start, subscript.end];
    default:
      return [subscript];
  }
}

/** True where an expression uses one of the names as an index. */
export function usesName(expr: Expr, names: ReadonlySet<string>): boolean {
  if (expr.kind === "name") return names.has(expr.text);
  if (expr.kind === "read" && expr.subscripts.some((one) => one.kind === "pack" && names.has(one.name.text)))
    return true;
  return partsOf(expr).some((part) => usesName(part, names));
}

/** What a condition uses that is decided differently in two builds of one model. */
export const onlyTraining: ReadonlySet<string> = new Set(["training"]);

/** The right sides of a body, those of the blocks in it among them. */
export function expressionsIn(body: Block | Expr): readonly Expr[] {
  if (body.kind !== "block") return [body];
  return body.statements.flatMap((statement) => {
    if (statement.kind === "equation" || statement.kind === "metric") return [statement.value];
    return "body" in statement ? expressionsIn(statement.body) : [];
  });
}

/** Visits an expression and all in it; the visitor answers false to leave out what is inside. */
export function walk(expr: Expr, visit: (inner: Expr) => boolean | undefined): void {
  if (visit(expr) === false) return;
  for (const part of partsOf(expr)) walk(part, visit);
}

/**
 * The arrays that are read with `index` bare among the subscripts. Those that hang on `unbound` names, or on what a
 * reduction or a generator inside of the expression binds, are left out: out here they mean nothing.
 */
export function arraysReadAt(expr: Expr, index: string, unbound: ReadonlySet<string>): readonly Expr[] {
  if ("generators" in expr && expr.generators.length > 0) return [];
  const bound =
    expr.kind === "reduction"
      ? expr.binders.flatMap((binder) => (binder.kind === "all" ? [] : [binder.name.text]))
      : expr.kind === "cat"
        ? [expr.index.text]
        : [];
  const inner = new Set([...unbound, ...bound]);
  const own =
    expr.kind === "read" &&
    expr.subscripts.some((one) => isBare(one, index)) &&
    !usesName(expr.array, unbound)
      ? [expr.array]
      : [];
  return [...own, ...partsOf(expr).flatMap((part) => arraysReadAt(part, index, inner))];
}

function isBare(subscript: Subscript, index: string): boolean {
  return (
    (subscript.kind === "name" && subscript.text === index) ||
    (subscript.kind === "pack" && subscript.name.text === index)
  );
}
