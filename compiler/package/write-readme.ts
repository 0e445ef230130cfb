import { showForm, type Form } from "../integers/index.ts";
import { publicEntries } from "../plan/hidden-entries.ts";
import type { EntryPlan, Plan, TrainingPlan } from "../plan/plan.ts";
import { countedByTrainer, type ModelDocs } from "./write-types.ts";

/** The page of a generated package: what it computes and how it is called. */
export function writeReadme(plan: Plan, name: string, docs: ModelDocs, weightsInlined: boolean): string {
  const variable = name.replace(/[^A-Za-z0-9_$]+(\w?)/g, (_, next: string) => next.toUpperCase());
  const inline = weightsInlined
    ? `For bundlers that emit no files of their own (esbuild, Rollup) and for single files: \`import { load } from "${name}/inline"\`.`
    : `For bundlers that emit no files of their own: \`import { load } from "${name}/inline"\` has the code in it; give it the weights, \`load({ weights })\`.`;
  const [first, others] = [publicEntries(plan).slice(0, 1), publicEntries(plan).slice(1)];
  return [
    `# ${name}`,
    "",
    ...(docs.model === undefined ? [] : [docs.model.trim(), ""]),
    `${plan.name}, compiled by dlc. No dependencies. It runs in Node (20.19 or later), browsers, workers, and through Vite and webpack.`,
    "",
    "```js",
    `import { load } from "${name}";`,
    "",
    `const ${variable} = await load();`,
    ...first.map((entry) => callText(variable, entry)),
    "```",
    "",
    ...first.flatMap((entry) => describe(entry, plan, docs)),
    // In blocks of their own, since results of several entries may have one name.
    ...others.flatMap((entry) => describe(entry, plan, docs, callText(variable, entry))),
    ...(plan.memory === undefined
      ? []
      : [
          `Calls change what the model remembers: \`${variable}.reset()\` forgets it, \`snapshot()\` and \`restore(bytes)\` keep it.`,
          "",
        ]),
    ...(plan.training === undefined ? [] : describeTrainer(variable, plan, plan.training)),
    "A result's `data` is valid until the next call; `copy()` keeps it. A wrong length throws a `RangeError`.",
    "",
    inline,
    "",
  ].join("\n");
}

function callText(variable: string, entry: EntryPlan): string {
  const outputs = entry.outputs.map((output) => output.name).join(", ");
  const inputs = entry.inputs
    .flatMap(({ name, initial }) => (initial === undefined ? [name] : []))
    .join(", ");
  return `const { ${outputs} } = ${variable}.${entry.name}({ ${inputs} });`;
}

/** A batch as one step takes it, and what stays of the training. */
function describeTrainer(variable: string, plan: Plan, training: TrainingPlan): readonly string[] {
  const step = plan.entries.find(({ name }) => name === training.step);
  if (step === undefined) throw new Error(`bug: the plan has no entry ${training.step}`);
  const inputs = step.inputs.map(({ name }) => name).filter((name) => !countedByTrainer.has(name));
  const outputs = step.outputs.map(({ name }) => name).join(", ");
  return [
    "## trainer",
    "",
    "```js",
    `const { ${outputs} } = ${variable}.trainer.step({ ${inputs.join(", ")} });`,
    `const bytes = ${variable}.trainer.save();`,
    "```",
    "",
    `A step is one forward and backward pass and an update; batches of ${training.settings.batch} rows are what the source says. The entries above compute with the new weights at once. \`save()\` gives a safetensors file of weights and optimizer state, from which \`load(bytes)\` goes on; it also serves \`load({ weights })\` of the package.`,
    "",
  ];
}

function describe(entry: EntryPlan, plan: Plan, docs: ModelDocs, call?: string): readonly string[] {
  const row = (port: EntryPlan["inputs"][number], direction: string): string => {
    const buffer = plan.buffers.find((candidate) => candidate.id === port.buffer);
    if (buffer === undefined) throw new Error(`bug: no buffer ${port.buffer}`);
    const range = port.range && ` in ${showForm(port.range.low)}..${showForm(port.range.high)}`;
    const type = `\`${buffer.dtype}${showShape(buffer.shape)}${range ?? ""}\``;
    const initial = port.initial === undefined ? "" : `, ${port.initial} where it is left out`;
    return `| ${direction} | \`${port.name}\` | ${type}${initial} |`;
  };
  const doc = docs.entries[entry.name];
  return [
    `## ${entry.name}`,
    "",
    ...(doc === undefined ? [] : [doc.trim(), ""]),
    ...(call === undefined ? [] : ["```js", call, "```", ""]),
    "| | name | type |",
    "| --- | --- | --- |",
    ...entry.inputs.map((port) => row(port, "input")),
    ...entry.outputs.map((port) => row(port, "output")),
    "",
  ];
}

function showShape(shape: readonly Form[]): string {
  return shape.length === 0 ? "" : `[${shape.map((extent) => showForm(extent)).join(", ")}]`;
}
