import type { ComputeNode, Graph, Node, Scan } from "../graph/graph.ts";
import { regionsOf, type Regions } from "../graph/regions.ts";
import { mapForms, mapGuard, operandsOf } from "../graph/visit.ts";
import { constant, dim as dimForm, substitute, subtract, type Form } from "../integers/index.ts";
import { copyOf, formKernels, kernelOfNode, makeOperand, type FormedKernel } from "./form-kernels.ts";
import type { FormedStep } from "./formed-step.ts";
import type { FusionLimits } from "./group-nodes.ts";
import type { Kernel } from "./kernel.ts";
import { placeUpdates } from "./place-updates.ts";

/**
 * The kernels of a graph, those of a scan in it. What is carried has a place of its own: it is filled before the first
 * turn, and at the end of each, when everybody has read it. Where a kernel mentions a turn, it is a dim that counts
 * from 1, since dims are at least 1.
 */
export function formSteps(graph: Graph, limits: FusionLimits): readonly FormedStep[] {
  const { scans = [] } = graph;
  if (scans.length === 0) return formKernels(graph, limits);
  const regions = regionsOf(graph);
  const whole = withTurnsAsDims(graph);
  const nodes = new Map(whole.nodes.map((node) => [node.name, node]));
  const inRegion = (turn: string | undefined): readonly FormedStep[] => [
    ...formKernels(partOf(whole, turn, regions), limits, whole, throughScans(whole, turn, regions)),
    ...scans
      .filter((scan) => regions.around(scan.turn) === turn)
      .map((scan) => formScan(scan, inRegion(scan.turn), whole, nodes)),
  ];
  return inRegion(undefined);
}

/** What belongs to one scan, or to none; what others read of it is an output. */
function partOf(graph: Graph, turn: string | undefined, { regionOf }: Regions): Graph {
  const { scans: _scans, updates, ...rest } = graph;
  const own = graph.nodes.filter(({ name }) => regionOf(name) === turn);
  const outside = graph.nodes.filter((node) => regionOf(node.name) !== turn || "turn" in node);
  const next = (graph.scans ?? []).flatMap(({ carries }) => carries.map((carry) => carry.next));
  const wanted = new Set([...graph.outputs.map(({ node }) => node), ...outside.flatMap(operandsOf), ...next]);
  return {
    ...rest,
    nodes: own,
    outputs: own.flatMap(({ name }) => (wanted.has(name) ? [{ name, node: name }] : [])),
    ...(updates && turn === undefined && { updates }),
  };
}

/** What each scan of a part results in, and all that it reads, its own scans included. */
function throughScans(
  { nodes, scans = [] }: Graph,
  part: string | undefined,
  { regionOf, around }: Regions,
): ReadonlyMap<string, readonly string[]> {
  const isInside = (turn: string | undefined, scan: Scan): boolean =>
    turn !== undefined && (turn === scan.turn || isInside(around(turn), scan));
  const through = new Map<string, readonly string[]>();
  for (const scan of scans.filter(({ turn }) => around(turn) === part)) {
    const inside = nodes.filter(({ name }) => isInside(regionOf(name), scan));
    const read = [...new Set(inside.flatMap(operandsOf))];
    for (const node of nodes) {
      if ((node.kind === "last" || node.kind === "stack") && node.turn === scan.turn)
        through.set(node.name, read);
    }
  }
  return through;
}

/** The graph as kernels see it: to them a turn is a number like a dim, and counts from 1. */
export function withTurnsAsDims(graph: Graph): Graph {
  const { scans = [] } = graph;
  if (scans.length === 0) return graph;
  const dims = new Map(scans.map(({ turn }) => [turn, subtract(dimForm(turn), constant(1))]));
  const inForm = (form: Form): Form =>
    substitute(form, (atom) => (atom.kind === "axis" ? dims.get(atom.name) : undefined));
  const inNode = (node: Node): Node => {
    if (node.kind !== "compute" && node.kind !== "scatter") return node;
    const domain = node.domain.map((guard) => mapGuard(guard, inForm));
    const body = mapForms(node.body, inForm);
    return node.kind === "scatter"
      ? { ...node, domain, body, at: node.at.map(inForm) }
      : { ...node, domain, body };
  };
  return { ...graph, nodes: graph.nodes.map(inNode) };
}

function formScan(
  scan: Scan,
  members: readonly FormedStep[],
  graph: Graph,
  nodes: ReadonlyMap<string, Node>,
): FormedStep {
  const nodeNamed = (name: string): Node => {
    const node = nodes.get(name);
    if (node === undefined) throw new Error(`bug: ${name} is no node of ${graph.name}`);
    return node;
  };
  const filled = (carry: string, from: string): FormedKernel => {
    const copy: ComputeNode = copyOf(carry, nodeNamed(from));
    return kernelOfNode(copy, new Map(nodes).set(carry, copy));
  };
  const { updates: _updates, ...withoutUpdates } = graph;
  const ordered = placeUpdates(withoutUpdates, members).kernels;
  const carries = scan.carries.map(({ current, next }) => ({ node: nodeNamed(current), next }));
  const before = carries.map(({ node }) => filled(node.name, operandsOf(node)[0] ?? ""));
  const after = carries.map(({ node, next }) => filled(node.name, next));
  const steps = [...ordered, ...after];
  const operandNames = (access: "read" | "write"): ReadonlySet<string> =>
    new Set(
      [...before, ...steps].flatMap(({ kernel }) =>
        kernel.operands.flatMap((operand) => (operand.access === access ? [operand.name] : [])),
      ),
    );
  const written = operandNames("write");
  const read = [...operandNames("read")].filter((name) => !written.has(name));
  const results = graph.nodes.filter(
    (node) => (node.kind === "last" || node.kind === "stack") && node.turn === scan.turn,
  );
  const operands = [
    ...read.map((name) => makeOperand(name, "read", nodes)),
    ...results.map(({ name }) => makeOperand(name, "write", nodes)),
  ];
  const kernel: Kernel = { name: "scan", axes: [], operands, stages: [], dims: [] };
  return {
    kernel,
    nodes: operands.map(({ name }) => name),
    scan: { turn: scan.turn, extent: scan.extent, before, steps },
  };
}
