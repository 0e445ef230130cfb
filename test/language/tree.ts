/** A tree without its places, to compare what two texts mean. */
export function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "span" && key !== "operatorSpan");
  return Object.fromEntries(entries.map(([key, child]) => [key, withoutSpans(child)]));
}

/** All the nodes of a tree that a guard accepts, in the order of their fields. */
export function nodesOf<Node>(
  root: unknown,
  accepts: (node: object) => node is Node & object,
): readonly Node[] {
  if (typeof root !== "object" || root === null) return [];
  const below = Object.entries(root).flatMap(([key, child]) =>
    key === "source" ? [] : nodesOf(child, accepts),
  );
  return accepts(root) ? [root, ...below] : below;
}
