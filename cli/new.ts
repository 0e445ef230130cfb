import { existsSync } from "node:fs";
import { format } from "../grammar/format/index.ts";
import { threefry2x32 } from "../runtime/threefry.ts";
import { CallError, exitCodes, InputError, type ExitCode } from "./exit.ts";
import { say } from "./terminal.ts";
import { writeFolder } from "./write-aside.ts";

/** Makes a folder with a model, a table to train it on and a README whose commands work as they stand. */
export async function makeNew(name: string): Promise<ExitCode> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new CallError(`${name} is no name for a package: lower-case letters, digits and single hyphens`);
  }
  if (existsSync(name)) throw new InputError(`${name} is already there`);
  const model = name.replace(/(^|-)([a-z0-9])/g, (_, _hyphen, letter: string) => letter.toUpperCase());
  await writeFolder(
    name,
    new Map([
      [`${name}.dl`, formatted(`${name}.dl`, source(name, model))],
      [`${name}.csv`, table()],
      ["README.md", readme(name, model)],
    ]),
  );
  say(`made ${name}: next, cd ${name}, and dlc train ${name}.dl`);
  return exitCodes.done;
}

/** How lines break depends on the length of the name. */
function formatted(path: string, text: string): string {
  const result = format({ path, text });
  if (result.kind === "refused") throw new Error("bug: the source of a new model does not parse");
  return result.text;
}

function source(name: string, model: string): string {
  const path = `"${name}.csv"`;
  return `import std.loss { crossEntropy }
import std.nn { Linear, relu }
import std.optim { Adam }

/// Scores of three kinds of flowers, from four sizes in centimetres.
model ${model}(hidden: dim = 16)(x: f32[N, 4]) -> (logits: f32[N, 3]) {
  logits = x |> fc1: Linear(hidden) |> relu |> fc2: Linear(3)
}

/// The rows of the table: every fifth is for testing.
data ${model}Rows(part: string)
    (size: f32[M, 4] = csv(${path}, header: true, except: "kind", part: part, every: 5),
     kind: i32[M] in 0..3 = csv(${path}, header: true, column: "kind", classes: ["small", "tall", "wide"], part: part, every: 5))
    -> (x: f32[M, 4], label: i32[M] in 0..3)
{
  x = size
  label = kind
}

train ${model} on ${model}Rows(part: "train") {
  loss            = crossEntropy(logits, label)
  metric accuracy = mean[n] (argmax[c] logits[n, c] == label[n])
  optimizer       = Adam(lr: 0.01)
  test            = ${model}Rows(part: "test")
  batch = 16  epochs = 40  seed = 7
}
`;
}

/** The means of each kind, made up, as all of the table is. */
const kinds = [
  ["small", [4.8, 3.2, 1.5, 0.4]],
  ["tall", [6.1, 2.8, 4.4, 1.3]],
  ["wide", [6.7, 3.4, 5.9, 2.2]],
] as const;

/** A hundred and twenty rows, the kinds in turn. */
function table(): string {
  const rows = Array.from({ length: 120 }, (_, row) => {
    const [kind, means] = kinds[row % 3] ?? kinds[0];
    const sizes = means.map((mean, column) => {
      const [high, low] = threefry2x32([7, 0], [row, column]);
      // The sum of two draws from −1 to 1: most lie near the mean.
      const off = high / 2 ** 31 - 1 + (low / 2 ** 31 - 1);
      return Math.max(0.1, mean + 0.3 * off).toFixed(1);
    });
    return [...sizes, kind].join(",");
  });
  return `${["stem,leaf,petal,width,kind", ...rows].join("\n")}\n`;
}

function readme(name: string, model: string): string {
  return `# ${model}

A perceptron with one hidden layer: four sizes of a flower in, scores of three kinds out. \`${name}.csv\` is a made-up table
of 120 flowers; put your own in its place, and its columns and classes into the data declaration \`${model}Rows\`.

\`\`\`
dlc check ${name}.dl
dlc train ${name}.dl -o ${name}.safetensors
dlc eval ${name}.dl --weights ${name}.safetensors
dlc run ${name}.dl --weights ${name}.safetensors --input x=6.5,3.3,6,2.1
dlc build ${name}.dl --weights ${name}.safetensors
\`\`\`

Training says how the loss falls, and writes the weights, checkpoints and a report with curves and the confusion matrix into
\`runs/${name}\`. The last command makes the npm package \`dist/${name}\`. \`dlc build --train\` makes one that can go on learning.

\`npm install ./dist/${name}\`, in a project with the path to it, makes it known there by its name:

\`\`\`js
import { load } from "${name}";

const model = await load();
const { logits } = model.forward({ x: new Float32Array([6.5, 3.3, 6, 2.1]) });
console.log(logits.shape, logits.data);
\`\`\`
`;
}
