import type { Graph } from "../compiler/graph/graph.ts";
import { constantOf, showForm } from "../compiler/integers/index.ts";
import type { Port, Ports } from "./module-host.ts";

/** What an entry takes and gives, as its module will describe it. */
export function portsOf({ nodes, outputs }: Graph): Ports {
  const portOf = (name: string, node: string): Port => {
    const found = nodes.find((one) => one.name === node);
    if (found === undefined) throw new Error(`bug: ${node} is no node`);
    return {
      name,
      dtype: found.dtype,
      shape: found.shape.map((extent) => constantOf(extent) ?? showForm(extent)),
      ...(found.kind === "input" && found.initial !== undefined && { default: found.initial }),
    };
  };
  return {
    inputs: nodes.filter(({ kind }) => kind === "input").map(({ name }) => portOf(name, name)),
    outputs: outputs.map(({ name, node }) => portOf(name, node)),
  };
}
