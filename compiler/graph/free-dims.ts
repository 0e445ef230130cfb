import { constant, constantOf, evaluate, linearIn, substituteNames, type Form } from "../integers/index.ts";
import type { Graph } from "./graph.ts";
import { printForm, printGuard } from "./print.ts";
import type { Tensor } from "./tensor.ts";

/**
 * The value of every free dim of a call: those given, then those that the shapes of the inputs determine. Throws a
 * RangeError where one stays open, lies outside its bounds or breaks a fact, or where an input has another shape.
 */
export function inferDims(
  graph: Graph,
  inputs: Readonly<Record<string, Tensor>>,
  given: Readonly<Record<string, number>> = {},
): ReadonlyMap<string, number> {
  const values = new Map<string, Form>(Object.entries(given).map(([name, value]) => [name, constant(value)]));
  const sizes = graph.nodes.flatMap((node) => {
    if (node.kind !== "input") return [];
    const shape = inputs[node.name]?.shape;
    if (shape === undefined) throw new RangeError(`the input ${node.name} is missing`);
    if (shape.length !== node.shape.length) {
      throw new RangeError(`the input ${node.name} has ${shape.length} axes instead of ${node.shape.length}`);
    }
    return node.shape.map((form, axis) => ({ node: node.name, axis, form, size: shape[axis] ?? 0 }));
  });
  // Each turn may determine a dim that makes another size linear in a single one.
  for (let turn = 0; turn <= graph.dims.length; turn += 1) {
    for (const { form, size } of sizes) solveFor(substituteNames(form, values), size, values);
  }
  const dims = new Map<string, number>();
  for (const { name, low, high } of graph.dims) {
    const form = values.get(name);
    const value = form && constantOf(form);
    if (value === undefined) throw new RangeError(`no input tells the size of ${name}`);
    if (value < low || value > (high ?? Infinity))
      throw new RangeError(`${name} = ${value} is out of bounds`);
    dims.set(name, value);
  }
  for (const { node, axis, form, size } of sizes) {
    const expected = sizeIn(form, dims);
    if (expected === size) continue;
    throw new RangeError(
      `the input ${node} has ${size} on axis ${axis} instead of ${printForm(form)} = ${expected}`,
    );
  }
  for (const fact of graph.facts) {
    const value = sizeIn(fact.form, dims);
    const broken = fact.relation === "zero" ? value !== 0 : value < 0;
    if (broken) throw new RangeError(`the sizes break ${printGuard(fact)}`);
  }
  return dims;
}

/** size = coefficient·dim + rest gives the dim. */
function solveFor(form: Form, size: number, values: Map<string, Form>): void {
  const parts = linearIn(form, (atom) => atom.kind === "dim");
  const [only, second] = [...(parts?.coefficients.values() ?? [])];
  if (parts === undefined || only === undefined || second !== undefined || only.atom.kind !== "dim") return;
  const [coefficient, rest] = [constantOf(only.coefficient), constantOf(parts.rest)];
  if (coefficient === undefined || rest === undefined) return;
  const value = (size - rest) / coefficient;
  if (Number.isInteger(value)) values.set(only.atom.name, constant(value));
}

/** A size over dims, as a number. */
export function sizeIn(form: Form, dims: ReadonlyMap<string, number>): number {
  return evaluate(form, (atom) => {
    const value = atom.kind === "dim" ? dims.get(atom.name) : undefined;
    if (value === undefined) throw new Error(`bug: ${printForm(form)} is no size`);
    return value;
  });
}
