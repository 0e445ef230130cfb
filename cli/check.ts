import { parse } from "../grammar/index.ts";
import { check as checkSource } from "../compiler/check/index.ts";
import { toJson, type Diagnostic } from "../compiler/diagnostics/index.ts";
import { exitCodes, type ExitCode } from "./exit.ts";
import { loadModels, openGiven, type Given, type ModelFlags } from "./load-models.ts";
import { hasErrors, showDiagnostics, summary } from "./show-diagnostics.ts";
import { say, sayJson } from "./terminal.ts";

export interface CheckFlags extends ModelFlags {
  readonly json?: boolean;
}

/** Checks a source and prints its diagnostics, and nothing else. */
export function check(file: string, flags: CheckFlags): ExitCode {
  const given = openGiven(file, flags);
  const { diagnostics: plain, models } = loadModels(given);
  const diagnostics = [...plain, ...ofTraining(given, plain)];
  if (flags.json === true) {
    sayJson({ diagnostics: diagnostics.map(toJson), models: models.map(({ model }) => model.name) });
  } else {
    showDiagnostics(diagnostics);
    if (diagnostics.length === 0) say(`${file}: ${summary(diagnostics)}`);
  }
  return hasErrors(diagnostics) ? exitCodes.inputAtFault : exitCodes.done;
}

/** What is wrong with train blocks and their data, beside what is told of the models by themselves. */
function ofTraining(
  { path, text, host, options }: Given,
  told: readonly Diagnostic[],
): readonly Diagnostic[] {
  const trains = parse({ path, text }).file.declarations.some(({ kind }) => kind === "train");
  if (!trains) return [];
  const { model, set } = options;
  const known = new Set(told.map(keyOf));
  return checkSource(host, path, { model, set, train: true }).diagnostics.filter(
    (one) => !known.has(keyOf(one)),
  );
}

function keyOf({ code, message, span }: Diagnostic): string {
  return [code, span?.source.path, span?.start, message].join("\n");
}
