import { freshName } from "../graph/fresh-name.ts";
import { rangeWithAxes } from "../graph/ranges.ts";
import type { Axis } from "../graph/expr.ts";
import type { ComputeNode, Graph } from "../graph/graph.ts";
import { allAxes, atomsOfNode, mapFormsOfNode, substituteAxesInForm } from "./body.ts";
import {
  add,
  axis as axisForm,
  constant,
  constantOf,
  equalForms,
  floorDivide,
  multiply,
  scale,
  simplifyByRange,
  zero,
  type Form,
} from "../integers/index.ts";
import { rewriteNodes, untagged, type Rewriting } from "./rewriting.ts";

/**
 * Where subscripts divide a reduction axis (x[k/25, (k%25)/5, k%5], a flattened image), that axis becomes several
 * ones and the divisions are gone; an axis with one place only goes too.
 */
export function split(graph: Graph): Graph {
  return rewriteNodes(graph, splitAxes);
}

export function splitAxes(node: ComputeNode, rewriting: Pick<Rewriting, "dimRange">): ComputeNode {
  if (node.reduce === undefined || node.reduce.op === "partition") return node;
  const taken = new Set(allAxes(node).map((each) => each.name));
  const values = new Map<string, Form>();
  const axes: Axis[] = [];
  for (const each of node.reduce.axes) {
    const digits = digitsOf(each, divisorsOf(each, node), taken);
    values.set(each.name, digits.value);
    axes.push(...digits.axes);
  }
  if (axes.length === node.reduce.axes.length && axes.every((each) => taken.has(each.name))) {
    if (axes.every((each, place) => each === node.reduce?.axes[place])) return node;
  }
  // Without an axis left, argmax and argmin have their one place; the others are their body, in their domain.
  const { op } = node.reduce;
  if (axes.length === 0 && (op === "argmax" || op === "argmin")) return node;
  if (axes.length === 0 && node.domain.length > 0 && op !== "sum" && op !== "any") return node;
  const range = rangeWithAxes([...node.axes, ...axes], rewriting.dimRange);
  const map = (form: Form): Form => simplifyByRange(substituteAxesInForm(form, values), range);
  const { reduce: _split, ...rest } = mapFormsOfNode(untagged(node), map);
  return axes.length > 0 ? { ...rest, reduce: { op, axes } } : rest;
}

interface Digits {
  readonly axes: readonly Axis[];
  /** The old axis in terms of the new ones. */
  readonly value: Form;
}

/** i = d₁·a + d₂·b + c for divisors d₁, d₂ of its extent that divide each other. */
export function digitsOf(whole: Axis, divisors: readonly Form[], taken: Set<string>): Digits {
  if (constantOf(whole.extent) === 1) return { axes: [], value: zero };
  if (divisors.length === 0) return { axes: [whole], value: axisForm(whole.name) };
  const axes: Axis[] = [];
  let value = zero;
  let above = whole.extent;
  for (const divisor of [...divisors, constant(1)]) {
    const name = freshName(`${whole.name}.${axes.length}`, taken);
    axes.push({ name, extent: exactQuotient(above, divisor) ?? above });
    value = add(value, multiply(divisor, axisForm(name)));
    above = divisor;
  }
  return { axes, value };
}

/** What the subscripts and guards of a node divide an axis by, the largest first, each a multiple of the next. */
export function divisorsOf(whole: Axis, node: ComputeNode): readonly Form[] {
  const found = new Map<string, Form>();
  for (const atom of atomsOfNode(node)) {
    if (atom.kind !== "floor") continue;
    const term = atom.of.terms.find((each) =>
      each.factors.some((f) => f.kind === "axis" && f.name === whole.name),
    );
    const [factor] = term?.factors ?? [];
    if (term === undefined || term.factors.length !== 1 || factor?.kind !== "axis") continue;
    // ⌊(g·k + …)/gd⌋ divides k by d.
    const divisor = exactQuotient(atom.by, constant(Math.abs(term.numerator)));
    if (divisor !== undefined && exactQuotient(whole.extent, divisor) !== undefined) {
      if (!equalForms(divisor, whole.extent) && constantOf(divisor) !== 1) found.set(divisor.key, divisor);
    }
  }
  const chain: Form[] = [];
  const bySize = [...found.values()].sort((a, b) => (exactQuotient(a, b) === undefined ? 1 : -1));
  for (const divisor of bySize) {
    const last = chain.at(-1);
    if (last === undefined || exactQuotient(last, divisor) !== undefined) chain.push(divisor);
  }
  return chain;
}

/** p/q where that is a form without a floor. */
function exactQuotient(p: Form, q: Form): Form | undefined {
  const divisor = constantOf(q);
  if (divisor !== undefined) {
    const quotient = scale(p, 1, divisor);
    return quotient.terms.every((term) => term.denominator === 1) ? quotient : undefined;
  }
  const quotient = floorDivide(p, q);
  return equalForms(multiply(quotient, q), p) ? quotient : undefined;
}
