import { showForm, type Form } from "../integers/index.ts";
import { publicEntries } from "../plan/hidden-entries.ts";
import type { Buffer, EntryPlan, Plan, TrainingPlan } from "../plan/plan.ts";
import { bindingField, bindingName } from "./binding-name.ts";
import { describeSizes, describeValues } from "./describe-values.ts";
import { needsShape } from "./needs-shape.ts";
import { countedByTrainer, type ModelDocs } from "./write-types.ts";

/** The page of a generated package: what it computes and how it is called. */
export function writeReadme(plan: Plan, name: string, docs: ModelDocs, weightsInlined: boolean): string {
  const variable = bindingName(
    name.replace(/[^A-Za-z0-9_$]+(\w?)/g, (_, next: string) => next.toUpperCase()),
  );
  const sections = publicEntries(plan).map((entry) => describe(variable, entry, plan, docs));
  const training = plan.training === undefined ? [] : describeTrainer(variable, plan, plan.training);
  const shaped = [...sections, training].flat().some((line) => line.includes("tensor("));
  const inline = weightsInlined
    ? `For bundlers that emit no files of their own (esbuild, Rollup) and for single files: \`import { load } from "${name}/inline"\`.`
    : `For bundlers that emit no files of their own: \`import { load } from "${name}/inline"\` has the code in it; give it the weights, \`load({ weights })\`.`;
  return [
    `# ${name}`,
    "",
    ...(docs.model === undefined ? [] : [docs.model.trim(), ""]),
    `${plan.name}, compiled by dlc. No dependencies. It runs in Node (20.19 or later), browsers, workers, and through Vite and webpack.`,
    "",
    "```js",
    `import { ${shaped ? "load, tensor" : "load"} } from "${name}";`,
    "",
    `const ${variable} = await load();`,
    "```",
    "",
    ...sections.flat(),
    ...(plan.memory === undefined
      ? []
      : [
          `Calls change what the model remembers: \`${variable}.reset()\` forgets it, \`snapshot()\` and \`restore(bytes)\` keep it.`,
          "",
        ]),
    ...(publicEntries(plan).some(({ random }) => random === true)
      ? [
          `Random draws follow the seed, \`load({ seed })\`, and how many calls have drawn since: with one seed, 0 where it is left out, they are the same after each \`load\`, and others in each call.`,
          "",
        ]
      : []),
    ...training,
    "A result's `data` is valid until the next call; `copy()` keeps it. A wrong length throws a `RangeError`.",
    "",
    inline,
    "",
  ].join("\n");
}

/** A call with what has to be given; where lengths alone don't say all sizes, shapes stand beside them. */
function callText(called: string, entry: EntryPlan, plan: Plan): string {
  const given = entry.inputs.filter(
    ({ name, initial }) => initial === undefined && !countedByTrainer.has(name),
  );
  const inputs = given.map(({ name, buffer }, place) => {
    const { shape } = bufferOf(plan, buffer);
    const before = given.slice(0, place).map((one) => bufferOf(plan, one.buffer).shape);
    if (!needsShape(shape, before)) return bindingField(name);
    return `${name}: tensor(${bindingName(name)}, ${showShape(shape)})`;
  });
  const outputs = entry.outputs.map(({ name }) => bindingField(name));
  return `const { ${outputs.join(", ")} } = ${called}(${inputs.length === 0 ? "{}" : `{ ${inputs.join(", ")} }`});`;
}

function bufferOf(plan: Plan, id: number): Buffer {
  const buffer = plan.buffers.find((candidate) => candidate.id === id);
  if (buffer === undefined) throw new Error(`bug: no buffer ${id}`);
  return buffer;
}

/** A batch as one step takes it, and what stays of the training. */
function describeTrainer(variable: string, plan: Plan, training: TrainingPlan): readonly string[] {
  const step = plan.entries.find(({ name }) => name === training.step);
  if (step === undefined) throw new Error(`bug: the plan has no entry ${training.step}`);
  return [
    "## trainer",
    "",
    "```js",
    callText(`${variable}.trainer.step`, step, plan),
    `const bytes = ${variable}.trainer.save();`,
    "```",
    "",
    `A step is one forward and backward pass and an update; batches of ${training.settings.batch} rows are what the source says. The entries above compute with the new weights at once. \`save()\` gives a safetensors file of weights and optimizer state, from which \`load(bytes)\` goes on; it also serves \`load({ weights })\` of the package.`,
    "",
  ];
}

function describe(variable: string, entry: EntryPlan, plan: Plan, docs: ModelDocs): readonly string[] {
  const row = (port: EntryPlan["inputs"][number], direction: string): string => {
    const { dtype, shape } = bufferOf(plan, port.buffer);
    const values = describeValues(port, dtype);
    const more = [
      ...(values === undefined ? [] : [`, ${values}`]),
      ...(port.initial === undefined ? [] : [`, ${port.initial} where it is left out`]),
    ];
    return `| ${direction} | \`${port.name}\` | \`${dtype}${showShape(shape)}\`${more.join("")} |`;
  };
  const doc = docs.entries[entry.name];
  const sizes = describeSizes(entry);
  return [
    `## ${entry.name}`,
    "",
    ...(doc === undefined ? [] : [doc.trim(), ""]),
    "```js",
    callText(`${variable}.${entry.name}`, entry, plan),
    "```",
    "",
    "| | name | type |",
    "| --- | --- | --- |",
    ...entry.inputs.map((port) => row(port, "input")),
    ...entry.outputs.map((port) => row(port, "output")),
    "",
    ...(sizes === undefined ? [] : [sizes, ""]),
  ];
}

function showShape(shape: readonly Form[]): string {
  return shape.length === 0 ? "" : `[${shape.map((extent) => showForm(extent)).join(", ")}]`;
}
