import { CommanderError } from "commander";
import { exitCodes, explainError } from "./exit.ts";
import { makeProgram } from "./program.ts";
import { sayJsonLine, warn } from "./terminal.ts";

// Whoever reads the output may stop before its end: `dlc inspect … | head`.
process.stdout.on("error", (error: Error) => {
  if (!("code" in error && error.code === "EPIPE")) throw error;
  process.exit(exitCodes.done);
});

try {
  await makeProgram((code) => (process.exitCode = code)).parseAsync();
} catch (error) {
  // Commander has printed its message already; help and the version come as errors with exit code 0.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.callAtFault;
  } else {
    const { text, code } = explainError(error, process.env["DLC_STACK"] === "1");
    warn(text);
    if (code === exitCodes.inputAtFault && process.argv.includes("--json"))
      sayJsonLine({ error: text.replace(/^error: /, "") });
    process.exitCode = code;
  }
}
