import { dtypeOf } from "../graph/dtype-of.ts";
import type { Axis, Expr } from "../graph/expr.ts";
import { freshName } from "../graph/fresh-name.ts";
import type { Graph, Node, Scan } from "../graph/graph.ts";
import { printExpr } from "../graph/print.ts";
import { dimRangeOf, rangeWithAxes } from "../graph/ranges.ts";
import type { Form, RangeOf } from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import { nesting, type Nesting } from "./nesting.ts";

/** The graph that `differentiate` makes, while it grows. */
export interface Building {
  /** The nodes so far, by name, in their order. */
  readonly nodes: ReadonlyMap<string, Node>;
  readonly add: (node: Node) => void;
  /** A name that no node has, beginning with `base`. */
  readonly freshName: (base: string) => string;
  /** Names that no axis may take, since dims and turns have them. */
  readonly dims: ReadonlySet<string>;
  readonly dimRange: RangeOf;
  /** Nodes that were made for a node and serve every gradient through it, `argmax` of a `max`, by what they are. */
  readonly helpers: Map<string, string>;
  readonly scans: readonly OpenScan[];
  /** Adds a scan that is run in each turn of `around`, or once. */
  readonly addScan: (wished: string, extent: Form, around: string | undefined) => OpenScan;
  readonly nesting: Nesting;
}

export interface OpenScan extends Scan {
  readonly carries: { readonly current: string; next: string }[];
}

export function startBuilding(graph: Graph): Building {
  const taken = new Set(graph.nodes.map((node) => node.name));
  const nodes = new Map<string, Node>();
  const scans: OpenScan[] = (graph.scans ?? []).map((scan) => ({
    ...scan,
    carries: scan.carries.map((carry) => ({ ...carry })),
  }));
  const dims = new Set([...graph.dims.map((dim) => dim.name), ...scans.map(({ turn }) => turn)]);
  const ranges = dimRangeOf(graph);
  const around = new Map<string, string | undefined>();
  return {
    nodes,
    add: (node) => nodes.set(node.name, node),
    freshName: (base) => freshName(base, taken),
    dims,
    // Scans come while the graph grows.
    dimRange: (atom) =>
      rangeWithAxes(
        scans.map(({ turn, extent }) => ({ name: turn, extent })),
        ranges,
      )(atom),
    helpers: new Map(),
    scans,
    addScan: (wished, extent, outer) => {
      const scan: OpenScan = {
        turn: freshName(`${wished.replace(/\$.*$/, "")}$`, dims),
        extent,
        carries: [],
      };
      scans.push(scan);
      around.set(scan.turn, outer);
      return scan;
    },
    nesting: nesting(graph, nodes, around),
  };
}

export function nodeOf(building: Building, name: string): Node {
  const node = building.nodes.get(name);
  if (node === undefined) throw new Error(`bug: ${name} is no node before`);
  return node;
}

/** The dtype of an expression over the nodes so far. */
export function dtypeIn(building: Building, expr: Expr): Dtype {
  const dtype = dtypeOf(expr, { node: (name) => building.nodes.get(name)?.dtype });
  if (dtype === undefined) throw new Error(`bug: ${printExpr(expr)} has no dtype`);
  return dtype;
}

/** Names for new axes that are neither those of dims nor of the axes given. */
export function axisNames(
  building: Building,
  ...taken: readonly (readonly Axis[])[]
): (base: string) => string {
  const names = new Set([...building.dims, ...taken.flat().map((axis) => axis.name)]);
  // `t#2` counts on from `t`, and `t#2#2` would be hard to read.
  return (base) => freshName(base.replace(/#\d+$/, ""), names);
}
