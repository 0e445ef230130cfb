import type { Binding, Body, CheckedModel, OwnedTensor } from "../compiler/check/index.ts";
import { showForm, type Form } from "../compiler/integers/index.ts";

/** What `check` found out: for each entry, and each declaration that it applies, the type of every name. */
export function printTypes(model: CheckedModel): string {
  const seen = new Set<Body>();
  const queue = Object.values(model.entries);
  const texts: string[] = [];
  for (let body = queue.shift(); body !== undefined; body = queue.shift()) {
    if (seen.has(body)) continue;
    seen.add(body);
    texts.push(printBody(body));
    queue.push(...body.bindings.flatMap((one) => (one.kind === "application" ? [one.callee] : [])));
  }
  return texts.join("\n\n");
}

function printBody(body: Body): string {
  const ports = (list: Body["inputs"] | Body["outputs"]): string =>
    list.map(({ name, dtype, shape }) => `${name}: ${showType(dtype, shape)}`).join(", ");
  const dims = body.dims.map(
    ({ name, low, high }) => `${name} ≥ ${low}${high === undefined ? "" : `, ≤ ${high}`}`,
  );
  return [
    `${body.name}(${ports(body.inputs)}) -> (${ports(body.outputs)})${dims.length === 0 ? "" : `  where ${dims.join(", ")}`}`,
    ...body.params.map((one) => `  param ${printOwned(one)}`),
    ...body.states.map((one) => `  state ${printOwned(one)}`),
    ...body.bindings.map((one) => `  ${printBinding(one)}`),
  ].join("\n");
}

function printOwned({ name, dtype, shape }: OwnedTensor): string {
  return `${name}: ${dtype}[${shape.join(", ")}]`;
}

function printBinding(binding: Binding): string {
  if (binding.kind === "gradient") return `${binding.name} = grad(${binding.of}, ${binding.by})`;
  if (binding.kind === "sorting") {
    const way = binding.descending ? "descending" : "ascending";
    return `${binding.name} = order(${binding.of}, ${way}, ${showForm(binding.count)})`;
  }
  if (binding.kind === "equation") {
    return `${binding.name}: ${showType(
      binding.dtype,
      binding.axes.map(({ extent }) => extent),
    )}`;
  }
  if (binding.kind === "carry") {
    return `${binding.name}: ${showType(binding.dtype, binding.shape)} = ${binding.of}, carried`;
  }
  if (binding.kind === "last") return `${binding.name} = ${binding.of} after the last turn`;
  if (binding.kind === "stack") return `${binding.name} = ${binding.of} in each turn`;
  if (binding.kind === "before-turn") return `${binding.name} = ${binding.of} before the turn`;
  const { name, callee, inputs } = binding;
  const results = callee.outputs.map((output) => `${output.name}: ${showType(output.dtype, output.shape)}`);
  return `${name} = ${callee.name}(${inputs.map(({ operand }) => operand).join(", ")}) -> (${results.join(", ")})`;
}

function showType(dtype: string, shape: readonly Form[]): string {
  return shape.length === 0 ? dtype : `${dtype}[${shape.map((extent) => showForm(extent)).join(", ")}]`;
}
