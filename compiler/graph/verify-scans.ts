import { equalForms, type Form } from "../integers/index.ts";
import type { CarryNode, Graph, LastNode, Node, Scan, StackNode } from "./graph.ts";
import { regionsOf } from "./regions.ts";
import { rootsOf } from "./visit.ts";

/** What is wrong with the scans of a graph: with what goes from turn to turn, and with who looks inside from outside. */
export function scanViolations(graph: Graph): readonly string[] {
  const scans = new Map((graph.scans ?? []).map((scan) => [scan.turn, scan]));
  const found: string[] = [];
  if (scans.size < (graph.scans ?? []).length) found.push(`${graph.name}: two scans have one turn`);
  const known = new Map<string, Node>();
  for (const node of graph.nodes) {
    if (isOfScan(node)) {
      const scan = scans.get(node.turn);
      const message = scan === undefined ? `there is no scan ${node.turn}` : violationOf(node, scan, known);
      if (message !== undefined) found.push(`${node.name}: ${message}`);
    }
    known.set(node.name, node);
  }
  for (const scan of scans.values()) {
    for (const { current, next } of scan.carries) {
      const [carry, after] = [known.get(current), known.get(next)];
      if (carry?.kind !== "carry" || carry.turn !== scan.turn)
        found.push(`${graph.name}: ${current} is no carry of ${scan.turn}`);
      else if (after === undefined) found.push(`${graph.name}: ${next} is no node`);
      else if (!alike(carry, after)) found.push(`${current}: its next value has another dtype or shape`);
    }
  }
  if (found.length > 0 || scans.size === 0) return found;
  return [...found, ...regionViolations(graph, scans)];
}

function isOfScan(node: Node): node is CarryNode | LastNode | StackNode {
  return "turn" in node;
}

function violationOf(
  node: CarryNode | LastNode | StackNode,
  { turn, extent, carries }: Scan,
  known: ReadonlyMap<string, Node>,
): string | undefined {
  const of = known.get(node.of);
  if (of === undefined) return `${node.of} is no node before`;
  const late = carries.find(({ current, next }) => !known.has(current) || !known.has(next));
  switch (node.kind) {
    case "carry":
      if (carries.filter(({ current }) => current === node.name).length !== 1)
        return `the scan ${turn} does not carry it once`;
      return alike(node, of) ? undefined : "its first value has another dtype or shape";
    case "last":
      if (of.kind !== "carry" || of.turn !== turn) return `${of.name} is no carry of ${turn}`;
      if (late !== undefined) return `${late.next} stands after what the scan results in`;
      return alike(node, of) ? undefined : "the carry has another dtype or shape";
    case "stack": {
      if (late !== undefined) return `${late.next} stands after what the scan results in`;
      const fits = node.dtype === of.dtype && sameSizes(node.shape, [extent, ...of.shape]);
      return fits ? undefined : "it is no turn's value for each turn";
    }
    default:
      return node satisfies never;
  }
}

function alike(a: Node, b: Node): boolean {
  return a.dtype === b.dtype && sameSizes(a.shape, b.shape);
}

function sameSizes(a: readonly Form[], b: readonly Form[]): boolean {
  return a.length === b.length && a.every((extent, at) => equalForms(extent, b[at] ?? extent));
}

/** First values do not depend on the scan, results are no members, and scans are nested or apart. */
function regionViolations(graph: Graph, scans: ReadonlyMap<string, Scan>): readonly string[] {
  const { turnsOf, around } = regionsOf(graph);
  const found: string[] = [];
  const next = new Set([...scans.values()].flatMap(({ carries }) => carries.map((carry) => carry.next)));
  for (const name of rootsOf(graph)) {
    if (!next.has(name) && turnsOf(name).size > 0)
      found.push(`${name}: it has a value in each turn, and is no result of the graph`);
  }
  for (const node of graph.nodes) {
    if (node.kind === "carry" && turnsOf(node.of).has(node.turn))
      found.push(`${node.name}: its first value depends on the turn`);
    const own = [...turnsOf(node.name)];
    const nested = (turn: string): boolean => {
      const outer = around(turn);
      return outer !== undefined && (own.includes(outer) || nested(outer));
    };
    if (own.length > 1 && own.filter((turn) => !nested(turn)).length > 1)
      found.push(`${node.name}: it depends on the turns of scans that are not in each other`);
  }
  return found;
}
