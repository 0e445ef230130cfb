import { countLine, renderAll, type Diagnostic } from "../compiler/diagnostics/index.ts";
import { colourOn, warn } from "./terminal.ts";

/** Renders diagnostics on standard error, as wide as the terminal. */
export function showDiagnostics(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length === 0) return;
  const { columns } = process.stderr;
  // Of a pipe, columns is undefined whatever its type says.
  const width = Boolean(columns) && columns > 40 ? { width: columns } : {};
  warn(renderAll(diagnostics, { colour: colourOn(process.stderr), ...width }));
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}

/** `no errors`, or what `countLine` says. */
export function summary(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.length === 0 ? "no errors" : countLine(diagnostics);
}
