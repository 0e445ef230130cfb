import { suggest } from "../compiler/check/suggest.ts";
import type { Graph, Program } from "../compiler/graph/graph.ts";
import { CallError } from "./exit.ts";

/**
 * A program whose entries also put out what `--show` asks for: a node by its name, `conv1.y`, or what a labelled layer
 * gives, `conv1`.
 */
export function showInside(program: Program, names: readonly string[]): Program {
  if (names.length === 0) return program;
  const graphs = Object.entries(program.entries);
  for (const name of names) {
    if (graphs.some(([, graph]) => nodeFor(graph, name) !== undefined)) continue;
    const known = graphs.flatMap(([, graph]) => graph.nodes.map((node) => node.name));
    const near = suggest(name, known);
    const hint =
      near === undefined ? "dlc inspect --print-after elaborate lists what there is" : `is it ${near}?`;
    throw new CallError(`nothing in the model is called ${name}; ${hint}`);
  }
  const entries = graphs.map(([entry, graph]) => [entry, withOutputs(graph, names)] as const);
  return { ...program, entries: Object.fromEntries(entries) };
}

function withOutputs(graph: Graph, names: readonly string[]): Graph {
  const taken = new Set(graph.outputs.map(({ name }) => name));
  const added = names.flatMap((name) => {
    const node = nodeFor(graph, name);
    if (node === undefined || taken.has(name)) return [];
    taken.add(name);
    return [{ name, node }];
  });
  return { ...graph, outputs: [...graph.outputs, ...added] };
}

/** The node of this name, else the last one under this label. */
function nodeFor(graph: Graph, name: string): string | undefined {
  const computed = graph.nodes.filter(({ kind }) => kind === "compute");
  const exact = graph.nodes.find((node) => node.name === name);
  return (exact ?? computed.findLast((node) => node.name.startsWith(`${name}.`)))?.name;
}
