import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { lenetConsumer } from "./consumer.ts";

/** What `tsc --strict` says of files of the consumer, each by its name: `line: message`. One program, since the libraries take seconds to read. */
async function typeErrors(
  texts: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const consumer = await lenetConsumer();
  const names = new Map(
    Object.entries(texts).map(([name, text]) => [consumer.write(`types/${name}.ts`, text), name]),
  );
  const program = ts.createProgram([...names.keys()], {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: [],
  });
  const errors = new Map([...names.values()].map((name): [string, string[]] => [name, []]));
  for (const { file, start, messageText } of ts.getPreEmitDiagnostics(program)) {
    const line = file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
    const name = names.get(file?.fileName ?? "");
    const message = `${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, " ").slice(0, 200)}`;
    if (name === undefined) throw new Error(`outside of the files: ${file?.fileName ?? ""} ${message}`);
    errors.get(name)?.push(message);
  }
  return errors;
}

const start = `import { load, tensor } from "lenet";
const lenet = await load();
const data = new Float32Array(4 * 1024);
`;

const right = `${start}
const flat = lenet.forward({ image: data });
const numbers: Float32Array = flat.logits.data;
const four = lenet.forward({ image: tensor(data, [4, 1, 32, 32]) });
const shape: readonly [4, 10] = four.logits.shape;
const kept: Float32Array = four.logits.copy();
lenet.forward({ image: data }, { into: { logits: new Float32Array(40) } });
const parameters: number = lenet.info.parameters;
export { numbers, shape, kept, parameters };
`;

/** Each is wrong on its line 4. */
const wrong: Readonly<Record<string, string>> = {
  "an image of 28×28": "lenet.forward({ image: tensor(data, [4, 1, 28, 28]) });",
  "a dim too few": "lenet.forward({ image: tensor(data, [4, 32, 32]) });",
  "another array type": "lenet.forward({ image: new Int32Array(4096) });",
  "a missing input": "lenet.forward({});",
  "an input of another name": "lenet.forward({ picture: data });",
  "an entry that is not there": "lenet.step({ image: data });",
  "a result taken for another shape":
    "export const shape: readonly [5, 10] = lenet.forward({ image: tensor(data, [4, 1, 32, 32]) }).logits.shape;",
};

test("calls of the right shape are accepted, and each wrong one is an error where it is written", async () => {
  const errors = await typeErrors({
    right,
    ...Object.fromEntries(
      Object.entries(wrong).map(([title, line]) => [title, `${start}${line}\nexport {};\n`]),
    ),
  });
  expect(errors.get("right")).toEqual([]);
  for (const title of Object.keys(wrong)) {
    expect(errors.get(title), title).toHaveLength(1);
    expect(errors.get(title)?.[0], title).toMatch(/^4: /);
  }
});

test("the installed types are those of the package", async () => {
  const consumer = await lenetConsumer();
  const declared = ts.sys.readFile(join(consumer.installed, "index.d.ts"));
  expect(declared).toMatchSnapshot();
});
