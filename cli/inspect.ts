import { normalize } from "node:path";
import { parse } from "../grammar/index.ts";
import { optimizeProgram } from "../compiler/compile.ts";
import { toJson, type Diagnostic } from "../compiler/diagnostics/index.ts";
import { printGraph } from "../compiler/graph/print.ts";
import type { Graph, Program } from "../compiler/graph/graph.ts";
import { optimize, passes } from "../compiler/optimize/index.ts";
import { planProgram, printPlan, wasmTarget, type Plan } from "../compiler/plan/index.ts";
import { CallError, exitCodes, InputError, type ExitCode } from "./exit.ts";
import { readSource } from "./host.ts";
import { loadModels, openGiven, type LoadedModel, type ModelFlags } from "./load-models.ts";
import { printTypes } from "./print-types.ts";
import type { Stage } from "./stages.ts";
import { hasErrors, showDiagnostics } from "./show-diagnostics.ts";
import { say, sayJson } from "./terminal.ts";

export interface InspectFlags extends ModelFlags {
  readonly stage: Stage | "wgsl";
  readonly printAfter?: string;
  readonly relaxed?: boolean;
  readonly json?: boolean;
}

/** The texts of a stage by what they show: an entry, a kernel. */
type Texts = Readonly<Record<string, string>>;

/** Prints what a stage of the compiler hands to the next. */
export async function inspect(file: string, flags: InspectFlags): Promise<ExitCode> {
  const { stage, printAfter, json } = flags;
  if (stage === "wgsl") throw new CallError("--stage wgsl comes with a later version");
  if (printAfter !== undefined) refuseUnknownPass(printAfter);
  else if (stage === "ast") return showTree(file, json === true);
  const textsOf = (one: LoadedModel): StageResult | Promise<StageResult> =>
    printAfter !== undefined || stage === "ast"
      ? textsAfter(one.program, printAfter ?? "elaborate")
      : stageTexts[stage](one, flags);
  const { models, diagnostics } = loadModels(openGiven(file, flags));
  const found = [...diagnostics];
  const shown: Record<string, Texts> = {};
  for (const one of models) {
    const result = await textsOf(one);
    if ("diagnostics" in result) found.push(...result.diagnostics);
    else shown[one.model.name] = result.texts;
  }
  if (json === true) sayJson({ models: shown, diagnostics: found.map(toJson) });
  else {
    showDiagnostics(found);
    for (const texts of Object.values(shown))
      for (const text of Object.values(texts)) say(`${text.trimEnd()}\n`);
  }
  if (hasErrors(found)) return exitCodes.inputAtFault;
  if (models.length === 0) throw new InputError(`${file} has no model to inspect`);
  return exitCodes.done;
}

/** Parsing never fails: a broken source shows what was understood of it. */
function showTree(file: string, json: boolean): ExitCode {
  const { file: tree, diagnostics } = parse({ path: normalize(file), text: readSource(file) });
  // Spans hold their source, which is once enough.
  const withoutSources: unknown = JSON.parse(
    JSON.stringify(tree, (key, value: unknown) => (key === "source" ? undefined : value)),
  );
  if (json) sayJson({ file: withoutSources, diagnostics: diagnostics.map(toJson) });
  else {
    showDiagnostics(diagnostics);
    say(treeText(withoutSources, ""));
  }
  return hasErrors(diagnostics) ? exitCodes.inputAtFault : exitCodes.done;
}

/** A node a line: its kind, its plain fields, and its children below it. */
function treeText(value: unknown, indent: string, label = ""): string {
  if (Array.isArray(value)) {
    return value.map((item: unknown, place) => treeText(item, indent, `${label}[${place}]`)).join("\n");
  }
  if (typeof value !== "object" || value === null) return `${indent}${label} ${JSON.stringify(value)}`;
  const fields = Object.entries(value).filter(([key]) => key !== "span");
  const isPlain = (field: unknown): boolean => typeof field !== "object" || field === null;
  const plain = fields.filter(([key, field]) => key !== "kind" && isPlain(field));
  const kind = "kind" in value ? String(value.kind) : "";
  const words = plain.map(([key, field]) => `${key}=${JSON.stringify(field)}`);
  const line = `${indent}${[label === "" ? "" : `${label}:`, kind, ...words].filter((word) => word !== "").join(" ")}`;
  const below = fields
    .filter(([, field]) => !isPlain(field) && !(Array.isArray(field) && field.length === 0))
    .map(([key, field]) => treeText(field, `${indent}  `, key));
  return [line, ...below].join("\n");
}

type StageResult = { readonly texts: Texts } | { readonly diagnostics: readonly Diagnostic[] };

const stageTexts: Readonly<
  Record<Exclude<Stage, "ast">, (one: LoadedModel, flags: InspectFlags) => StageResult | Promise<StageResult>>
> = {
  types: ({ model }) => ({ texts: { types: printTypes(model) } }),
  graph: ({ program }) => ({ texts: graphTexts(optimizeProgram(program)) }),
  kernels: ({ program }) => ofPlan(program, (plan) => printPlan(plan, "kernels")),
  loops: ({ program }) => ofPlan(program, (plan) => printPlan(plan, "loops")),
  memory: ({ program }) => ofPlan(program, (plan) => printPlan(plan, "memory", leastDims(plan))),
  wat: async ({ program }, { relaxed }) => {
    const { showWat } = await import("../compiler/wasm/index.ts");
    return ofPlan(program, (plan) => showWat(plan, relaxed === true ? "relaxed" : "baseline"));
  },
};

/** Free sizes are shown at the least that their entries allow. */
function leastDims({ entries }: Plan): (name: string) => number {
  const all = entries.flatMap(({ dims }) => dims);
  return (name) => Math.max(1, ...all.filter((dim) => dim.name === name).map(({ low }) => low));
}

function ofPlan(program: Program, text: (plan: Plan) => string): StageResult {
  const { plan, diagnostics } = planProgram(optimizeProgram(program), wasmTarget());
  return plan === undefined ? { diagnostics } : { texts: { [plan.name]: text(plan) } };
}

function graphTexts(program: Program): Texts {
  return Object.fromEntries(
    Object.entries(program.entries).map(([name, graph]) => [name, printGraph(graph)]),
  );
}

function refuseUnknownPass(name: string): void {
  const names = ["elaborate", ...passes.map((pass) => pass.name)];
  if (names.includes(name)) return;
  const list = passes.map((pass) => `  ${pass.name.padEnd(12)} ${pass.description}`).join("\n");
  throw new CallError(`there is no pass ${name}; after elaborate come\n${list}`);
}

/** The list of passes is run until nothing changes: of several rounds, the last counts. */
function textsAfter(program: Program, name: string): StageResult {
  if (name === "elaborate") return { texts: graphTexts(program) };
  const entries = Object.entries(program.entries).map(([entry, graph]) => {
    let after: Graph = graph;
    optimize(graph, {
      observe: (pass, result) => {
        if (pass.name === name) after = result;
      },
    });
    return [entry, after] as const;
  });
  return { texts: graphTexts({ ...program, entries: Object.fromEntries(entries) }) };
}
