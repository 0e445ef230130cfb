import { differentiate } from "../../compiler/autodiff/index.ts";
import {
  interpret,
  tensorOf,
  verify,
  type Graph,
  type Program,
  type Tensor,
  type Training,
} from "../../compiler/graph/index.ts";
import { normalize } from "../../compiler/optimize/index.ts";

/** All persistent tensors of a program by path, with their first values. */
export function initialValues(program: Program, seed = 0): Record<string, Tensor> {
  const { params, states, memory = [], training } = program;
  const all = [...params, ...states, ...memory, ...(training?.slots ?? [])];
  return Object.fromEntries(
    all.map(({ path, initial }) => [path, interpret(initial, { seed })["value"] ?? tensorOf([], [0])]),
  );
}

export function trainingOf(program: Program): Training {
  if (program.training === undefined) throw new Error("it is not trained");
  return program.training;
}

export interface Stepped {
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** What the updates put in place, by path. */
  readonly next: Readonly<Record<string, Tensor>>;
}

/** One call of a graph with gradients in it. */
export function callGraph(
  graph: Graph,
  values: Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<string, Tensor>>,
  seed = 0,
  step = 0,
): Stepped {
  const ready = differentiate(normalize(graph));
  const problems = verify(ready, { normal: false, differentiated: true });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const updates = ready.updates ?? [];
  const outputs = [...ready.outputs, ...updates.map(({ path, node }) => ({ name: `next ${path}`, node }))];
  const results = interpret({ ...ready, outputs }, { inputs, params: values, states: values, seed, step });
  const pick = (next: boolean): Record<string, Tensor> =>
    Object.fromEntries(
      Object.entries(results).flatMap(([name, value]) =>
        name.startsWith("next ") === next ? [[next ? name.slice(5) : name, value] as const] : [],
      ),
    );
  return { outputs: pick(false), next: pick(true) };
}

/** The numbers of a tensor. */
export function numbersOf(tensor: Tensor | undefined): readonly number[] {
  return [...(tensor?.data ?? [])];
}
