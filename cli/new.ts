import { existsSync } from "node:fs";
import { join } from "node:path";
import { CallError, exitCodes, InputError, type ExitCode } from "./exit.ts";
import { say } from "./terminal.ts";
import { writeFolder } from "./write-aside.ts";

/** Makes a folder with a model that checks, builds and runs, and a README that says how. */
export async function makeNew(name: string): Promise<ExitCode> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new CallError(`${name} is no name for a package: lower-case letters, digits and single hyphens`);
  }
  if (existsSync(name)) throw new InputError(`${name} is already there`);
  const model = name.replace(/(^|-)([a-z0-9])/g, (_, _hyphen, letter: string) => letter.toUpperCase());
  await writeFolder(
    name,
    new Map([
      [`${name}.dl`, source(model)],
      ["README.md", readme(name, model)],
    ]),
  );
  say(`made ${name}: next, dlc check ${join(name, `${name}.dl`)}`);
  return exitCodes.done;
}

function source(model: string): string {
  return `import std.nn { Linear, relu, softmax }

/// How likely each class is, from a row of measurements.
model ${model}(hidden: dim = 16, classes: dim = 3)(x: f32[N, 4]) -> (probability: f32[N, classes]) {
  probability = x |> fc1: Linear(hidden) |> relu |> fc2: Linear(classes) |> softmax
}
`;
}

function readme(name: string, model: string): string {
  return `# ${model}

A perceptron with one hidden layer: four measurements in, the probabilities of three classes out.

\`\`\`
dlc check ${name}.dl
dlc run ${name}.dl --seed 1 --input x=5.1,3.5,1.4,0.2
dlc build ${name}.dl --seed 1
\`\`\`

The last makes the npm package \`dist/${name}\`. Its weights are drawn from the seed by the initialisers that
\`Linear\` declares; \`--weights FILE\` takes those of a safetensors file instead (\`fc1.weight\`, \`fc1.bias\`,
\`fc2.weight\`, \`fc2.bias\`). \`--set classes=10\` gives the model ten classes.

\`\`\`js
import { load } from "${name}";

const model = await load();
const { probability } = model.forward({ x: new Float32Array([5.1, 3.5, 1.4, 0.2]) });
console.log(probability.shape, probability.data);
\`\`\`
`;
}
