import { conjunction } from "../graph/conditions.ts";
import type { Axis, Expr, Guard } from "../graph/expr.ts";
import { freshName } from "../graph/fresh-name.ts";
import type { ComputeNode, Graph } from "../graph/graph.ts";
import { rangeWithAxes } from "../graph/ranges.ts";
import { axesOfForm } from "../graph/visit.ts";
import {
  add,
  axis as axisForm,
  ceilDivide,
  constant,
  constantOf,
  floorDivide,
  leastCommonMultiple,
  linearIn,
  lowest,
  multiply,
  scale,
  simplifyByRange,
  subtract,
  zero,
  type Form,
} from "../integers/index.ts";
import { allAxes, atomsOfNode, mapFormsOfNode, substituteAxesInForm } from "./body.ts";
import { recogniseNode } from "./recognise.ts";
import { rewriteNodes, untagged, zeroOf, type Rewriting } from "./rewriting.ts";
import { withShorterSums } from "./shorter-sums.ts";
import { simplifyDomain } from "./simplify-domain.ts";
import { digitsOf, divisorsOf } from "./split-axes.ts";

/** More nodes than this a sum is not split into. */
const mostPhases = 16;

/**
 * A sum whose subscripts divide its parallel axes is made of sums that need not: over the digits of a flattened axis
 * (the gradient of a linear layer behind a flatten), or one for each phase of a stride (the gradient of a convolution
 * by its image), and then put together. Only where that makes contractions or convolutions of it.
 */
export function splitOutputs(graph: Graph): Graph {
  return rewriteNodes(graph, (node, rewriting) => {
    if (node.reduce?.op !== "sum" || recogniseNode(node, rewriting.nodes) !== undefined) return node;
    return byDigits(node, rewriting) ?? byPhases(node, rewriting) ?? node;
  });
}

function byDigits(node: ComputeNode, rewriting: Rewriting): ComputeNode | undefined {
  const taken = new Set(allAxes(node).map((axis) => axis.name));
  const values = new Map<string, Form>();
  const axes: Axis[] = [];
  const places: Form[] = [];
  for (const axis of node.axes) {
    const divisors = divisorsOf(axis, node);
    if (divisors.length === 0) {
      axes.push(axis);
      places.push(axisForm(axis.name));
      continue;
    }
    const digits = digitsOf(axis, divisors, taken);
    values.set(axis.name, digits.value);
    axes.push(...digits.axes);
    let whole: Form = zero;
    digits.axes.forEach((digit, place) => {
      const quotient = floorDivide(axisForm(axis.name), divisors[place] ?? constant(1));
      places.push(subtract(quotient, multiply(whole, digit.extent)));
      whole = quotient;
    });
  }
  if (values.size === 0) return undefined;
  const split = withAxes(node, axes, values, rewriting);
  // A guard that asks for a digit says that the axis is one of phases, of which some are empty.
  const digits = new Set(axes.filter((axis) => !node.axes.includes(axis)).map((axis) => axis.name));
  if (split.domain.some(({ form }) => [...axesOfForm(form)].some((name) => digits.has(name))))
    return undefined;
  return isProduct(split, rewriting) ? gathered(node, split, ".digits", places, rewriting) : undefined;
}

function withAxes(
  node: ComputeNode,
  axes: readonly Axis[],
  values: ReadonlyMap<string, Form>,
  rewriting: Rewriting,
): ComputeNode {
  const range = rangeWithAxes([...axes, ...(node.reduce?.axes ?? [])], rewriting.dimRange);
  const mapped = mapFormsOfNode({ ...untagged(node), axes, shape: axes.map((axis) => axis.extent) }, (form) =>
    simplifyByRange(substituteAxesInForm(form, values), range),
  );
  return { ...mapped, domain: simplifyDomain(mapped.domain, range, rewriting.facts) };
}

function isProduct(node: ComputeNode, rewriting: Rewriting): boolean {
  const kind = recogniseNode(node, rewriting.nodes)?.kind;
  return kind === "contraction" || kind === "convolution" || kind === "depthwise";
}

/** The node as a reading of another one that computes its values in other places. */
function gathered(
  node: ComputeNode,
  split: ComputeNode,
  suffix: string,
  at: readonly Form[],
  rewriting: Rewriting,
): ComputeNode {
  const name = rewriting.freshName(`${node.name}${suffix}`);
  rewriting.add({ ...split, name });
  return pointwise(node, { kind: "read", operand: name, at });
}

function pointwise(node: ComputeNode, body: Expr): ComputeNode {
  const { reduce: _summed, ...rest } = untagged(node);
  return { ...rest, domain: [], body };
}

interface Phase {
  /** The place in its period for each divided axis. */
  readonly residues: readonly number[];
  /** Undefined where nothing is summed. */
  readonly node?: ComputeNode;
}

function byPhases(node: ComputeNode, rewriting: Rewriting): ComputeNode | undefined {
  const divided = node.axes.flatMap((axis) => {
    const period = periodOf(axis, node);
    return period > 1 ? [{ axis, period }] : [];
  });
  const count = divided.reduce((all, { period }) => all * period, 1);
  if (count < 2 || count > mostPhases) return undefined;
  // A size that is known late could leave a phase without an element, which nothing may read.
  if (divided.some(({ axis, period }) => mayBeShorter(axis, period, rewriting))) return undefined;
  const phases: Phase[] = [];
  for (let number = 0; number < count; number += 1) {
    let rest = number;
    const residues = divided.map(({ period }) => {
      const residue = rest % period;
      rest = Math.floor(rest / period);
      return residue;
    });
    const phase = phaseOf(node, divided, residues, rewriting);
    if (phase !== undefined && !isProduct(phase, rewriting)) return undefined;
    phases.push({ residues, ...(phase && { node: phase }) });
  }
  if (phases.every((phase) => phase.node === undefined)) return undefined;
  const at = node.axes.map((axis) => {
    const own = divided.find((each) => each.axis === axis);
    const place = axisForm(axis.name);
    return own === undefined ? place : floorDivide(place, constant(own.period));
  });
  const reads = phases.map(({ residues, node: phase }) => {
    if (phase === undefined) return { residues, expr: zeroOf(node.dtype) };
    const name = rewriting.freshName(`${node.name}.phase`);
    rewriting.add({ ...phase, name });
    return { residues, expr: { kind: "read", operand: name, at } satisfies Expr };
  });
  return pointwise(node, choose(reads, divided, 0));
}

function mayBeShorter({ extent }: Axis, period: number, rewriting: Rewriting): boolean {
  return constantOf(extent) === undefined && lowest(extent, rewriting.dimRange) < period;
}

interface Divided {
  readonly axis: Axis;
  readonly period: number;
}

/** What the subscripts divide an axis by: floors of it and constants alone, by numbers. */
function periodOf(axis: Axis, node: ComputeNode): number {
  let period = 1;
  for (const atom of atomsOfNode(node)) {
    if (atom.kind !== "floor" || !axesOfForm(atom.of).has(axis.name)) continue;
    const by = constantOf(atom.by);
    const parts = linearIn(atom.of, (inner) => inner.kind === "axis");
    const [only, second] = [...(parts?.coefficients.values() ?? [])];
    const isPlain = second === undefined && only !== undefined && constantOf(only.coefficient) === 1;
    if (by === undefined || !isPlain || constantOf(parts?.rest ?? axisForm("")) === undefined) return 1;
    period = leastCommonMultiple(period, by);
  }
  return period;
}

/** The node at the places s·a + residue of its divided axes; undefined where its sum is empty. */
function phaseOf(
  node: ComputeNode,
  divided: readonly Divided[],
  residues: readonly number[],
  rewriting: Rewriting,
): ComputeNode | undefined {
  const taken = new Set(allAxes(node).map((axis) => axis.name));
  const values = new Map<string, Form>();
  const axes = node.axes.map((axis) => {
    const place = divided.findIndex((each) => each.axis === axis);
    const [own, residue] = [divided[place], residues[place]];
    if (own === undefined || residue === undefined) return axis;
    const name = freshName(axis.name, taken);
    values.set(axis.name, add(scale(axisForm(name), own.period), constant(residue)));
    return { name, extent: ceilDivide(subtract(axis.extent, constant(residue)), constant(own.period)) };
  });
  if (axes.some((axis) => (constantOf(axis.extent) ?? 1) <= 0)) return undefined;
  const phase = withShorterSums(withAxes(node, axes, values, rewriting));
  return phase?.domain.some(neverHolds) === true ? undefined : phase;
}

function neverHolds({ relation, form }: Guard): boolean {
  const value = constantOf(form);
  return value !== undefined && (relation === "zero" ? value !== 0 : value < 0);
}

/** if q % s = 0 then … else if q % s = 1 then …, axis by axis. */
function choose(
  reads: readonly { readonly residues: readonly number[]; readonly expr: Expr }[],
  divided: readonly Divided[],
  depth: number,
): Expr {
  const own = divided[depth];
  const [only] = reads;
  if (only === undefined) throw new Error("bug: a phase without a value");
  if (own === undefined) return only.expr;
  const place = axisForm(own.axis.name);
  const phase = subtract(place, scale(floorDivide(place, constant(own.period)), own.period));
  const within = (residue: number): Expr =>
    choose(
      reads.filter((read) => read.residues[depth] === residue),
      divided,
      depth + 1,
    );
  let chosen = within(own.period - 1);
  for (let residue = own.period - 2; residue >= 0; residue -= 1) {
    const guard: Guard = { relation: "zero", form: subtract(phase, constant(residue)) };
    chosen = { kind: "select", condition: conjunction([guard]), then: within(residue), otherwise: chosen };
  }
  return chosen;
}
