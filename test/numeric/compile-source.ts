import { differentiate } from "../../compiler/autodiff/index.ts";
import { check, type CheckOptions } from "../../compiler/check/index.ts";
import { renderAll } from "../../compiler/diagnostics/index.ts";
import { elaborate } from "../../compiler/elaborate/index.ts";
import type { Graph, Program } from "../../compiler/graph/graph.ts";
import { normalize, optimize } from "../../compiler/optimize/index.ts";
import { planProgram, wasmTarget, type Plan } from "../../compiler/plan/index.ts";
import { fileHost } from "../../cli/host.ts";

export interface CompiledSource {
  /** As elaborated, with its gradients computed: what the source means. */
  readonly program: Program;
  readonly optimized: Program;
  readonly plan: Plan;
}

/** The only model of a source, through every stage that stands before the emission of code. */
export function compileSource(text: string, options: CheckOptions = {}): CompiledSource {
  const path = "case.dl";
  const read = (asked: string): string | undefined => (asked === path ? text : fileHost.read(asked));
  const { models, diagnostics } = check({ ...fileHost, read }, path, options);
  const [model, another] = models;
  if (diagnostics.length > 0) throw new Error(renderAll(diagnostics, { colour: false }));
  if (model === undefined || another !== undefined) throw new Error(`${models.length} models`);
  return compileProgram(elaborate(model));
}

/** A program through every stage from the gradients on. */
export function compileProgram(elaborated: Program): CompiledSource {
  const program = mapEntries(elaborated, (graph) =>
    graph.nodes.some(({ kind }) => kind === "grad") ? differentiate(normalize(graph)) : graph,
  );
  const optimized = mapEntries(program, (graph) => optimize(graph, { verify: true }));
  const { plan, diagnostics } = planProgram(optimized, wasmTarget());
  if (plan === undefined) throw new Error(renderAll(diagnostics, { colour: false }));
  return { program, optimized, plan };
}

/** The same program with another graph for each entry. */
export function mapEntries(program: Program, change: (graph: Graph) => Graph): Program {
  const entries = Object.entries(program.entries).map(([name, graph]) => [name, change(graph)] as const);
  return { ...program, entries: Object.fromEntries(entries) };
}

/** The graph of the entry that a model without named entries has. */
export function forwardOf({ entries }: Program): Graph {
  const { forward } = entries;
  if (forward === undefined) throw new Error("the model has no entry forward");
  return forward;
}
