import type { CheckedData, CheckedSource } from "../check/typed.ts";
import type { DataProgram, DataSource, Graph } from "../graph/graph.ts";
import { byRows, type ByRows } from "./by-rows.ts";
import { entryGraph } from "./entry-graph.ts";

/** A data declaration as graphs that make the examples of some rows. */
export function elaborateData({ name, train, evaluate, sources, rows }: CheckedData): DataProgram {
  const graphs = [
    ["train", train],
    ["evaluate", evaluate],
  ] as const;
  const parts = graphs.map(([entry, body]): readonly [string, ByRows] => {
    const graph = entryGraph(entry, body, () => {
      throw new Error(`bug: the data ${name} owns parameters`);
    });
    return [entry, rows === undefined ? wholeExample(graph) : byRows(graph, rows, entry)];
  });
  const once = joinOnce(parts.map(([, part]) => part));
  const entries = Object.fromEntries(parts.map(([entry, { batch }]) => [entry, batch]));
  return {
    program: {
      name,
      params: [],
      states: [],
      entries: { ...entries, ...(once.outputs.length > 0 && { once }) },
    },
    sources: sources.map((source) =>
      withInputs(
        source,
        parts.map(([, part]) => part),
        once,
      ),
    ),
    ...(rows && { rows }),
  };
}

/** All there is, in each step. */
function wholeExample(graph: Graph): ByRows {
  const nodes = graph.nodes.map((node) => (node.kind === "input" ? { ...node, kept: true as const } : node));
  const sources = nodes.flatMap(({ kind, name }) =>
    kind === "input" ? [[name, { whole: name }] as const] : [],
  );
  const once = { ...graph, name: "once", nodes: [], outputs: [] };
  return { batch: { ...graph, nodes }, once, sources: new Map(sources) };
}

/** What does not change from batch to batch, of training and of judging together. */
function joinOnce(parts: readonly ByRows[]): Graph {
  const [first] = parts;
  if (first === undefined) throw new Error("bug: data without graphs");
  const nodes = new Map(parts.flatMap(({ once }) => once.nodes.map((node) => [node.name, node] as const)));
  const outputs = parts.flatMap(({ once }) => once.outputs);
  const scans = parts.flatMap(({ once }) => once.scans ?? []);
  const { scans: _scans, ...rest } = first.once;
  return { ...rest, ...(scans.length > 0 && { scans }), nodes: [...nodes.values()], outputs };
}

function withInputs(source: CheckedSource, parts: readonly ByRows[], once: Graph): DataSource {
  const { span: _, ...rest } = source;
  const found = parts.map(({ sources }) => sources.get(source.name));
  const row = found.find((one) => one?.row !== undefined)?.row;
  const whole = found.find((one) => one?.whole !== undefined)?.whole;
  const isOnce = once.nodes.some(({ kind, name }) => kind === "input" && name === source.name);
  return {
    ...rest,
    inputs: {
      ...(row !== undefined && { row }),
      ...(whole !== undefined && { whole }),
      ...(isOnce && { once: source.name }),
    },
  };
}
