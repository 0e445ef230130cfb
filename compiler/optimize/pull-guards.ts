import { conjunction, negationOf, splitCondition } from "../graph/conditions.ts";
import type { Expr, Guard, ReduceOp } from "../graph/expr.ts";
import type { ComputeNode, Graph } from "../graph/graph.ts";
import { rewriteNodes, untagged } from "./rewriting.ts";

/**
 * Guards at the root of a body, or around a factor of a sum, move into the domain, where the planner makes loop bounds
 * of them: Σ a·[g] b is Σ over g of a·b, a max of `if g then e else −∞` is the max over g of e.
 */
export function pullGuards(graph: Graph): Graph {
  return rewriteNodes(graph, (node) => {
    const pulled = pull(node.body, ruleOf(node), node.dtype);
    if (pulled === undefined) return node;
    return { ...untagged(node), domain: [...node.domain, ...pulled.guards], body: pulled.body };
  });
}

interface Pulled {
  readonly guards: readonly Guard[];
  readonly body: Expr;
}

interface Rule {
  /** Is this what a term outside the domain contributes? */
  readonly isNothing: (expr: Expr) => boolean;
  /** Does a factor that is nothing make the whole product nothing? */
  readonly throughProducts: boolean;
}

/** What a reduction makes of an entry outside its domain; a place outside it is no candidate for argmax. */
const rules = {
  sum: { isNothing: isConstant(0), throughProducts: true },
  prod: { isNothing: isConstant(1), throughProducts: false },
  max: { isNothing: isConstant(-Infinity), throughProducts: false },
  min: { isNothing: isConstant(Infinity), throughProducts: false },
  any: { isNothing: isConstant(0), throughProducts: false },
  all: { isNothing: isConstant(1), throughProducts: false },
  argmax: { isNothing: () => false, throughProducts: false },
  argmin: { isNothing: () => false, throughProducts: false },
  partition: { isNothing: () => false, throughProducts: false },
} as const satisfies Record<ReduceOp, Rule>;

/** Without a reduction the value outside the domain is 0. */
const pointwise: Rule = { isNothing: isConstant(0), throughProducts: false };

function ruleOf(node: ComputeNode): Rule {
  return node.reduce === undefined ? pointwise : rules[node.reduce.op];
}

function isConstant(value: number): (expr: Expr) => boolean {
  return (expr) => {
    if (expr.kind === "convert") return isConstant(value)(expr.operand);
    if (expr.kind === "index") return value === 0 && expr.form.terms.length === 0;
    return expr.kind === "constant" && expr.value === value;
  };
}

/** The guards outside which the expression is nothing; undefined where there are none. */
function pull(expr: Expr, rule: Rule, dtype: ComputeNode["dtype"]): Pulled | undefined {
  switch (expr.kind) {
    case "select":
      return pullFromSelect(expr, rule, dtype);
    case "convert": {
      // A guard as a number is 1 where it holds.
      if (expr.operand.kind === "guard" && rule.isNothing({ kind: "constant", dtype, value: 0 })) {
        const one: Expr = { kind: "constant", dtype: expr.to, value: 1 };
        return { guards: [expr.operand.guard], body: one };
      }
      if (!rule.throughProducts) return undefined;
      const pulled = pull(expr.operand, rule, dtype);
      return pulled && { ...pulled, body: { ...expr, operand: pulled.body } };
    }
    case "apply":
      if (!rule.throughProducts) return undefined;
      if (expr.fn === "multiply") return pullFromOperands(expr, expr.operands.length, rule, dtype);
      if (expr.fn === "negate" || expr.fn === "divide") return pullFromOperands(expr, 1, rule, dtype);
      return undefined;
    default:
      return undefined;
  }
}

function pullFromSelect(
  expr: Expr & { kind: "select" },
  rule: Rule,
  dtype: ComputeNode["dtype"],
): Pulled | undefined {
  const { guards, rest } = splitCondition(expr.condition);
  if (guards.length > 0 && rule.isNothing(expr.otherwise)) {
    const inner: Expr = rest.length === 0 ? expr.then : { ...expr, condition: conjunction([], rest) };
    return joined(guards, inner, rule, dtype);
  }
  const negated = rest.length === 0 ? negationOf(guards) : [];
  if (negated.length > 0 && rule.isNothing(expr.then)) return joined(negated, expr.otherwise, rule, dtype);
  return undefined;
}

function joined(guards: readonly Guard[], inner: Expr, rule: Rule, dtype: ComputeNode["dtype"]): Pulled {
  const deeper = pull(inner, rule, dtype);
  return { guards: [...guards, ...(deeper?.guards ?? [])], body: deeper?.body ?? inner };
}

function pullFromOperands(
  expr: Expr & { kind: "apply" },
  count: number,
  rule: Rule,
  dtype: ComputeNode["dtype"],
): Pulled | undefined {
  const guards: Guard[] = [];
  const operands = expr.operands.map((operand, place) => {
    const pulled = place < count ? pull(operand, rule, dtype) : undefined;
    guards.push(...(pulled?.guards ?? []));
    return pulled?.body ?? operand;
  });
  return guards.length === 0 ? undefined : { guards, body: { ...expr, operands } };
}
