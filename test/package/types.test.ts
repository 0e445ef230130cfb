import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { lenetConsumer } from "./consumer.ts";

/** What `tsc --strict` says of a file of the consumer: `line: message`. */
async function typeErrors(name: string, text: string): Promise<readonly string[]> {
  const consumer = await lenetConsumer();
  const path = consumer.write(`types/${name}.ts`, text);
  const program = ts.createProgram([path], {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: [],
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
    return `${line}: ${ts.flattenDiagnosticMessageText(messageText, " ").slice(0, 200)}`;
  });
}

const start = `import { load, tensor } from "lenet";
const lenet = await load();
const data = new Float32Array(4 * 1024);
`;

test("calls of the right shape are accepted, and results carry their shape", async () => {
  const text = `${start}
const flat = lenet.forward({ image: data });
const numbers: Float32Array = flat.logits.data;
const four = lenet.forward({ image: tensor(data, [4, 1, 32, 32]) });
const shape: readonly [4, 10] = four.logits.shape;
const kept: Float32Array = four.logits.copy();
lenet.forward({ image: data }, { into: { logits: new Float32Array(40) } });
const parameters: number = lenet.info.parameters;
export { numbers, shape, kept, parameters };
`;
  expect(await typeErrors("right", text)).toEqual([]);
});

test.each([
  ["an image of 28×28", "lenet.forward({ image: tensor(data, [4, 1, 28, 28]) });"],
  ["a dim too few", "lenet.forward({ image: tensor(data, [4, 32, 32]) });"],
  ["another array type", "lenet.forward({ image: new Int32Array(4096) });"],
  ["a missing input", "lenet.forward({});"],
  ["an input of another name", "lenet.forward({ picture: data });"],
  ["an entry that is not there", "lenet.step({ image: data });"],
  [
    "a result taken for another shape",
    "const shape: readonly [5, 10] = lenet.forward({ image: tensor(data, [4, 1, 32, 32]) }).logits.shape; export { shape };",
  ],
])("%s is an error where it is written", async (title, line) => {
  const errors = await typeErrors(title.replaceAll(/\W+/g, "-"), `${start}${line}\n`);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(/^4: /);
});

test("the installed types are those of the package", async () => {
  const consumer = await lenetConsumer();
  const declared = ts.sys.readFile(join(consumer.installed, "index.d.ts"));
  expect(declared).toMatchSnapshot();
});
