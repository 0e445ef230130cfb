import type { CheckedModel, OwnedTensor } from "../check/typed.ts";
import type { Expr } from "../graph/expr.ts";
import type { Graph, Node, Parameter, Program } from "../graph/graph.ts";
import { rewriteExpr } from "../graph/visit.ts";
import type { Elaboration } from "./elaboration.ts";
import { elaborateData } from "./elaborate-data.ts";
import { entryGraph } from "./entry-graph.ts";
import { liveStates, withLiveUpdates } from "./live-states.ts";

/**
 * Puts the bodies of a checked model into each other: one graph for each entry, and the parameters and states that
 * they read. It can't fail, since `check` has decided everything; an inconsistency is a bug.
 */
export function elaborate(model: CheckedModel): Program {
  const tensors = (): Map<string, Parameter> => new Map();
  const owned = { param: tensors(), state: tensors(), slot: tensors() };
  const own: Elaboration["own"] = (kind, path, tensor) => {
    if (!owned[kind].has(path)) owned[kind].set(path, parameterOf(path, tensor));
  };
  const entries: Record<string, Graph> = {};
  for (const [name, body] of Object.entries(model.entries)) entries[name] = entryGraph(name, body, own);
  const { training } = model;
  // No parameter is called so, whose first values are drawn too.
  const draws = ["train"];
  const step = training && entryGraph("step", training.step, own, draws);
  const accumulate = training?.accumulate && entryGraph("accumulate", training.accumulate, own, draws);
  const evaluate = training && entryGraph("evaluate", training.evaluate, own, draws);
  const live = liveStates([...Object.values(entries), step, accumulate, evaluate].filter(isGraph));
  const isLive = ({ path }: Parameter): boolean => live.has(path);
  const changed = new Set(
    Object.values(entries).flatMap(({ updates = [] }) => updates.map(({ path }) => path)),
  );
  const states = [...owned.state.values()].filter(isLive);
  const memory = states.filter(({ path }) => changed.has(path));
  return {
    name: model.name,
    params: [...owned.param.values()],
    states: states.filter(({ path }) => !changed.has(path)),
    ...(memory.length > 0 && { memory }),
    entries: Object.fromEntries(
      Object.entries(entries).map(([name, graph]) => [name, withLiveUpdates(graph, live)]),
    ),
    ...(training &&
      step &&
      evaluate && {
        training: {
          step: withLiveUpdates(step, live),
          ...(accumulate && { accumulate: withLiveUpdates(accumulate, live) }),
          evaluate: withoutUpdates(evaluate),
          slots: [...owned.slot.values()].filter(isLive),
          trainable: (step.updates ?? []).flatMap(({ kind, path }) => (kind === "param" ? [path] : [])),
          settings: training.settings,
          ...(training.data && { data: elaborateData(training.data) }),
          ...(training.test && { test: elaborateData(training.test) }),
        },
      }),
  };
}

function isGraph(graph: Graph | undefined): graph is Graph {
  return graph !== undefined;
}

/** Judging changes nothing, whatever the entries that it calls remember. */
function withoutUpdates({ updates: _, ...graph }: Graph): Graph {
  return graph;
}

function parameterOf(path: string, tensor: OwnedTensor): Parameter {
  const { bindings, axes, body } = tensor.initial;
  const computed = [...bindings, { name: "value", axes, domain: [], dtype: tensor.dtype, body }];
  const nodes = computed.map((equation): Node => ({
    kind: "compute",
    name: equation.name,
    dtype: equation.dtype,
    shape: equation.axes.map((axis) => axis.extent),
    axes: equation.axes,
    domain: equation.domain,
    body: withPath(equation.body, path),
    span: tensor.span,
  }));
  const initial: Graph = {
    name: path,
    dims: [],
    facts: [],
    nodes,
    outputs: [{ name: "value", node: "value" }],
  };
  return { path, dtype: tensor.dtype, shape: tensor.shape, initial, span: tensor.span };
}

/** Draws of a parameter are keyed by its path. */
function withPath(expr: Expr, path: string): Expr {
  return rewriteExpr(expr, (own) => (own.kind === "random" && own.path === "" ? { ...own, path } : own));
}
