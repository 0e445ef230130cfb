import { flowsFrom } from "../graph/flow.ts";
import { isFloat } from "../scalar/dtype.ts";
import { nodeOf, type Building } from "./building.ts";

/**
 * The nodes that a gradient flows through: those below `of` that depend on something wanted. `base` are the turns in
 * which `of` stands itself: what they carry is what it is there, wherever it comes from.
 */
export function nodesBetween(
  of: string,
  wanted: readonly string[],
  base: readonly string[],
  building: Building,
): ReadonlySet<string> {
  const below = reachable([of], (name) => operandsOnTheWay(name, base, building));
  const above = new Map<string, string[]>();
  for (const name of below) {
    for (const operand of operandsOnTheWay(name, base, building))
      above.set(operand, [...(above.get(operand) ?? []), name]);
  }
  return reachable(
    wanted.filter((name) => below.has(name)),
    (name) => above.get(name) ?? [],
  );
}

function reachable(from: readonly string[], next: (name: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    open.push(...next(name));
  }
  return found;
}

/** What a gradient flows into from a node, over the turns of its scan too. */
function operandsOnTheWay(name: string, base: readonly string[], building: Building): readonly string[] {
  const node = nodeOf(building, name);
  if (!isFloat(node.dtype)) return [];
  if (node.kind === "carry" && base.includes(node.turn)) return [];
  const next = building.scans
    .flatMap(({ carries }) => carries)
    .flatMap((carry) => (carry.current === name ? [carry.next] : []));
  return [...flowsFrom(node), ...next].filter((operand) => isFloat(nodeOf(building, operand).dtype));
}

/** Who reads a node among those on the way, the last ones first. What is carried on is no read. */
export function readersOf(
  onTheWay: ReadonlySet<string>,
  building: Building,
): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>();
  for (const [name, node] of [...building.nodes].reverse()) {
    if (!onTheWay.has(name)) continue;
    for (const operand of flowsFrom(node)) {
      if (onTheWay.has(operand)) readers.set(operand, [...(readers.get(operand) ?? []), name]);
    }
  }
  return readers;
}
