import type { Graph } from "../graph/graph.ts";
import { printGraph } from "../graph/print.ts";
import { verify } from "../graph/verify.ts";
import { boundNodes } from "./bound-nodes.ts";
import { compact } from "./compact.ts";
import { cse } from "./cse.ts";
import { dce } from "./dce.ts";
import { factorOut } from "./factor-out.ts";
import { fold } from "./fold.ts";
import { hoist } from "./hoist.ts";
import { inline } from "./inline.ts";
import { joinAxes } from "./join-axes.ts";
import { keySums } from "./key-sums.ts";
import { liftReductions } from "./lift-reductions.ts";
import { liftTurns } from "./lift-turns.ts";
import { pullGuards } from "./pull-guards.ts";
import { readStored } from "./read-stored.ts";
import { recognise } from "./recognise.ts";
import { resolveLets } from "./resolve-lets.ts";
import { share } from "./share.ts";
import { simplify } from "./simplify.ts";
import { solveGuards } from "./solve-guards.ts";
import { splitPrefixes } from "./split-prefixes.ts";
import { split } from "./split-axes.ts";
import { splitOutputs } from "./split-outputs.ts";

/** A step from graph to graph of the same meaning. It never changes its input. */
export interface Pass {
  /** Also what `--print-after` calls it. */
  readonly name: string;
  readonly description: string;
  readonly run: (graph: Graph) => Graph;
}

const lets: Pass = {
  name: "lets",
  description: "the value of a let where it is used, if that costs nothing",
  run: resolveLets,
};
const reductions: Pass = {
  name: "reductions",
  description: "each reduction a node of its own",
  run: liftReductions,
};
const guards: Pass = {
  name: "guards",
  description: "guards out of bodies into domains",
  run: pullGuards,
};
const simplification: Pass = {
  name: "simplify",
  description: "index forms by their ranges, decided guards and choices, neutral operands",
  run: simplify,
};
const folding: Pass = { name: "fold", description: "constants computed", run: fold };
const inlining: Pass = {
  name: "inline",
  description: "movement into subscripts, cheap producers into their consumers",
  run: inline,
};
const solving: Pass = {
  name: "solve",
  description: "reduction axes that an equality in the domain fixes",
  run: solveGuards,
};
const splitting: Pass = {
  name: "split",
  description: "reduction axes split where subscripts divide them",
  run: split,
};
const factors: Pass = {
  name: "factors",
  description: "factors free of the reduction axes out of sums",
  run: factorOut,
};
const hoisting: Pass = {
  name: "hoist",
  description: "subexpressions over fewer axes as nodes of their own",
  run: hoist,
};
const lifting: Pass = {
  name: "turns",
  description: "what depends on no carry of its scan computed for all turns at once",
  run: liftTurns,
};
const keys: Pass = {
  name: "keys",
  description: "sums of the terms that have a key as scatters of all terms",
  run: keySums,
};
const prefixes: Pass = {
  name: "prefix",
  description: "running sums of sums as running sums of what each place adds",
  run: splitPrefixes,
};
const sharing: Pass = {
  name: "share",
  description: "what stands in a body twice bound by a let",
  run: share,
};
const commoning: Pass = { name: "cse", description: "equal nodes joined", run: cse };
const pruning: Pass = { name: "dce", description: "nodes that no output needs dropped", run: dce };
const joining: Pass = {
  name: "join",
  description: "reduction axes that stand together everywhere as one",
  run: joinAxes,
};
const outputs: Pass = {
  name: "outputs",
  description: "sums whose subscripts divide parallel axes as sums that need not, by digits or by phases",
  run: splitOutputs,
};
const compaction: Pass = {
  name: "compact",
  description: "sums with what is zero but for one place a window as sums over these places",
  run: compact,
};
const storing: Pass = {
  name: "stored",
  description: "sums of what another node holds read it there",
  run: readStored,
};
const bounding: Pass = {
  name: "bounds",
  description: "run-time bounds of what is read or wanted for what is computed",
  run: boundNodes,
};
const recognition: Pass = {
  name: "recognise",
  description: "contractions, convolutions, windows and rows tagged",
  run: recognise,
};

/**
 * What brings a graph into normal form; also run before and after differentiation, which needs it and breaks it.
 *
 * Lets go first, since they hide the shape of an expression from every later rule. Reductions are lifted next, so that
 * the rest sees bodies without them. Simplification needs a whole body, and decides the guards that `guards` then need
 * not carry; what `guards` moves into a domain makes further forms and guards known, which the next round sees, and
 * equalities there are solved before anything is made of axes that they do away with. Splitting divides axes before factors are looked at, because a factor may be free of a digit of an axis only.
 */
const normalizePasses: readonly Pass[] = [
  lets,
  reductions,
  simplification,
  guards,
  solving,
  splitting,
  factors,
];

/**
 * Normal form, then what makes less of it. Constants are folded before inlining weighs what a body costs. Inlining
 * comes before hoisting: it brings together what stands for one value per channel, which hoisting then takes out as
 * one node. Then what no carry has a part in goes out of scans. What is then left twice in a body is bound by a let; earlier, lets would hide it. Equal nodes are joined when they are as small as they get, and dead ones dropped last.
 */
const optimizePasses: readonly Pass[] = [
  ...normalizePasses,
  folding,
  inlining,
  hoisting,
  lifting,
  sharing,
  commoning,
  pruning,
];

/**
 * Run once, when no other pass finds anything to do: a sum by keys is a scatter from then on, what is joined, split or
 * made compact stays so, and what is read where it is stored is not put back. Recognition is last: it holds on the final form only.
 */
const lastPasses: readonly Pass[] = [
  keys,
  prefixes,
  joining,
  outputs,
  compaction,
  storing,
  pruning,
  bounding,
  recognition,
];

/** Every pass once, in order: the names for `--print-after`. */
export const passes: readonly Pass[] = [...new Set([...optimizePasses, ...lastPasses])];

export interface OptimizeOptions {
  /** Holds the graph against the rules of `verify` after each pass; a violation is a bug and thrown. */
  readonly verify?: boolean;
  /** Sees the graph after each pass. */
  readonly observe?: (pass: Pass, graph: Graph) => void;
}

/** Normal form of a graph as it was elaborated or differentiated. */
export function normalize(graph: Graph, options: OptimizeOptions = {}): Graph {
  return untilUnchanged(graph, normalizePasses, options);
}

/** The graph that the planner gets: in normal form, as small as the passes make it, each node tagged. */
export function optimize(graph: Graph, options: OptimizeOptions = {}): Graph {
  let current = untilUnchanged(graph, optimizePasses, options);
  for (const pass of lastPasses) current = runPass(current, pass, options);
  return current;
}

/** One pass may open the way for an earlier one, so the list is run until nothing changes: two to five rounds. */
const mostRounds = 24;

function untilUnchanged(graph: Graph, list: readonly Pass[], options: OptimizeOptions): Graph {
  let current = graph;
  for (let round = 0; round < mostRounds; round += 1) {
    const before = current;
    for (const pass of list) current = runPass(current, pass, options);
    if (current === before || sameText(current, before)) return current;
  }
  throw new Error(`bug: the passes over ${graph.name} do not come to rest`);
}

/** A pass may rebuild a node and change nothing in it. */
function sameText(a: Graph, b: Graph): boolean {
  return a.nodes.length === b.nodes.length && printGraph(a) === printGraph(b);
}

function runPass(graph: Graph, pass: Pass, options: OptimizeOptions): Graph {
  const result = pass.run(graph);
  if (options.verify === true && result !== graph) {
    const [violation] = verify(result, { normal: false });
    if (violation !== undefined) throw new Error(`bug: after ${pass.name}: ${violation}`);
  }
  options.observe?.(pass, result);
  return result;
}
