import { join } from "node:path";
import { selectWeights } from "../compiler/interop/safetensors.ts";
import { readSafetensors } from "../runtime/read-safetensors.ts";
import {
  findFault,
  recordHistory,
  renderReport,
  replaying,
  type Batch,
  type Fault,
  type Feed,
  type Report,
  type TrainingEvent,
  type TrainingRun,
} from "../training/index.ts";
import { confusionOf } from "./confuse.ts";
import { startEventFiles } from "./event-files.ts";
import { findBadValue, isWorthFinding } from "./find-bad-value.ts";
import { trainerOf } from "./module-trainer.ts";
import type { Trainee } from "./open-trainee.ts";
import type { RunFolder } from "./run-folder.ts";
import { writeWhole } from "./write-aside.ts";

export interface SessionOptions {
  readonly trainee: Trainee;
  /** What it learns from and, where it is tested, what on. */
  readonly feeds: readonly Feed[];
  readonly folder: RunFolder;
  /** Where the weights go when it is done. */
  readonly output: string;
  readonly signal: AbortSignal;
  readonly resume?: { readonly name: string; readonly bytes: Uint8Array } | undefined;
  /** Names of the classes, and how it was made, for the report. */
  readonly classes: readonly string[] | undefined;
  readonly facts: Report["facts"];
}

/** One training with the files that it leaves. */
export interface Session {
  readonly run: TrainingRun;
  /** Is shown each event before anybody is told of it: at the end, weights and report are written. */
  readonly record: (event: TrainingEvent) => Promise<void>;
}

/** Gets a new instance of the model ready to be trained. */
export async function startSession(options: SessionOptions): Promise<Session> {
  const { trainee, feeds, folder, output, signal, resume, classes, facts } = options;
  const { training, compiled, data } = trainee;
  const { program, checked } = compiled;
  const model = await trainee.load();
  const trainer = trainerOf(model);
  const { batch, seed } = training.settings;
  const replayed = replaying(trainer);
  const [learned, tested] = feeds;
  if (learned === undefined) throw new Error("bug: nothing to learn from");
  const test = tested?.examples("evaluate", batch);
  const history = recordHistory();
  const files = startEventFiles(folder.path);

  const diagnose = async (bad: Batch | undefined): Promise<Fault | undefined> => {
    const after = trainer.save();
    if (bad === undefined || !isWorthFinding(compiled.plan, bad.rows)) return findFault(bad, after);
    const rewound = await replayed.rewind();
    return (rewound && findBadValue(checked, { batch: bad, seed, ...rewound })) ?? findFault(bad, after);
  };

  const finish = async (isDone: boolean): Promise<void> => {
    files.flush();
    if (isDone) {
      const tensors = readSafetensors(trainer.save());
      await writeWhole(output, selectWeights(program, { name: output, tensors }), "wait");
    }
    const confusion = test && isDone ? await confusionOf(trainee, model, trainer, test) : undefined;
    const page = renderReport({
      title: `${program.name} on ${data.name}`,
      history: history.history(),
      facts,
      ...(confusion !== undefined && { confusion }),
      ...(classes !== undefined && { classes }),
    });
    await writeWhole(join(folder.path, "report.html"), page, "wait");
  };

  return {
    run: {
      trainer: replayed.trainer,
      train: learned.examples("train", batch),
      ...(test !== undefined && { test }),
      checkpoints: folder.checkpoints,
      ...(resume !== undefined && { resume }),
      identity: { model: program.name, data: data.name },
      signal,
      diagnose,
    },
    record: async (event) => {
      history.add(event);
      files.add(event);
      if (event.kind === "done") await finish(true);
      if (event.kind === "stopped" && event.reason.kind !== "patience") await finish(false);
    },
  };
}
