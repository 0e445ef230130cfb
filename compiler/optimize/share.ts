import { freshName } from "../graph/fresh-name.ts";
import type { Expr } from "../graph/expr.ts";
import type { Graph } from "../graph/graph.ts";
import { childrenOf } from "../graph/visit.ts";
import { bindAtMeeting } from "./bind-at-meeting.ts";
import { localNamesOf } from "./body.ts";
import { costOfExpr } from "./cost.ts";
import { keyOfExpr } from "./expr-key.ts";
import { rewriteNodes, untagged } from "./rewriting.ts";

/** What stands in a body more than once, and computes something, is computed once: (x − μ)·(x − μ) subtracts once. */
export function share(graph: Graph): Graph {
  return rewriteNodes(graph, (node) => {
    let body = node.body;
    const taken = localNamesOf(body);
    const given = new Set<string>();
    for (;;) {
      const repeated = mostCostly(body, given);
      if (repeated === undefined) break;
      given.add(repeated.key);
      const isSame = (expr: Expr): boolean => keyOfExpr(expr) === repeated.key;
      const name = freshName("shared", taken);
      body = bindAtMeeting(body, isSame, repeated.times, { name, value: repeated.expr }) ?? body;
    }
    return body === node.body ? node : { ...untagged(node), body };
  });
}

interface Repeated {
  readonly key: string;
  readonly expr: Expr;
  readonly times: number;
}

/** The costliest repeated part that has not been tried. */
function mostCostly(body: Expr, tried: ReadonlySet<string>): Repeated | undefined {
  const found = new Map<string, { expr: Expr; times: number }>();
  const collect = (expr: Expr): void => {
    // A let, or what holds one, would bind its name twice.
    for (const child of childrenOf(expr)) collect(child);
    if (costOfExpr(expr) === 0 || localNamesOf(expr).size > 0) return;
    const key = keyOfExpr(expr);
    const old = found.get(key);
    if (old === undefined) found.set(key, { expr, times: 1 });
    else old.times += 1;
  };
  collect(body);
  let best: Repeated | undefined;
  for (const [key, { expr, times }] of found) {
    if (times < 2 || tried.has(key)) continue;
    if (best === undefined || costOfExpr(expr) > costOfExpr(best.expr)) best = { key, expr, times };
  }
  return best;
}
