import { conjunction, negationOf, splitCondition } from "../graph/conditions.ts";
import type { Expr, Guard } from "../graph/expr.ts";
import { exprTable, type ExprTable } from "../graph/expr-table.ts";
import { childrenOf } from "../graph/visit.ts";
import type { Form } from "../integers/index.ts";
import { isFloat, type Dtype } from "../scalar/dtype.ts";
import { scalarFunction } from "../scalar/table.ts";
import { dtypeIn, type Building } from "./building.ts";
import { foldingBuilder, sumOf } from "./fold-expr.ts";
import { withoutLets } from "./without-lets.ts";

/** Where in a body an adjoint is: under these guards and these other conditions, and 0 elsewhere. */
export interface Path {
  readonly guards: readonly Guard[];
  readonly conditions: readonly Expr[];
}

/** An adjoint on a path. Sets of these are what keeps a branch not taken at exactly 0: nothing is multiplied by 0. */
export interface Seed {
  readonly path: Path;
  readonly expr: Expr;
}

/** What one read contributes: its operand's adjoint at `at` gains `expr`, an f32, where the guards hold. */
export interface Contribution {
  readonly operand: string;
  readonly at: readonly Form[];
  readonly guards: readonly Guard[];
  readonly expr: Expr;
  /** Whether conditions stand in `expr` that may protect the read; its subscripts may leave the array without. */
  readonly isConditional: boolean;
}

export interface Body {
  readonly expr: Expr;
  /** A read of the node's own value, where that is the value of the body. */
  readonly result?: Expr;
}

/**
 * Reverse mode inside one body: from the adjoint of its value to those of its reads. Equal parts of the body are
 * differentiated once; `flowsInto` says through which operands anything is wanted.
 */
export function reverseBody(
  body: Body,
  seeds: readonly Seed[],
  flowsInto: (operand: string) => boolean,
  building: Building,
): readonly Contribution[] {
  const table = exprTable();
  const root = table.intern(withoutLets(body.expr));
  const flows = flowsIn(root, flowsInto);
  const adjoints = new Map<Expr, Map<string, Seed>>();
  const contributions: Seeded[] = [];
  const push = (expr: Expr, path: Path, adjoint: Expr): void => {
    if (!flows(expr) || (adjoint.kind === "constant" && adjoint.value === 0)) return;
    const own = adjoints.get(expr) ?? new Map<string, Seed>();
    adjoints.set(expr, own);
    const key = keyOfPath(path, table);
    // What flows into an array is summed as f32, and rounded once where that is stored as f16.
    const summand = expr.kind === "read" ? toFloat(adjoint, "f32", building) : adjoint;
    const old = own.get(key);
    own.set(key, { path, expr: old === undefined ? summand : (sumOf([old.expr, summand]) ?? summand) });
  };
  for (const { path, expr } of seeds) push(root, path, expr);
  for (const expr of inOrder(root).toReversed()) {
    for (const { path, expr: adjoint } of adjoints.get(expr)?.values() ?? []) {
      if (expr.kind === "read") contributions.push({ read: expr, path, expr: adjoint });
      else if (expr.kind === "select") pushThroughSelect(expr, path, adjoint, push);
      else if (expr.kind === "convert") pushThroughConversion(expr, path, adjoint, push, building);
      else if (expr.kind === "apply") {
        const result = expr === root ? (body.result ?? expr) : expr;
        pushThroughFunction(expr, result, path, adjoint, push, building);
      }
    }
  }
  return merge(contributions, table);
}

type Push = (expr: Expr, path: Path, adjoint: Expr) => void;
type Of<Kind extends Expr["kind"]> = Extract<Expr, { kind: Kind }>;

interface Seeded extends Seed {
  readonly read: Of<"read">;
}

/** Every part once, each after its own parts. */
function inOrder(root: Expr): readonly Expr[] {
  const seen = new Set<Expr>();
  const visit = (expr: Expr): void => {
    if (seen.has(expr)) return;
    for (const child of childrenOf(expr)) visit(child);
    seen.add(expr);
  };
  visit(root);
  return [...seen];
}

/** Whether a part reads an operand that something is wanted of. */
function flowsIn(root: Expr, flowsInto: (operand: string) => boolean): (expr: Expr) => boolean {
  const flowing = new Set<Expr>();
  for (const expr of inOrder(root)) {
    if (
      expr.kind === "read" ? flowsInto(expr.operand) : childrenOf(expr).some((child) => flowing.has(child))
    ) {
      flowing.add(expr);
    }
  }
  return (expr) => flowing.has(expr);
}

function keyOfPath(path: Path, table: ExprTable): string {
  const guards = path.guards.map((guard) => `${guard.relation} ${guard.form.key}`);
  return [...guards, "", ...path.conditions.map((condition) => String(table.idOf(condition)))].join("&");
}

function pushThroughSelect(expr: Of<"select">, path: Path, adjoint: Expr, push: Push): void {
  const { guards, rest } = splitCondition(expr.condition);
  push(expr.then, extended(path, guards, rest), adjoint);
  const negated = rest.length === 0 ? negationOf(guards) : [];
  const otherwise = negated.length > 0 ? [] : [not(conjunction(guards, rest))];
  push(expr.otherwise, extended(path, negated, otherwise), adjoint);
}

function extended(path: Path, guards: readonly Guard[], conditions: readonly Expr[]): Path {
  return { guards: [...path.guards, ...guards], conditions: [...path.conditions, ...conditions] };
}

function not(condition: Expr): Expr {
  if (condition.kind === "apply" && condition.fn === "not") return condition.operands[0] ?? condition;
  return { kind: "apply", fn: "not", operands: [condition] };
}

function toFloat(expr: Expr, to: Dtype, building: Building): Expr {
  return dtypeIn(building, expr) === to ? expr : { kind: "convert", to, operand: expr };
}

/** Nothing flows through integers. */
function pushThroughConversion(
  expr: Of<"convert">,
  path: Path,
  adjoint: Expr,
  push: Push,
  building: Building,
): void {
  const from = dtypeIn(building, expr.operand);
  if (!isFloat(expr.to) || !isFloat(from)) return;
  push(expr.operand, path, expr.operand.kind === "read" ? adjoint : toFloat(adjoint, from, building));
}

function pushThroughFunction(
  expr: Of<"apply">,
  result: Expr,
  path: Path,
  adjoint: Expr,
  push: Push,
  building: Building,
): void {
  const { derivatives } = scalarFunction(expr.fn);
  const [x, y] = expr.operands;
  if (x === undefined) throw new Error(`bug: ${expr.fn} of nothing`);
  const dtype = dtypeIn(building, x);
  if (!isFloat(dtype)) return;
  const build = foldingBuilder(dtype);
  const given = toFloat(adjoint, dtype, building);
  expr.operands.forEach((operand, place) => {
    const derivative = derivatives[place]?.(build, { x, y: y ?? x, result });
    if (derivative === undefined) return;
    for (const branch of branchesOf(derivative)) {
      push(operand, extended(path, [], branch.conditions), build.apply("multiply", given, branch.value));
    }
  });
}

interface Branch {
  readonly conditions: readonly Expr[];
  readonly value: Expr;
}

/** A derivative that is chosen by conditions is a value on each path; where it is 0, there is none. */
function branchesOf(derivative: Expr): readonly Branch[] {
  if (derivative.kind === "constant" && derivative.value === 0) return [];
  if (derivative.kind !== "select") return [{ conditions: [], value: derivative }];
  const under = (condition: Expr, value: Expr): readonly Branch[] =>
    branchesOf(value).map((branch) => ({ ...branch, conditions: [condition, ...branch.conditions] }));
  return [
    ...under(derivative.condition, derivative.then),
    ...under(not(derivative.condition), derivative.otherwise),
  ];
}

/** One contribution for each read under the same guards; other conditions become choices again. */
function merge(seeds: readonly Seeded[], table: ExprTable): readonly Contribution[] {
  const groups = new Map<string, Seeded[]>();
  for (const seed of seeds) {
    const guards = seed.path.guards.map((guard) => `${guard.relation} ${guard.form.key}`);
    const key = JSON.stringify([table.idOf(seed.read), [...new Set(guards)].sort()]);
    groups.set(key, [...(groups.get(key) ?? []), seed]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const branches = group.map(({ path, expr }) => ({ conditions: path.conditions, value: expr }));
    const expr = chooseAmong(branches, table);
    if (first === undefined || expr === undefined) return [];
    const { operand, at } = first.read;
    const isConditional = branches.some((branch) => branch.conditions.length > 0);
    return [{ operand, at, guards: first.path.guards, expr, isConditional }];
  });
}

/** The sum of values each of which counts where its conditions hold. */
function chooseAmong(branches: readonly Branch[], table: ExprTable): Expr | undefined {
  const conditioned = branches.find((branch) => branch.conditions.length > 0);
  const condition = conditioned?.conditions[0];
  if (condition === undefined) return sumOf(branches.map((branch) => branch.value));
  const [same, opposite] = [table.idOf(condition), table.idOf(not(condition))];
  const startsWith =
    (id: number) =>
    (branch: Branch): boolean => {
      const [own] = branch.conditions;
      return own !== undefined && table.idOf(own) === id;
    };
  const inner = (holds: (branch: Branch) => boolean): Expr | undefined =>
    chooseAmong(
      branches.filter(holds).map((branch) => ({ ...branch, conditions: branch.conditions.slice(1) })),
      table,
    );
  const [then, otherwise] = [inner(startsWith(same)), inner(startsWith(opposite))];
  const rest = chooseAmong(
    branches.filter((branch) => !startsWith(same)(branch) && !startsWith(opposite)(branch)),
    table,
  );
  const chosen = choice(condition, then, otherwise);
  return sumOf([chosen, rest].filter((expr) => expr !== undefined));
}

function choice(condition: Expr, then: Expr | undefined, otherwise: Expr | undefined): Expr | undefined {
  if (then === undefined && otherwise === undefined) return undefined;
  const zero = foldingBuilder("f32").constant(0);
  return { kind: "select", condition, then: then ?? zero, otherwise: otherwise ?? zero };
}
