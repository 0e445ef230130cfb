/** Whether a tree has a path of more than `limit` nodes. Walks without recursion, since it guards those that recurse. */
export function heightExceeds(root: object, limit: number): boolean {
  const open: { readonly node: object; readonly depth: number }[] = [{ node: root, depth: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, depth } = next;
    if (depth > limit) return true;
    for (const [key, value] of Object.entries(node) as [string, unknown][]) {
      if (key === "span" || key === "operatorSpan" || typeof value !== "object" || value === null) continue;
      open.push({ node: value, depth: Array.isArray(value) ? depth : depth + 1 });
    }
  }
  return false;
}
