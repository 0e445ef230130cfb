import { report, type Diagnostic } from "../diagnostics/index.ts";
import { dtypeOf, withLocal, type DtypeScope } from "../graph/dtype-of.ts";
import type { Expr } from "../graph/expr.ts";
import type { Graph, Node, Program } from "../graph/graph.ts";
import { childrenOf } from "../graph/visit.ts";

/**
 * What would need more of half precision than storage, which parameters have. JavaScript has no array of f16 in all
 * hosts, and WebAssembly no arithmetic in it.
 */
export function checkHalves(program: Program): readonly Diagnostic[] {
  return Object.values(program.entries).flatMap((graph) => {
    // What comes in or goes out as f16 is why the nodes between compute in it.
    const crossing = faults(graph, crossingFault);
    return crossing.length > 0 ? crossing : faults(graph, arithmeticFault);
  });
}

type Fault = (node: Node, graph: Graph) => string | undefined;

function faults(graph: Graph, faultOf: Fault): readonly Diagnostic[] {
  return graph.nodes.flatMap((node) => {
    const message = faultOf(node, graph);
    return message === undefined ? [] : [report("DLC5002", { message, span: node.span, help: [repair] })];
  });
}

const repair = "compute in f32: parameters may be f16, and are read with `real(…)`";

function crossingFault(node: Node, { outputs }: Graph): string | undefined {
  if (node.dtype !== "f16") return undefined;
  if (node.kind === "input")
    return `the input \`${node.name}\` is f16, and modules take no numbers in half precision`;
  const output = outputs.find((one) => one.node === node.name);
  return output && `the output \`${output.name}\` is f16, and modules give no numbers in half precision`;
}

function arithmeticFault(node: Node, { nodes }: Graph): string | undefined {
  const message = "this computes in f16, which WebAssembly can't";
  if (node.kind === "constant" && node.dtype === "f16") return message;
  if (node.kind !== "compute" && node.kind !== "scatter") return undefined;
  const scope: DtypeScope = { node: (name) => nodes.find((one) => one.name === name)?.dtype };
  const reduces = node.dtype === "f16" && (node.kind === "scatter" || node.reduce !== undefined);
  return reduces || computesHalves(node.body, scope) ? message : undefined;
}

/** Moving numbers and widening them is all that is done to them without rounding. */
function computesHalves(expr: Expr, scope: DtypeScope): boolean {
  if (expr.kind === "let") {
    const value = dtypeOf(expr.value, scope);
    const inner = value === undefined ? scope : withLocal(scope, expr.name, value);
    return computesHalves(expr.value, scope) || computesHalves(expr.body, inner);
  }
  const children = childrenOf(expr);
  const made = expr.kind === "convert" || expr.kind === "constant" || expr.kind === "reduce";
  if (made && dtypeOf(expr, scope) === "f16") return true;
  if (expr.kind === "apply" && children.some((child) => dtypeOf(child, scope) === "f16")) return true;
  return children.some((child) => computesHalves(child, scope));
}
