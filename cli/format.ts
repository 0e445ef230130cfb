import { readFileSync } from "node:fs";
import { format } from "../grammar/format/index.ts";
import { exitCodes, type ExitCode } from "./exit.ts";
import { readSource } from "./host.ts";
import { showDiagnostics } from "./show-diagnostics.ts";
import { say, warn } from "./terminal.ts";
import { writeWhole } from "./write-aside.ts";

export interface FormatFlags {
  readonly check?: boolean;
}

/** Formats files in place, or standard input to standard output. A file that does not parse stays as it is. */
export async function formatFiles(files: readonly string[], { check }: FormatFlags): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;
  for (const path of files) {
    const text = path === "-" ? readFileSync(0, "utf8") : readSource(path);
    const formatted = format({ path: path === "-" ? "(standard input)" : path, text });
    if (formatted.kind === "refused") {
      showDiagnostics(formatted.diagnostics);
      code = exitCodes.inputAtFault;
    } else if (check === true) {
      if (formatted.text === text) continue;
      warn(`${path} is not formatted`);
      code = exitCodes.inputAtFault;
    } else if (path === "-") {
      process.stdout.write(formatted.text);
    } else if (formatted.text !== text) {
      await writeWhole(path, formatted.text);
      say(path);
    }
  }
  return code;
}
