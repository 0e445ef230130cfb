import type { Graph, Node, Update } from "../graph/graph.ts";
import { copyOf, kernelOfNode } from "./form-kernels.ts";
import type { FormedStep } from "./formed-step.ts";
import type { Kernel } from "./kernel.ts";
import { readsOnlyInPlace } from "./reuse-in-place.ts";
import { writeRows } from "./write-rows.ts";

/** The kernels of a graph once it is settled how its updates reach the tensors that persist. */
export interface PlacedUpdates {
  /** Each stands after those that it must run after. */
  readonly kernels: readonly FormedStep[];
  /** For each kernel the places of those that must run before it. */
  readonly after: readonly (readonly number[])[];
  /** What is written where it persists, by the name of the node that the kernel writes. */
  readonly targets: ReadonlyMap<string, Update>;
}

/**
 * A kernel writes an update over the old value if all others that want the old one can run before it, and it reads it
 * itself only at the element that it writes; then what stays as it was is not written again. Else the new value is computed aside and copied when all have read the
 * old one.
 */
export function placeUpdates(graph: Graph, formed: readonly FormedStep[]): PlacedUpdates {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const kernels = [...formed];
  const after = orderByReads(kernels);
  const targets = new Map<string, Update>();
  for (const update of graph.updates ?? []) {
    const old = new Set(graph.nodes.flatMap((node) => (isTarget(node, update) ? [node.name] : [])));
    const readers = kernels.flatMap(({ kernel }, place) => (readsAny(kernel, old) ? [place] : []));
    const writer = kernels.findIndex(({ kernel }) => writes(kernel, update.node));
    const placed = kernels[writer];
    if (placed === undefined) throw new Error(`bug: no kernel writes ${update.node}`);
    const others = readers.filter((reader) => reader !== writer);
    const inPlace =
      [...old].every((name) => readsOnlyInPlace(placed.kernel, name, update.node)) &&
      !others.some((reader) => mustFollow(reader, writer, after));
    if (inPlace) {
      for (const reader of others) after[writer]?.add(reader);
      const written = writeRows(placed, old, update.node) ?? placed;
      kernels[writer] = { ...written, kernel: withPaddingThere(written.kernel, update.node) };
      targets.set(update.node, update);
      continue;
    }
    const source = nodes.get(update.node);
    if (source === undefined) throw new Error(`bug: ${update.node} is no node of ${graph.name}`);
    const copy = copyOf(`${update.kind} ${update.path}`, source);
    const own = kernelOfNode(copy, new Map(nodes).set(copy.name, copy));
    kernels.push({ ...own, kernel: withPaddingThere(own.kernel, copy.name) });
    after.push(new Set([...readers, writer]));
    targets.set(copy.name, update);
  }
  return inOrder(kernels, after, targets);
}

function isTarget(node: Node, { kind, path }: Update): boolean {
  if (node.kind !== "param" && node.kind !== "state") return false;
  return (node.kind === "param") === (kind === "param") && node.path === path;
}

function readsAny(kernel: Kernel, names: ReadonlySet<string>): boolean {
  return kernel.operands.some(({ name, access }) => access === "read" && names.has(name));
}

function writes(kernel: Kernel, name: string): boolean {
  return kernel.operands.some((operand) => operand.access === "write" && operand.name === name);
}

function orderByReads(kernels: readonly FormedStep[]): Set<number>[] {
  const writers = new Map<string, number>();
  kernels.forEach(({ kernel }, place) => {
    for (const { name, access } of kernel.operands) if (access === "write") writers.set(name, place);
  });
  return kernels.map(({ kernel }) => {
    const read = kernel.operands.filter(({ access }) => access === "read");
    return new Set(read.flatMap(({ name }) => writers.get(name) ?? []));
  });
}

/** Whether one kernel runs after another in every order. */
function mustFollow(later: number, earlier: number, after: readonly ReadonlySet<number>[]): boolean {
  const seen = new Set([later]);
  const open = [later];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (place === earlier) return true;
    for (const before of after[place] ?? []) {
      if (seen.has(before)) continue;
      seen.add(before);
      open.push(before);
    }
  }
  return false;
}

/** What persists has its zeros from the start. */
function withPaddingThere(kernel: Kernel, name: string): Kernel {
  const operands = kernel.operands.map((operand) =>
    operand.name === name && operand.access === "write"
      ? { ...operand, paddingIsZero: true as const }
      : operand,
  );
  return { ...kernel, operands };
}

function inOrder(
  kernels: readonly FormedStep[],
  after: readonly ReadonlySet<number>[],
  targets: PlacedUpdates["targets"],
): PlacedUpdates {
  const order = new Set<number>();
  const visit = (place: number): void => {
    if (order.has(place)) return;
    for (const before of after[place] ?? []) visit(before);
    order.add(place);
  };
  for (const place of kernels.keys()) visit(place);
  const places = new Map([...order].map((old, place) => [old, place]));
  const ordered = [...order];
  return {
    kernels: ordered.flatMap((old) => kernels[old] ?? []),
    after: ordered.map((old) => [...(after[old] ?? [])].flatMap((before) => places.get(before) ?? [])),
    targets,
  };
}
