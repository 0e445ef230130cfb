import type { Axis } from "../graph/expr.ts";
import type { Node } from "../graph/graph.ts";
import { axisNames, type Building } from "./building.ts";

/** The places of a node as axes of their own names. */
export function placesOf(node: Node, free: readonly Axis[], building: Building): readonly Axis[] {
  const fresh = axisNames(building, free);
  return node.shape.map((extent, place) => {
    const own = node.kind === "compute" ? node.axes[place]?.name : undefined;
    return { name: fresh(own ?? `q${place}`), extent };
  });
}
