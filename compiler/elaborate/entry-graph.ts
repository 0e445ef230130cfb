import type { Body } from "../check/typed.ts";
import type { Graph, Update } from "../graph/graph.ts";
import { elaborateEntry } from "./elaborate-body.ts";
import type { Elaboration } from "./elaboration.ts";
import { graphBuilder } from "./graph-builder.ts";

/** The graph of one way into a program, from its outermost body, whose draws have the path `draws`. */
export function entryGraph(
  name: string,
  body: Body,
  own: Elaboration["own"],
  draws: readonly string[] = [],
): Graph {
  const builder = graphBuilder();
  const updates = new Map<string, Update>();
  const nodeOf = elaborateEntry(body, { builder, own, updates }, draws);
  const outputs = body.outputs.map((output) => {
    const node = nodeOf.get(output.name);
    if (node === undefined) throw new Error(`bug: ${name} has no output ${output.name}`);
    return { name: output.name, node };
  });
  const graph = {
    name,
    dims: body.dims,
    facts: body.facts,
    ...(builder.scans.length > 0 && { scans: builder.scans }),
    nodes: builder.nodes,
    outputs,
  };
  return updates.size === 0 ? graph : { ...graph, updates: [...updates.values()] };
}
