import type { Axis } from "../graph/expr.ts";
import type { Node, Scan, Update } from "../graph/graph.ts";

/** Collects the nodes of one graph under unique names. */
export interface GraphBuilder {
  readonly nodes: Node[];
  readonly scans: OpenScan[];
  /** By its name. */
  readonly node: (name: string) => Node;
  /** Adds a node under the wished name, or that name with a number; answers the name. */
  readonly add: (wished: string, make: (name: string) => Node) => string;
  /** Adds a scan, whose turn is named after the wished name. */
  readonly addScan: (wished: string, extent: Scan["extent"]) => OpenScan;
  /** As `add`, but only the first time that it is asked for this key. */
  readonly once: (key: string, wished: string, make: (name: string) => Node) => string;
}

export interface OpenScan extends Scan {
  readonly carries: { readonly current: string; readonly next: string }[];
  /** The states that something in its turns changes. */
  readonly changed: Set<string>;
  /** Those of them that have been met. */
  readonly states: Map<string, CarriedState>;
}

/** A state as it is kept between calls. */
export type StateRef = Pick<Update, "kind" | "path">;

/** A state that goes from turn to turn. */
export interface CarriedState {
  readonly state: StateRef;
  /** The carry: what it is before the turn. */
  readonly current: string;
  /** What the last application so far has left. */
  latest: string;
  /** The turns of the scans around the scan. */
  readonly outer: readonly Axis[];
}

export function graphBuilder(): GraphBuilder {
  const nodes: Node[] = [];
  const scans: OpenScan[] = [];
  const byName = new Map<string, Node>();
  const taken = new Set<string>();
  const known = new Map<string, string>();
  const lastNumber = new Map<string, number>();
  const add: GraphBuilder["add"] = (wished, make) => {
    let name = wished;
    for (let number = lastNumber.get(wished) ?? 1; taken.has(name);) {
      number += 1;
      lastNumber.set(wished, number);
      name = `${wished}_${number}`;
    }
    taken.add(name);
    const node = make(name);
    nodes.push(node);
    byName.set(name, node);
    return name;
  };
  const once: GraphBuilder["once"] = (key, wished, make) => {
    const old = known.get(key);
    if (old !== undefined) return old;
    const name = add(wished, make);
    known.set(key, name);
    return name;
  };
  const addScan: GraphBuilder["addScan"] = (wished, extent) => {
    // No index has a `$` in its name.
    let turn = `${wished}$`;
    for (let number = 2; scans.some((scan) => scan.turn === turn); number++) turn = `${wished}$${number}`;
    const scan = {
      turn,
      extent,
      carries: [],
      changed: new Set<string>(),
      states: new Map<string, CarriedState>(),
    };
    scans.push(scan);
    return scan;
  };
  const node: GraphBuilder["node"] = (name) => {
    const found = byName.get(name);
    if (found === undefined) throw new Error(`bug: there is no node ${name}`);
    return found;
  };
  return { nodes, scans, node, add, addScan, once };
}
