import { toJson } from "../compiler/diagnostics/index.ts";
import { exitCodes, type ExitCode } from "./exit.ts";
import { loadModels, openGiven, type ModelFlags } from "./load-models.ts";
import { hasErrors, showDiagnostics, summary } from "./show-diagnostics.ts";
import { say, sayJson } from "./terminal.ts";

export interface CheckFlags extends ModelFlags {
  readonly json?: boolean;
}

/** Checks a source and prints its diagnostics, and nothing else. */
export function check(file: string, flags: CheckFlags): ExitCode {
  const { diagnostics, models } = loadModels(openGiven(file, flags), { train: true });
  if (flags.json === true) {
    sayJson({ diagnostics: diagnostics.map(toJson), models: models.map(({ model }) => model.name) });
  } else {
    showDiagnostics(diagnostics);
    if (diagnostics.length === 0) say(`${file}: ${summary(diagnostics)}`);
  }
  return hasErrors(diagnostics) ? exitCodes.inputAtFault : exitCodes.done;
}
