import { createHash } from "node:crypto";
import { basename, extname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import manifest from "../package.json" with { type: "json" };
import { toJson } from "../compiler/diagnostics/index.ts";
import {
  train as trainAlone,
  trainFolds,
  type FoldEvent,
  type Report,
  type StopReason,
  type TrainingEvent,
  type TrainingRun,
  readCheckpoint,
} from "../training/index.ts";
import { CallError, exitCodes, InputError, type ExitCode } from "./exit.ts";
import { readGiven } from "./host.ts";
import { awaitInterruption } from "./interruption.ts";
import { openFeeds, type OpenedFeeds } from "./open-feeds.ts";
import { openTrainee, unitOf, type Trainee, type TraineeFlags } from "./open-trainee.ts";
import { startProgress } from "./progress.ts";
import { resumeCommand } from "./resume-command.ts";
import { foldFolder, makeRunFolder, type RunFolder } from "./run-folder.ts";
import { showDiagnostics } from "./show-diagnostics.ts";
import { jsonTeller, textTeller } from "./tell-training.ts";
import { tellingFaults } from "./telling-faults.ts";
import { say, sayJsonLine } from "./terminal.ts";
import { startSession, type Session } from "./training-session.ts";
import { requireWritable } from "./write-aside.ts";

export interface TrainFlags extends TraineeFlags {
  readonly folds?: number;
  readonly resume?: string;
  readonly output?: string;
  readonly log?: string;
  readonly json?: boolean;
}

/** Trains a model as its train block says, and writes its weights, checkpoints, event files and a report. */
export async function train(file: string, flags: TrainFlags): Promise<ExitCode> {
  refuseContradictions(flags);
  if (flags.output !== undefined) requireWritable(flags.output);
  const resume =
    flags.resume === undefined ? undefined : { name: flags.resume, bytes: readGiven(flags.resume) };
  const { trainee, diagnostics } = await openTrainee(file, flags);
  if (flags.json !== true) showDiagnostics(diagnostics);
  if (trainee === undefined) {
    if (flags.json === true) sayJsonLine({ diagnostics: diagnostics.map(toJson) });
    return exitCodes.inputAtFault;
  }
  return tellingFaults(trainee.folder, async () => {
    // Before a folder is looked for: what is no checkpoint belongs to no run.
    if (resume !== undefined) readCheckpoint(resume.name, resume.bytes);
    const { folder: place, data, test, training } = trainee;
    if (flags.folds !== undefined && test === undefined) {
      throw new InputError(`--folds tests each training, but the train block has no \`test = …\``);
    }
    const declarations = test === undefined ? [data] : [data, test];
    const { seed } = training.settings;
    const progress = startProgress();
    const { at: onProgress } = progress;
    const asked = { folder: place, declarations, seed, folds: flags.folds, onProgress };
    const feeds = await openFeeds(asked).finally(progress.end);
    try {
      const folder = makeRunFolder(basename(file, extname(file)), flags.log, flags.resume);
      return await runTraining({ trainee, feeds, folder, flags, resume });
    } finally {
      await feeds.close();
    }
  });
}

function refuseContradictions({ folds, resume, output, weights }: TrainFlags): void {
  if (folds !== undefined && folds < 2) throw new CallError("--folds begins with 2");
  if (folds !== undefined && resume !== undefined) {
    throw new CallError("--resume goes on with one training; --folds makes several");
  }
  if (folds !== undefined && output !== undefined) {
    throw new CallError("-o is for the weights of one training; --folds makes several");
  }
  if (resume !== undefined && weights !== undefined) {
    throw new CallError("--weights is what a training begins with; that of --resume has begun");
  }
  if (output !== undefined && extname(output) !== ".safetensors") {
    throw new CallError(`${output} should end in .safetensors, which is what it will be`);
  }
}

interface Training {
  readonly trainee: Trainee;
  readonly feeds: OpenedFeeds;
  readonly folder: RunFolder;
  readonly flags: TrainFlags;
  readonly resume: { readonly name: string; readonly bytes: Uint8Array } | undefined;
}

async function runTraining({ trainee, feeds, folder, flags, resume }: Training): Promise<ExitCode> {
  const { compiled, data } = trainee;
  const title = `${compiled.program.name} on ${data.name}, in ${folder.path}`;
  const teller = flags.json === true ? jsonTeller() : textTeller(unitOf(trainee), title);
  const interruption = awaitInterruption();
  const facts = factsOf(trainee);
  const { classes } = feeds;
  let session: Session | undefined;
  const outputIn = (path: string): string => flags.output ?? join(path, weightsName(trainee.file));
  const makeRun = async (fold: number): Promise<TrainingRun> => {
    const own = flags.folds === undefined ? folder : foldFolder(folder, fold + 1);
    const taken = feeds.feeds[fold];
    if (taken === undefined) throw new Error(`bug: no data for fold ${fold}`);
    const { signal } = interruption;
    const output = outputIn(own.path);
    session = await startSession({
      trainee,
      feeds: taken,
      folder: own,
      output,
      signal,
      resume,
      classes,
      facts,
    });
    return session.run;
  };
  let stopped: StopReason | undefined;
  try {
    const events: AsyncIterable<TrainingEvent | FoldEvent> =
      flags.folds === undefined ? trainAlone(await makeRun(0)) : trainFolds(flags.folds, makeRun);
    for await (const event of breathing(events)) {
      const inner = event.kind === "fold" ? event.event : event;
      if (inner.kind === "stopped") stopped = inner.reason;
      if (inner.kind !== "folds") await session?.record(inner);
      teller.tell(event);
    }
  } finally {
    teller.end();
    interruption.end();
  }
  if (flags.json !== true) tellFiles(trainee, folder, flags, stopped, outputIn);
  if (stopped?.kind === "diverged") return exitCodes.inputAtFault;
  return stopped?.kind === "signal" ? exitCodes.interrupted : exitCodes.done;
}

/** Milliseconds after which signals and the thread that reads are heard. */
const breathEvery = 5;

/** Steps are computed without a pause; here and there one is made. */
async function* breathing<T>(events: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  let last = performance.now();
  for await (const event of events) {
    yield event;
    if (performance.now() - last < breathEvery) continue;
    await setImmediate();
    last = performance.now();
  }
}

function tellFiles(
  { file }: Trainee,
  { path }: RunFolder,
  flags: TrainFlags,
  stopped: StopReason | undefined,
  outputIn: (path: string) => string,
): void {
  if (stopped?.kind === "signal" && flags.folds === undefined) {
    say(`go on with: ${resumeCommand(file, flags, join(path, "last.safetensors"))}`);
  }
  if (stopped?.kind === "signal" || stopped?.kind === "diverged") return;
  if (flags.folds !== undefined) say(`reports in ${join(path, "fold-1")} and so on`);
  else say(`weights in ${outputIn(path)}, report in ${join(path, "report.html")}`);
}

function weightsName(file: string): string {
  return `${basename(file, extname(file))}.safetensors`;
}

function factsOf({ file, folder, training, data, test }: Trainee): Report["facts"] {
  const declared = [data, ...(test === undefined ? [] : [test])];
  const paths = new Set(declared.flatMap(({ sources }) => sources.map(({ path }) => path)));
  const hash = createHash("sha256").update(readGiven(file)).digest("hex");
  return [
    ["command", `dlc ${process.argv.slice(2).join(" ")}`],
    ["seed", String(training.settings.seed)],
    ["source", `${file}, sha256 ${hash}`],
    ["data", `${[...paths].join(", ")} in ${folder}`],
    ["versions", `dlc ${manifest.version}, Node ${process.versions.node}`],
  ];
}
