import { copyAt } from "../graph/build.ts";
import type { ComputeNode, Graph, InputNode, Node } from "../graph/graph.ts";
import { regionsOf } from "../graph/regions.ts";
import { withScans, withTurn } from "./scans-apart.ts";
import { mapForms, mapGuard, operandsOf, renameOperandsOf, rewriteExpr, visitExpr } from "../graph/visit.ts";
import { atomForm, axis, dim, substitute, zero, type Form } from "../integers/index.ts";

/** The numbers of the rows of a batch: an input of whatever makes examples. */
export const rowsInput = "$rows";

/** A function from whole sources to all examples, taken apart. */
export interface ByRows {
  /**
   * The examples of some rows. What it takes as a whole (sources, and values that only depend on them) is kept from one
   * call to the next.
   */
  readonly batch: Graph;
  /** What does not change from batch to batch; `batch` takes its outputs under their names. */
  readonly once: Graph;
  /** By the name of a source, the inputs of `batch` that take its rows of the batch or all of it. */
  readonly sources: ReadonlyMap<string, { readonly row?: string; readonly whole?: string }>;
}

/**
 * From outputs with `rows` entries to those of a batch alone. A value that is read at the row of the example is computed
 * for these rows; one that is read elsewhere (a mean over all rows, a neighbour) is needed whole, and is computed once
 * unless it is drawn anew each time. Draws are counted by row, so that an example does not depend on its batch.
 * `prefix` tells the values that are computed once from those of another graph.
 */
export function byRows(graph: Graph, rows: Form, prefix: string): ByRows {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const nodeOf = (name: string): Node => {
    const node = nodes.get(name);
    if (node === undefined) throw new Error(`bug: ${graph.name} has no node ${name}`);
    return node;
  };
  const count = batchDim(graph.dims.map(({ name }) => name));
  const made = new Map<string, Node>();
  const once = { nodes: new Map<string, Node>(), outputs: new Map<string, string>() };
  const sources = new Map<string, { row?: string; whole?: string }>();
  const [batchNext, onceNext] = [new Map<string, string>(), new Map<string, string>()];

  const add = (node: Node): string => {
    if (!made.has(node.name)) made.set(node.name, node);
    return node.name;
  };
  const { turnsOf } = regionsOf(graph);
  const isInTurn = (name: string): boolean => turnsOf(name).size > 0;
  const nextOf = new Map(
    (graph.scans ?? []).flatMap(({ carries }) =>
      carries.map(({ current, next }) => [current, next] as const),
    ),
  );
  const drawn = drawnNodes(graph.nodes, nextOf);
  const takeSource = (node: InputNode, kind: "row" | "whole"): string => {
    const name = kind === "row" ? `${node.name}.rows` : node.name;
    sources.set(node.name, { ...sources.get(node.name), [kind]: name });
    const shape = kind === "row" ? [dim(count), ...node.shape.slice(1)] : node.shape;
    return add({ ...node, name, shape, ...(kind === "whole" && { kept: true }) });
  };
  const onceNode = (name: string): string => {
    const known = `${prefix}.${name}`;
    const node = nodeOf(name);
    if (node.kind === "input") {
      once.nodes.set(name, node);
      return name;
    }
    if (!once.nodes.has(known)) {
      const names = new Map(operandsOf(node).map((operand) => [operand, onceNode(operand)]));
      once.nodes.set(known, withTurn({ ...renameOperandsOf(node, names), name: known }, graph, prefix));
      const next = nextOf.get(name);
      if (next !== undefined) onceNext.set(known, onceNode(next));
    }
    return known;
  };
  const whole = (name: string): string => {
    const node = nodeOf(name);
    if (node.kind === "input") return takeSource(node, "whole");
    if (node.kind === "constant") return add(node);
    // A number that is written there costs nothing anew.
    if (node.kind === "compute" && node.shape.length === 0 && operandsOf(node).length === 0 && !draws(node))
      return add(node);
    // What one turn computes is computed beside who reads it there.
    if (!drawn.has(name) && !isInTurn(name)) {
      const input = onceNode(name);
      once.outputs.set(input, input);
      const { dtype, shape } = node;
      return add({ kind: "input", name: input, dtype, shape, kept: true });
    }
    if (made.has(name)) return name;
    const names = new Map(operandsOf(node).map((operand) => [operand, whole(operand)]));
    add(renameOperandsOf(node, names));
    const next = nextOf.get(name);
    if (next !== undefined) batchNext.set(name, whole(next));
    return name;
  };
  /** The axis of the rows; undefined where a value has none. The turns of a scan come before it in what they stack. */
  const rowAxis = (name: string): number | undefined => {
    const node = nodeOf(name);
    if (node.kind === "stack") {
      const inside = rowAxis(node.of);
      return inside === undefined ? undefined : inside + 1;
    }
    const mayHave =
      node.kind === "input" || node.kind === "compute" || node.kind === "carry" || node.kind === "last";
    return mayHave && node.shape[0]?.key === rows.key ? 0 : undefined;
  };
  const ofBatch = (name: string): string => {
    const node = nodeOf(name);
    if (node.kind === "input") return takeSource(node, "row");
    const own = `${name}.rows`;
    if (made.has(own)) return own;
    if (
      (node.kind === "carry" || node.kind === "last" || node.kind === "stack") &&
      rowAxis(name) !== undefined
    ) {
      const place = rowAxis(name);
      const shape = node.shape.map((size, axis) => (axis === place ? dim(count) : size));
      // What it begins with or comes of has the same rows.
      add({ ...node, name: own, shape, of: ofBatch(node.of) });
      const next = nextOf.get(name);
      if (next !== undefined) batchNext.set(own, ofBatch(next));
      return own;
    }
    return add({ ...rewriteRows(node.kind === "compute" ? node : readAll(node)), name: own });
  };
  const rewriteRows = (node: ComputeNode): ComputeNode => {
    const [first] = node.axes;
    if (first === undefined) throw new Error(`bug: ${node.name} has no rows`);
    const place = axis(first.name);
    const row = atomForm({ kind: "read", operand: rowsInput, at: [place], low: zero, high: rows });
    /** What a read becomes, its subscripts in terms of the batch. */
    const target = (operand: string, at: readonly Form[]): { operand: string; at: readonly Form[] } => {
      if (operand === rowsInput) return { operand, at };
      const own = rowAxis(operand);
      if (own !== undefined && at[own]?.key === row.key)
        return { operand: ofBatch(operand), at: at.map((form, axis) => (axis === own ? place : form)) };
      return { operand: whole(operand), at };
    };
    const form = (old: Form): Form =>
      substitute(old, (atom) => {
        if (atom.kind === "axis") return atom.name === first.name ? row : undefined;
        if (atom.kind !== "read" || atom.operand === rowsInput) return undefined;
        return atomForm({ ...atom, ...target(atom.operand, atom.at.map(form)) });
      });
    const shape = [dim(count), ...node.shape.slice(1)];
    return {
      ...node,
      shape,
      axes: node.axes.map((own, number) => (number === 0 ? { ...own, extent: dim(count) } : own)),
      domain: node.domain.map((guard) => mapGuard(guard, form)),
      body: rewriteExpr(mapForms(node.body, form), (own) =>
        own.kind === "read" ? { ...own, ...target(own.operand, own.at) } : own,
      ),
    };
  };
  const numbers = add({
    kind: "input",
    name: rowsInput,
    dtype: "i32",
    shape: [dim(count)],
    range: { low: zero, high: rows },
  });
  const outputs = graph.outputs.map(({ name, node }) => ({ name, node: ofBatch(node) }));
  const read = new Set([...made.values()].flatMap(operandsOf));
  // Where no source is read by rows, their numbers still say how many there are.
  const isCounted = [...sources.values()].some(({ row }) => row !== undefined);
  const { scans: _scans, ...rest } = graph;
  const kept = [...made.values()].filter(({ name }) => name !== numbers || !isCounted || read.has(name));
  return {
    batch: withScans(
      { ...rest, dims: [...graph.dims, { name: count, low: 1 }], nodes: kept, outputs },
      graph,
      batchNext,
    ),
    once: withScans(
      {
        ...rest,
        name: "once",
        nodes: [...once.nodes.values()],
        outputs: [...once.outputs].map(([name, node]) => ({ name, node })),
      },
      graph,
      onceNext,
      prefix,
    ),
    sources,
  };
}

/** All that depends on a draw, which is another one each time. */
function drawnNodes(nodes: readonly Node[], nextOf: ReadonlyMap<string, string>): ReadonlySet<string> {
  const drawn = new Set<string>();
  for (let before = -1; before !== drawn.size;) {
    before = drawn.size;
    for (const node of nodes) {
      const next = nextOf.get(node.name);
      const operands = [...operandsOf(node), ...(next === undefined ? [] : [next])];
      if (draws(node) || operands.some((operand) => drawn.has(operand))) drawn.add(node.name);
    }
  }
  return drawn;
}

/** A name that is also one in JavaScript, where sizes are parameters. */
function batchDim(taken: readonly string[]): string {
  let name = "N";
  for (let number = 2; taken.includes(name); number++) name = `N_${number}`;
  return name;
}

function draws(node: Node): boolean {
  if (node.kind !== "compute") return false;
  let found = false;
  visitExpr(node.body, (expr) => {
    if (expr.kind === "random") found = true;
  });
  return found;
}

/** The node itself as something that is computed. */
function readAll(node: Node): ComputeNode {
  const axes = node.shape.map((extent, place) => ({ name: `i${place}`, extent }));
  const body = copyAt(
    node,
    axes.map(({ name }) => axis(name)),
  );
  const { name, dtype, shape, span } = node;
  return { kind: "compute", name, dtype, shape, axes, domain: [], body, ...(span && { span }) };
}
