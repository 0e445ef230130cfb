import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { fileHost } from "../../cli/host.ts";
import { check } from "../../compiler/check/index.ts";
import { optimizeProgram } from "../../compiler/compile.ts";
import { renderAll } from "../../compiler/diagnostics/index.ts";
import { elaborate } from "../../compiler/elaborate/index.ts";
import {
  apply,
  computeNode,
  gradNode,
  inputNode,
  read,
  type Axis,
  type Graph,
  type Node,
  type Program,
} from "../../compiler/graph/index.ts";
import { axis } from "../../compiler/integers/index.ts";
import { planProgram, wasmTarget } from "../../compiler/plan/index.ts";
import {
  cotangentOf,
  errorOf,
  inputsOf,
  weightsOf,
  type ExampleFixture,
  type Sketch,
} from "./example-fixtures.ts";
import { callEntry, loadCompiled, weightsFile } from "./load-compiled.ts";

/** Results and gradients of a whole model may be this far from PyTorch's in float64. */
const tolerance = 1e-4;

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** The code of an example gives PyTorch's results and, by every parameter, its gradients, with the same weights. */
export async function expectExample(fixture: ExampleFixture): Promise<void> {
  const program = programOf(fixture);
  const { plan, diagnostics } = planProgram(optimizeProgram(program), wasmTarget());
  expect(renderAll(diagnostics, { colour: false })).toBe("");
  if (plan === undefined) throw new Error("no plan");
  const weights = weightsOf(fixture);
  const stored = [...program.params, ...program.states].map(({ path }) => path);
  expect(stored.toSorted()).toEqual(Object.keys(weights).sort());
  expect(fixture.gradients.map(({ path }) => path).toSorted()).toEqual(
    program.params.map(({ path }) => path).toSorted(),
  );
  const model = await loadCompiled(plan, "baseline", weightsFile(weights));
  const asked = new Set(program.entries[fixture.entry]?.nodes.map(({ name }) => name));
  const cotangents = fixture.outputs
    .filter(({ path }) => asked.has(`R.${path}`))
    .map((output) => [`R.${output.path}`, cotangentOf(fixture, output)]);
  const actual = callEntry(model, fixture.entry, {
    ...inputsOf(fixture),
    ...Object.fromEntries(cotangents),
  });
  for (const output of fixture.outputs)
    expect(errorOf(fixture, "output", output, actual[output.path]), output.path).toBeLessThan(within(output));
  for (const gradient of fixture.gradients)
    expect(
      errorOf(fixture, "gradient", gradient, actual[`d.${gradient.path}`]),
      `gradient by ${gradient.path}`,
    ).toBeLessThan(within(gradient));
}

/** Where PyTorch's own float32 is farther from its float64 than a third of the tolerance, no float32 can be held to it. */
function within({ float32Apart }: Sketch): number {
  return Math.max(tolerance, 3 * float32Apart);
}

/** The entry of the fixture alone, with the gradients of Σ cotangent · output by all parameters as further outputs. */
function programOf({ file, model, set, entry, outputs }: ExampleFixture): Program {
  const path = join(repository, file);
  const read = (asked: string): string | undefined =>
    asked === path ? readFileSync(path, "utf8") : fileHost.read(asked);
  const { models, diagnostics } = check({ ...fileHost, read }, path, { model, set });
  expect(renderAll(diagnostics, { colour: false })).toBe("");
  const [checked] = models;
  if (checked === undefined) throw new Error(`${file} has no model ${model}`);
  const program = elaborate(checked);
  const graph = program.entries[entry];
  if (graph === undefined) throw new Error(`${model} has no entry ${entry}`);
  expect(graph.outputs.map(({ name }) => name)).toEqual(outputs.map(({ path: name }) => name));
  const needed = new Set(graph.nodes.flatMap((node) => ("path" in node ? [node.path] : [])));
  return {
    ...program,
    entries: { [entry]: withGradients(graph) },
    params: program.params.filter((param) => needed.has(param.path)),
    states: program.states.filter((state) => needed.has(state.path)),
  };
}

function withGradients(graph: Graph): Graph {
  const added: Node[] = [];
  const sums = graph.outputs.flatMap(({ name, node }) => {
    const y = graph.nodes.find((one) => one.name === node);
    if (y === undefined) throw new Error(`no node ${node}`);
    // Nothing flows through whole numbers.
    if (y.dtype !== "f32") return [];
    const cotangent = inputNode(`R.${name}`, "f32", y.shape);
    const axes = y.shape.map((extent, place): Axis => ({ name: `r${place}`, extent }));
    const at = axes.map((one) => axis(one.name));
    const sum = computeNode({
      name: `sum.${name}`,
      dtype: "f32",
      axes: [],
      reduce: { op: "sum", axes },
      body: apply("multiply", read(y.name, ...at), read(cotangent.name, ...at)),
    });
    added.push(cotangent, sum);
    return sum;
  });
  const loss = computeNode({
    name: "cotangent.loss",
    dtype: "f32",
    axes: [],
    body: sums.map(({ name }) => read(name)).reduce((left, right) => apply("add", left, right)),
  });
  const gradients = graph.nodes.flatMap((node) =>
    node.kind === "param" ? [gradNode(`d.${node.path}`, loss, node)] : [],
  );
  const outputs = gradients.map(({ name }) => ({ name, node: name }));
  return {
    ...graph,
    nodes: [...graph.nodes, ...added, loss, ...gradients],
    outputs: [...graph.outputs, ...outputs],
  };
}
