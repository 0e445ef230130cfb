import { setImmediate } from "node:timers/promises";
import { toJson } from "../compiler/diagnostics/index.ts";
import { evaluate, showMetrics } from "../training/index.ts";
import { exitCodes, type ExitCode } from "./exit.ts";
import { trainerOf } from "./module-trainer.ts";
import { openFeeds } from "./open-feeds.ts";
import { openTrainee, unitOf, type TraineeFlags } from "./open-trainee.ts";
import { startProgress } from "./progress.ts";
import { showDiagnostics } from "./show-diagnostics.ts";
import { jsonTeller, textTeller } from "./tell-training.ts";
import { tellingFaults } from "./telling-faults.ts";
import { say, sayJsonLine } from "./terminal.ts";

export interface EvalFlags extends Omit<TraineeFlags, "epochs"> {
  readonly weights: string;
  readonly json?: boolean;
}

/** Loss and metrics of a model with some weights, on what its train block tests on, or learns from where it names no test. */
export async function evaluateFile(file: string, flags: EvalFlags): Promise<ExitCode> {
  const { trainee, diagnostics } = await openTrainee(file, flags);
  if (flags.json !== true) showDiagnostics(diagnostics);
  if (trainee === undefined) {
    if (flags.json === true) sayJsonLine({ diagnostics: diagnostics.map(toJson) });
    return exitCodes.inputAtFault;
  }
  return tellingFaults(trainee.folder, async () => {
    const { training, test, data, folder } = trainee;
    const declared = test ?? data;
    const { seed, batch } = training.settings;
    const progress = startProgress();
    const { at: onProgress } = progress;
    const opened = await openFeeds({ folder, declarations: [declared], seed, onProgress }).finally(
      progress.end,
    );
    const teller = flags.json === true ? jsonTeller() : textTeller(unitOf(trainee));
    try {
      const examples = opened.feeds[0]?.[0]?.examples("evaluate", batch);
      if (examples === undefined) throw new Error("bug: no data were opened");
      const events = evaluate({ trainer: trainerOf(await trainee.load()), examples });
      let next = await events.next();
      for (; next.done !== true; next = await events.next()) {
        teller.tell(next.value);
        // Signals are heard, and the thread that reads.
        await setImmediate();
      }
      teller.end();
      const means = next.value ?? {};
      if (flags.json === true) sayJsonLine(test === undefined ? { train: means } : { test: means });
      else {
        if (test === undefined)
          say(`${trainee.compiled.program.name} has no \`test = …\`: these are the data that it learns from`);
        say(
          `${declared.name}, ${examples.rows.toLocaleString("en")} ${unitOf(trainee)}: ${showMetrics(means)}`,
        );
      }
      return exitCodes.done;
    } finally {
      teller.end();
      await opened.close();
    }
  });
}
