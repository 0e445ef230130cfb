import { describe, expect, it } from "vitest";
import { interpret, tensorOf, type Graph, type Tensor } from "../../compiler/graph/index.ts";
import { dce } from "../../compiler/optimize/dce.ts";
import { forwardOf } from "../numeric/compile-source.ts";
import { tensorError } from "../numeric/tensor-error.ts";
import { numbers } from "./central-differences.ts";
import {
  gradientCases,
  programOfCase,
  readyGraph,
  type GradientCase,
  type Tensors,
} from "./library-gradients.ts";
import { slopeAtZero } from "./slope.ts";

/** PyTorch's results are stored as f32, half of whose last place is 6e-8. */
const storedWithin = 5e-7;
/** The measure of the project, the largest |difference| of a gradient being what errors are held against. */
const differenceWithin = 1e-7;
/** Of each tensor that is differentiated by. */
const sampled = 2;

/** Cases in which no difference shows what one entry does, each with the reason. */
const drowned: Readonly<Record<string, string>> = {
  "std.math logAddExp: vector": "beside sums of 1e30 the change of an entry near 0 has no digit",
};

const cases = gradientCases().map((one) => ({ title: `${one.declaration}: ${one.name}`, ...one }));

interface Values {
  readonly input: Tensors;
  readonly param: Tensors;
}

function valuesAt(graph: Graph, { input, param }: Values): Tensors {
  return interpret(graph, { inputs: input, params: param, states: param });
}

/** Away from 0 and from each other by up to a twentieth: PyTorch's inputs stand on kinks, where no difference is right. */
function offKinks(tensors: Tensors, draw: () => number): Tensors {
  return mapTensors(tensors, (tensor) =>
    tensor.dtype === "f32"
      ? tensorOf(
          tensor.shape,
          Array.from(tensor.data, (value) => (value === 0 ? 0.1 * draw() : value * (1 - 0.05 * draw()))),
        )
      : tensor,
  );
}

function mapTensors(tensors: Tensors, map: (tensor: Tensor) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, map(tensor)]));
}

function withMoved(values: Values, place: string, at: number, by: number): Values {
  const { kind, key, tensor } = placed(values, place);
  const data = Float64Array.from(tensor.data);
  data[at] = (data[at] ?? NaN) + by;
  return { ...values, [kind]: { ...values[kind], [key]: { ...tensor, data } } };
}

/** `param/op.weight` */
function placed(
  values: Values,
  place: string,
): { readonly kind: keyof Values; readonly key: string; readonly tensor: Tensor } {
  const kind = place.startsWith("input/") ? "input" : "param";
  const key = place.slice(kind.length + 1);
  const tensor = values[kind][key];
  if (tensor === undefined) throw new Error(`there is no ${place}`);
  return { kind, key, tensor };
}

function expectPyTorch(one: GradientCase, ready: Graph): void {
  const found = valuesAt(ready, { input: one.inputs, param: one.weights });
  for (const [output, expected] of Object.entries(one.outputs)) {
    expect(tensorError(found[output], expected), `${output} by ${one.by[output]}`).toBeLessThan(storedWithin);
  }
}

/** d0 … are gradients of s, dd0 … of t. */
function expectDifferences(one: GradientCase, ready: Graph): void {
  const draw = numbers(one.source.length);
  const values = { input: offKinks(one.inputs, draw), param: offKinks(one.weights, draw) };
  const found = valuesAt(ready, values);
  const sums = ["s", "t"].map((name) =>
    dce({ ...ready, outputs: ready.outputs.filter((each) => each.name === name) }),
  );
  for (const [output, by] of Object.entries(one.by)) {
    const sum = sums[output.startsWith("dd") ? 1 : 0];
    const { tensor } = placed(values, by);
    const gradient = found[output]?.data ?? [];
    const largest = Math.max(1e-6, ...Array.from(gradient, Math.abs));
    for (let turn = 0; turn < Math.min(sampled, tensor.data.length); turn += 1) {
      const at = Math.floor(draw() * tensor.data.length);
      const f = (moved: number): number => {
        const [result] = Object.values(sum ? valuesAt(sum, withMoved(values, by, at, moved)) : {});
        return result?.data[0] ?? NaN;
      };
      const slope = slopeAtZero(f, 1e-4 * Math.max(1, Math.abs(tensor.data[at] ?? 0)));
      const error = Math.abs((gradient[at] ?? NaN) - slope) / largest;
      expect(error, `${output} by ${by}[${at}]: ${gradient[at]} for ${slope}`).toBeLessThan(differenceWithin);
    }
  }
}

describe("the gradients of a library declaration are PyTorch's, and slopes of its values,", () => {
  it.each(cases)("$title", (one) => {
    const graph = forwardOf(programOfCase(one));
    const sums = Object.keys(one.outputs).some((name) => name.startsWith("dd")) ? ["s", "t"] : ["s"];
    const outputs = [...graph.outputs, ...sums.map((name) => ({ name, node: name }))];
    const ready = readyGraph({ ...graph, outputs });
    expectPyTorch(one, ready);
    if (drowned[one.title] === undefined) expectDifferences(one, ready);
  });
});
