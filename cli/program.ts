import { Command, InvalidArgumentError, Option } from "commander";
import manifest from "../package.json" with { type: "json" };
import { collectAssignment } from "./assignment.ts";
import type { BuildFlags } from "./build.ts";
import type { CheckFlags } from "./check.ts";
import { CallError, type ExitCode } from "./exit.ts";
import type { FormatFlags } from "./format.ts";
import type { InspectFlags } from "./inspect.ts";
import type { RunFlags } from "./run.ts";
import type { TraineeFlags } from "./open-trainee.ts";
import type { TrainFlags } from "./train.ts";
import { stages } from "./stages.ts";

/** Commands of the whole language that this version does not have yet. */
export const laterCommands = ["bench", "diff", "lsp", "import", "export"] as const;

/**
 * The commands with their arguments and options. What a command does is in the file of its name, which is loaded only
 * when it is called; `done` gets its exit code.
 */
export function makeProgram(done: (code: ExitCode) => void): Command {
  const program = new Command("dlc")
    .description(
      "Compiles neural networks written as equations (.dl) into small typed npm modules.\nNot related to Qualcomm's DLC format.",
    )
    .version(manifest.version)
    .showHelpAfterError("(--help says how it is called)")
    .exitOverride();
  const command = (name: string, description: string, examples: readonly string[]): Command =>
    program
      .command(name)
      .description(description)
      .addHelpText("after", `\nExamples:\n${examples.map((example) => `  dlc ${example}`).join("\n")}`);

  command("new <name>", "Makes a folder with a model, data to train it on and a README.", [
    "new flowers",
  ]).action(async (name: string) => {
    const { makeNew } = await import("./new.ts");
    done(await makeNew(name));
  });

  withModelOptions(
    command("check <file>", "Says what is wrong with a model, and writes nothing.", [
      "check lenet.dl",
      "check lenet.dl --weights lenet.safetensors",
      "check lenet.dl --set classes=100 --json",
    ]),
  )
    .option("--json", "diagnostics as JSON on standard output")
    .action(async (file: string, flags: Given<CheckFlags>) => {
      const { check } = await import("./check.ts");
      done(check(file, { set: [], ...flags }));
    });

  withCompressionOptions(
    command("build <file>", "Makes an npm package of a model.", [
      "build lenet.dl --weights lenet.safetensors",
      "build lenet.dl -o web/lenet --seed 7",
      "build nets.dl --model Small --strict",
      "build lenet.dl --train --seed 7",
    ]),
  )
    .option("-o, --output <dir>", "the folder to make; by default dist/ and the name of the file")
    .addOption(
      new Option("--target <target>", "what the code is for")
        .choices(["wasm", "webgpu", "all"])
        .default("wasm"),
    )
    .option("--train", "the module also trains: what the train block of the model says")
    .option("--seed <n>", "of the initial weights, where --weights gives none", wholeNumber)
    .option("--strict", "warnings are errors")
    .addOption(later(new Option("--static", "sizes and addresses as constants")))
    .addOption(later(new Option("--optimize <aim>", "for size or speed").choices(["size", "speed"])))
    .addOption(later(new Option("--tune", "schedules chosen by measuring")))
    .option("--json", "the result as JSON on standard output")
    .action(async (file: string, flags: Given<BuildFlags> & LaterFlags) => {
      refuseLater(flags);
      const { build } = await import("./build.ts");
      done(await build(file, { set: [], ...flags }));
    });

  withCompressionOptions(
    command("train <file>", "Trains a model as its train block says, on the data that it names.", [
      "train lenet.dl",
      "train lenet.dl --data ~/mnist --epochs 10 --seed 3 -o lenet.safetensors",
      "train lenet.dl --resume runs/lenet/last.safetensors",
      "train iris.dl --folds 5 --json",
    ]),
  )
    .option("--data <dir>", "where the files of the data are; by default the folder of the source")
    .option("--epochs <n>", "instead of what the train block says", countingNumber)
    .option("--seed <n>", "instead of what the train block says", wholeNumber)
    .option("--folds <k>", "trains k times, each time tested on another k-th of the rows", countingNumber)
    .option("--resume <file>", "goes on from a checkpoint, bit for bit")
    .option("-o, --output <file>", "the weights to write; by default in the folder of the run")
    .option(
      "--log <dir>",
      "the folder of the run: checkpoints, event files and report; by default a new one in runs/",
    )
    .option("--json", "an object a line on standard output, the last with the result")
    .action(async (file: string, flags: Given<TrainFlags>) => {
      const { train } = await import("./train.ts");
      done(await train(file, { set: [], ...flags }));
    });

  withCompressionOptions(
    command("eval <file>", "Loss and metrics of a trained model on its test data.", [
      "eval lenet.dl --weights lenet.safetensors",
      "eval lenet.dl --weights runs/lenet/best.safetensors --data ~/mnist --json",
    ]),
  )
    .option("--data <dir>", "where the files of the data are; by default the folder of the source")
    .option("--seed <n>", "of random draws, instead of what the train block says", wholeNumber)
    .option("--json", "the result as JSON in one line on standard output")
    .action(
      async (file: string, { weights, ...flags }: Given<TraineeFlags> & { readonly json?: boolean }) => {
        if (weights === undefined) throw new CallError("dlc eval needs the weights to judge: --weights FILE");
        const { evaluateFile } = await import("./eval.ts");
        done(await evaluateFile(file, { set: [], weights, ...flags }));
      },
    );

  withModelOptions(
    command("run <model>", "Runs a model (a source, or the folder of a built one) and shows its outputs.", [
      "run lenet.dl --weights lenet.safetensors --input image=digit.png",
      "run dist/lenet --input image=digit.png --output logits=logits.npy",
      "run mlp.dl --seed 1 --input x=0.5,1,-2 --json",
    ]),
  )
    .option("--entry <name>", "which entry to call, where the model has several")
    .option("--seed <n>", "of the initial weights, where --weights gives none", wholeNumber)
    .option(
      "-i, --input <name=value>",
      "an image (png, jpg), a .npy, .json or text file, or the numbers themselves; several images make a batch",
      collectAssignment,
    )
    .option("--show <name>", "also the value of an equation inside the model", collectWord)
    .option("-o, --output <name=file>", "writes an output as .npy, .json or .txt", collectAssignment)
    .option("--json", "the outputs as JSON on standard output")
    .action(async (model: string, flags: Given<RunFlags, "input" | "show" | "output">) => {
      const { run } = await import("./run.ts");
      done(await run(model, { set: [], input: [], show: [], output: [], ...flags }));
    });

  withModelOptions(
    command("inspect <file>", "Shows what the compiler makes of a model, stage by stage.", [
      "inspect lenet.dl --stage kernels",
      "inspect lenet.dl --print-after simplify",
      "inspect lenet.dl --stage ast --json",
    ]),
  )
    .addOption(new Option("--stage <stage>", "how far").choices([...stages, "wgsl"]).default("graph"))
    .option(
      "--print-after <pass>",
      "the graph after a pass of the optimizer; `elaborate` for before the first",
    )
    .option("--relaxed", "with --stage wat, the build with fused multiply-add")
    .addOption(later(new Option("--html <file>", "a page with all stages side by side")))
    .option("--json", "the tree, or the texts of the stage by name, as JSON")
    .action(async (file: string, flags: Given<InspectFlags> & LaterFlags) => {
      refuseLater(flags);
      const { inspect } = await import("./inspect.ts");
      done(await inspect(file, { set: [], ...flags }));
    });

  command("fmt <files...>", "Brings sources into the layout of the house; - is standard input.", [
    "fmt lenet.dl layers.dl",
    "fmt --check *.dl",
    "fmt - < lenet.dl",
  ])
    .option("--check", "writes nothing; exit code 1 where a file would change")
    .action(async (files: readonly string[], flags: FormatFlags) => {
      const { formatFiles } = await import("./format.ts");
      done(await formatFiles(files, flags));
    });

  command("explain [code]", "Says what a diagnostic means, with an example; without a code, lists all.", [
    "explain DLC1010",
    "explain",
  ])
    .option("--json", "as JSON on standard output")
    .action(async (code: string | undefined, flags: { readonly json?: boolean }) => {
      const { explainCode } = await import("./explain.ts");
      done(explainCode(code, flags));
    });

  for (const name of laterCommands) {
    program
      .command(`${name} [arguments...]`, { hidden: true })
      .allowUnknownOption()
      .helpOption(false)
      .action(() => {
        throw new CallError(`dlc ${name} comes with a later version; dlc --help lists what there is`);
      });
  }
  return program;
}

/** Options of whatever looks at a model. */
function withModelOptions(command: Command): Command {
  return command
    .option("--model <name>", "which model, where the file has several")
    .option("--weights <file>", "a safetensors file with the parameters")
    .option("--set <name=value>", "a hyper-parameter of the model instead of its default", collectAssignment);
}

/** Options of whatever makes code of a model and weights. */
function withCompressionOptions(command: Command): Command {
  return withModelOptions(command)
    .option("--prune <share>", "the smallest of all weights become 0: 0.8 leaves a fifth", share)
    .option("--prune-each <share>", "the same in each parameter by itself", share)
    .addOption(
      new Option("--quantise <kind>", "weights of 8 bits, with a scale for each output channel").choices([
        "int8",
      ]),
    );
}

/** An option that stands in the design and not yet in the program: told of, not shown. */
function later(option: Option): Option {
  return option.hideHelp();
}

interface LaterFlags {
  readonly static?: boolean;
  readonly optimize?: string;
  readonly tune?: boolean;
  readonly html?: string;
}

function refuseLater({ static: fixed, optimize, tune, html }: LaterFlags): void {
  const given = Object.entries({ static: fixed, optimize, tune, html });
  const [name] = given.find(([, value]) => value !== undefined) ?? [];
  if (name !== undefined) throw new CallError(`--${name} comes with a later version`);
}

/** Options that may be repeated are undefined where they are not given at all. */
type Given<Flags extends { readonly set: unknown }, Repeated extends keyof Flags = never> = Omit<
  Flags,
  "set" | Repeated
> &
  Partial<Pick<Flags, "set" | Repeated>>;

function collectWord(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value >= 2 ** 32) {
    throw new InvalidArgumentError("It is a whole number from 0 to 4294967295.");
  }
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value < 1) return value;
  throw new InvalidArgumentError("It is a share from 0 to 1, as 0.8.");
}

function countingNumber(text: string): number {
  const value = wholeNumber(text);
  if (value > 0) return value;
  throw new InvalidArgumentError("It is a whole number of at least 1.");
}
