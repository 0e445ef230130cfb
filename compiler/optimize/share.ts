import { freshName } from "../graph/fresh-name.ts";
import type { Expr } from "../graph/expr.ts";
import { exprTable } from "../graph/expr-table.ts";
import type { Graph } from "../graph/graph.ts";
import { childrenOf } from "../graph/visit.ts";
import { bindInBranches } from "./bind-at-meeting.ts";
import { localNamesOf } from "./body.ts";
import { ownCost } from "./cost.ts";
import { isSymmetric } from "./expr-key.ts";
import { rewriteNodes, untagged } from "./rewriting.ts";

/** What stands in a body more than once, and computes something, is computed once: (x − μ)·(x − μ) subtracts once. */
export function share(graph: Graph): Graph {
  return rewriteNodes(graph, (node) => {
    const taken = localNamesOf(node.body);
    const { intern, idOf } = exprTable(isSymmetric);
    const facts = factsTable();
    const whole = intern(node.body);
    let body = whole;
    const tried = new Set<Expr>();
    for (;;) {
      const repeated = mostCostly(body, tried, facts);
      if (repeated === undefined) break;
      tried.add(repeated.expr);
      const id = idOf(repeated.expr);
      const isSame = (expr: Expr): boolean => idOf(expr) === id;
      body = intern(bindInBranches(body, isSame, repeated.expr, () => freshName("shared", taken)));
    }
    return body === whole ? node : { ...untagged(node), body };
  });
}

/** What is asked of an expression again and again; of equal ones, which are one object, once. */
interface Facts {
  readonly cost: number;
  readonly hasLet: boolean;
}

function factsTable(): (expr: Expr) => Facts {
  const known = new Map<Expr, Facts>();
  const factsOf = (expr: Expr): Facts => {
    const old = known.get(expr);
    if (old !== undefined) return old;
    const children = childrenOf(expr).map(factsOf);
    const facts = {
      cost: ownCost(expr, () => children.reduce((sum, { cost }) => sum + cost, 0)),
      hasLet: expr.kind === "let" || children.some(({ hasLet }) => hasLet),
    };
    known.set(expr, facts);
    return facts;
  };
  return factsOf;
}

interface Repeated {
  readonly expr: Expr;
  readonly times: number;
}

/** The costliest repeated part that has not been tried, in a body in which equal parts are one object. */
function mostCostly(
  body: Expr,
  tried: ReadonlySet<Expr>,
  factsOf: (expr: Expr) => Facts,
): Repeated | undefined {
  // Each part once, after its own parts.
  const order = new Set<Expr>();
  const visit = (expr: Expr): void => {
    if (order.has(expr)) return;
    for (const child of childrenOf(expr)) visit(child);
    order.add(expr);
  };
  visit(body);
  const parts = [...order];
  const times = new Map([[body, 1]]);
  for (const expr of parts.toReversed()) {
    const own = times.get(expr) ?? 0;
    for (const child of childrenOf(expr)) times.set(child, (times.get(child) ?? 0) + own);
  }
  let best: Repeated | undefined;
  for (const expr of parts) {
    const { cost, hasLet } = factsOf(expr);
    const own = times.get(expr) ?? 0;
    // A let, or what holds one, would bind its name twice.
    if (own < 2 || cost === 0 || hasLet || tried.has(expr)) continue;
    if (best === undefined || cost > factsOf(best.expr).cost) best = { expr, times: own };
  }
  return best;
}
