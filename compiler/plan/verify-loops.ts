import type { Capability } from "./capability.ts";
import {
  registerOf,
  type ForOf,
  type Index,
  type Lanes,
  type LoopExpr,
  type Loops,
  type LoopStatement,
} from "./loops.ts";

/**
 * What of the code a target cannot do, and what no target can: names that are not bound where they are read, operands
 * that the code does not have. Empty where all is well.
 */
export function verifyLoops(loops: Loops, capability: Capability): readonly string[] {
  const check = makeCheck(loops, capability);
  for (const { name, bytes, space } of loops.scratch) {
    if (bytes > capability.scratch[space]) {
      check.report(
        `${name} takes ${bytes} bytes of ${space} memory, ${capability.target} has ${capability.scratch[space]}`,
      );
    }
  }
  checkBlock(check, loops.body, { names: new Set(), threads: 1, parallel: "none" });
  return check.problems;
}

interface Check {
  readonly capability: Capability;
  readonly operands: ReadonlySet<string>;
  readonly dims: ReadonlySet<string>;
  readonly problems: string[];
  readonly report: (problem: string) => void;
}

function makeCheck(loops: Loops, capability: Capability): Check {
  const problems: string[] = [];
  return {
    capability,
    operands: new Set([...loops.operands, ...loops.scratch.map((one) => one.name)]),
    dims: new Set(loops.dims),
    problems,
    report: (problem) => {
      if (!problems.includes(problem)) problems.push(problem);
    },
  };
}

interface Scope {
  readonly names: Set<string>;
  readonly threads: number;
  /** The innermost of the parallel loops around. */
  readonly parallel: "none" | "grid" | "local";
}

function checkBlock(check: Check, statements: readonly LoopStatement[], outer: Scope): void {
  const scope: Scope = { ...outer, names: new Set(outer.names) };
  for (const statement of statements) checkStatement(check, statement, scope);
}

function checkStatement(check: Check, statement: LoopStatement, scope: Scope): void {
  const { capability, report } = check;
  switch (statement.kind) {
    case "for":
      checkFor(check, statement, scope);
      return;
    case "let":
    case "var":
      checkExpr(check, statement.value, scope);
      checkRegister(check, statement.name, statement.register.lanes, registerOf(statement.value).lanes);
      scope.names.add(statement.name);
      return;
    case "index":
      checkIndex(check, statement.value, scope);
      scope.names.add(statement.name);
      return;
    case "assign":
      checkExpr(check, statement.value, scope);
      checkRegister(check, statement.name, statement.register.lanes, registerOf(statement.value).lanes);
      if (!scope.names.has(statement.name)) report(`${statement.name} is assigned and not bound`);
      return;
    case "store":
      checkAccess(
        check,
        statement.operand,
        statement.access,
        statement.displacement,
        statement.address,
        scope,
      );
      checkExpr(check, statement.value, scope);
      if ((registerOf(statement.value).lanes === 4) !== (statement.access === "contiguous")) {
        report(
          `a ${statement.access} store to ${statement.operand} has ${registerOf(statement.value).lanes} lanes`,
        );
      }
      if (capability.binds.includes("grid") && scope.parallel === "none") {
        report(`${statement.operand} is written outside the workgroups`);
      }
      return;
    case "if":
      checkExpr(check, statement.condition, scope);
      if (registerOf(statement.condition).lanes !== 1) report("an if has a condition of four lanes");
      checkBlock(check, statement.then, scope);
      checkBlock(check, statement.otherwise, scope);
      return;
    case "while":
      checkExpr(check, statement.condition, scope);
      if (registerOf(statement.condition).lanes !== 1) report("a while has a condition of four lanes");
      checkBlock(check, statement.body, scope);
      return;
    case "barrier":
      if (!capability.barriers) report(`${capability.target} has no barriers`);
      if (scope.parallel !== "local") report("a barrier stands outside the threads of a workgroup");
      return;
    default:
      statement satisfies never;
  }
}

function checkFor(check: Check, loop: ForOf<Index>, scope: Scope): void {
  const { capability, report } = check;
  if (!capability.binds.includes(loop.bind)) report(`${capability.target} has no ${loop.bind} loops`);
  if (loop.bind === "grid" && scope.parallel === "local")
    report(`${loop.name} makes workgroups inside a thread`);
  if (loop.bind !== "serial" && loop.inductions.length > 0) report(`${loop.name} counts across threads`);
  for (const bound of [loop.from, loop.to]) checkIndex(check, bound, scope);
  for (const { from, step } of loop.inductions)
    [from, step].forEach((index) => checkIndex(check, index, scope));
  let { threads, parallel } = scope;
  if (loop.bind === "local") {
    threads *=
      loop.from.kind === "constant" && loop.to.kind === "constant"
        ? loop.to.value - loop.from.value
        : Infinity;
    if (threads > capability.threads)
      report(`${loop.name} makes ${threads} threads, ${capability.target} has ${capability.threads}`);
  }
  if (loop.bind !== "serial") parallel = loop.bind;
  const names = new Set([...scope.names, loop.name, ...loop.inductions.map((one) => one.name)]);
  checkBlock(check, loop.body, { names, threads, parallel });
}

function checkRegister(check: Check, name: string, declared: Lanes, actual: Lanes): void {
  if (declared !== actual) check.report(`${name} has ${declared} lanes, its value ${actual}`);
}

function checkAccess(
  check: Check,
  operand: string,
  access: "single" | "splat" | "contiguous",
  displacement: number,
  address: Index,
  scope: Scope,
): void {
  const { capability, report } = check;
  if (!check.operands.has(operand)) report(`${operand} is no operand`);
  if (!capability.accesses.includes(access)) report(`${capability.target} has no ${access} access`);
  if (displacement < 0) report(`${operand} is reached by a negative displacement`);
  checkIndex(check, address, scope);
}

function checkIndex(check: Check, index: Index, scope: Scope): void {
  switch (index.kind) {
    case "constant":
      return;
    case "local":
      if (!scope.names.has(index.name)) check.report(`${index.name} is read and not bound`);
      return;
    case "dim":
      if (!check.dims.has(index.name)) check.report(`${index.name} is no dim of the code`);
      return;
    case "base":
      if (!check.operands.has(index.operand)) check.report(`${index.operand} is no operand`);
      return;
    default:
      checkIndex(check, index.left, scope);
      checkIndex(check, index.right, scope);
  }
}

function checkExpr(check: Check, expr: LoopExpr, scope: Scope): void {
  const { capability, report } = check;
  const { lanes } = registerOf(expr);
  if (!capability.lanes.includes(lanes)) report(`${capability.target} has no values of ${lanes} lanes`);
  switch (expr.kind) {
    case "constant":
    case "ramp":
      return;
    case "local":
      if (!scope.names.has(expr.name)) report(`${expr.name} is read and not bound`);
      return;
    case "index":
      checkIndex(check, expr.value, scope);
      return;
    case "load":
      checkAccess(check, expr.operand, expr.access, expr.displacement, expr.address, scope);
      return;
    case "load-strided":
      checkAccess(check, expr.operand, "single", expr.displacement, expr.address, scope);
      return;
    case "apply":
      if (!capability.functions.has(expr.fn)) report(`${capability.target} has no ${expr.fn}`);
      for (const operand of expr.operands) {
        checkExpr(check, operand, scope);
        const shift = expr.fn.startsWith("shift") && operand.kind === "constant";
        if (registerOf(operand).lanes !== lanes && !shift)
          report(`${expr.fn} joins different numbers of lanes`);
      }
      return;
    case "select":
      for (const operand of [expr.condition, expr.then, expr.otherwise]) {
        checkExpr(check, operand, scope);
        if (registerOf(operand).lanes !== lanes) report("a select joins different numbers of lanes");
      }
      return;
    case "pack":
      expr.operands.forEach((operand) => checkExpr(check, operand, scope));
      return;
    case "splat":
    case "lane":
    case "shuffle":
      checkExpr(check, expr.operand, scope);
      return;
    default:
      expr satisfies never;
  }
}
