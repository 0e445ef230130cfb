import type { Graph, Node, Scan } from "./graph.ts";
import type { Form } from "../integers/index.ts";
import { axesOf, axesOfForm, operandsOf } from "./visit.ts";

/** Which of a graph's nodes are computed in each turn of which scan. */
export interface Regions {
  /** The turn of the innermost scan that a node belongs to; undefined for what is computed once. */
  readonly regionOf: (node: string) => string | undefined;
  /** The turn of the scan in each of whose turns another scan is run from its beginning. */
  readonly around: (turn: string) => string | undefined;
  /** Every turn on which a node depends. */
  readonly turnsOf: (node: string) => ReadonlySet<string>;
}

/** Membership by dependence: what mentions a turn or reads a member is a member; `last` and `stack` lead outside. */
export function regionsOf(graph: Graph): Regions {
  const scans = graph.scans ?? [];
  const turns = new Map<string, Set<string>>();
  const outer = new Map<string, Set<string>>();
  if (scans.length === 0) {
    const none: ReadonlySet<string> = new Set();
    return { regionOf: () => undefined, around: () => undefined, turnsOf: () => none };
  }
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const turnsIn = (name: string): ReadonlySet<string> => turns.get(name) ?? new Set();
  const names = new Set(scans.map(({ turn }) => turn));
  const outside = ({ turn, carries }: Scan, more: readonly string[]): Set<string> => {
    const inside = [...carries.flatMap(({ current, next }) => [current, next]), ...more];
    const all = new Set([...(outer.get(turn) ?? []), ...inside.flatMap((name) => [...turnsIn(name)])]);
    all.delete(turn);
    outer.set(turn, all);
    return all;
  };
  for (const node of graph.nodes) {
    if (node.kind === "last" || node.kind === "stack") {
      const scan = scans.find(({ turn }) => turn === node.turn);
      if (scan !== undefined) turns.set(node.name, new Set(outside(scan, [node.of])));
      continue;
    }
    const own = new Set(operandsOf(node).flatMap((name) => [...turnsIn(name)]));
    for (const turn of mentionedTurns(node)) if (names.has(turn)) own.add(turn);
    turns.set(node.name, own);
  }
  // What a scan takes into its next turn may be computed where nobody looks.
  for (const scan of scans) outside(scan, []);
  const depthOf = (turn: string, seen: readonly string[] = []): number => {
    if (seen.includes(turn)) throw new Error(`bug: the scan ${turn} of ${graph.name} is run in itself`);
    const depths = [...(outer.get(turn) ?? [])].map((each) => depthOf(each, [...seen, turn]));
    return 1 + Math.max(0, ...depths);
  };
  const depths = new Map(scans.map(({ turn }) => [turn, depthOf(turn)]));
  const innermost = (all: ReadonlySet<string>): string | undefined =>
    [...all].reduce<string | undefined>(
      (best, turn) => (best === undefined || (depths.get(turn) ?? 0) > (depths.get(best) ?? 0) ? turn : best),
      undefined,
    );
  const regions = new Map([...nodes.keys()].map((name) => [name, innermost(turnsIn(name))]));
  const around = new Map([...outer].map(([turn, all]) => [turn, innermost(all)]));
  return { regionOf: (name) => regions.get(name), around: (turn) => around.get(turn), turnsOf: turnsIn };
}

/** The turns that a node speaks of itself: axes that it has not. */
export function mentionedTurns(node: Node): readonly string[] {
  if (node.kind === "carry") return [node.turn];
  if (node.kind !== "compute" && node.kind !== "scatter") return [];
  const forms: readonly Form[] = [
    ...node.domain.map(({ form }) => form),
    ...(node.kind === "scatter" ? node.at : []),
  ];
  const own = new Set(node.axes.map(({ name }) => name));
  if (node.kind === "compute") for (const { name } of node.reduce?.axes ?? []) own.add(name);
  const mentioned = [...forms.flatMap((form) => [...axesOfForm(form)]), ...axesOf(node.body)];
  return mentioned.filter((name) => !own.has(name));
}
