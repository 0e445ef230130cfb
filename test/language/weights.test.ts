import { describe, expect, test } from "vitest";
import { check } from "../../compiler/check/index.ts";
import { judgeWeights, openWeights, weightShapes } from "../../compiler/interop/safetensors.ts";
import { writeSafetensors } from "../../runtime/write-safetensors.ts";
import { fileHost } from "../../cli/host.ts";
import { programOf } from "./check-source.ts";

const source = `import std.nn { Linear }
model Blocks(x: f32[N, 3]) -> (y: f32[N, 2]) {
  repeat i in 0..2 carry h = x { h' = h + (h |> fc: Linear(3)) }
  y = h |> out: Linear(2)
}`;

const right: Readonly<Record<string, readonly number[]>> = {
  "i.0.fc.weight": [3, 3],
  "i.0.fc.bias": [3],
  "i.1.fc.weight": [3, 3],
  "i.1.fc.bias": [3],
  "out.weight": [2, 3],
  "out.bias": [2],
};

/** What is said of a file with these tensors, all zeros. */
function helpsOf(shapes: Readonly<Record<string, readonly number[]>>): readonly string[] {
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    const bytes = new Uint8Array(4 * shape.reduce((all, size) => all * size, 1));
    return { name, dtype: "F32", shape, bytes };
  });
  const file = openWeights("w.safetensors", writeSafetensors(tensors));
  if (!("tensors" in file)) return file.help;
  const read = (path: string): string | undefined =>
    path === "test.dl" ? source : path.startsWith("std.") ? fileHost.read(path) : undefined;
  const weights = { name: file.name, tensors: weightShapes(file) };
  const { diagnostics } = check({ ...fileHost, read }, "test.dl", { weights });
  return [...judgeWeights(programOf(source), file), ...diagnostics].flatMap(({ help }) => help);
}

function renamed(from: RegExp, to: string): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(Object.entries(right).map(([name, shape]) => [name.replace(from, to), shape]));
}

describe("names that differ in a part from those of a weights file", () => {
  const said = (here: string, there: string): string =>
    `what is \`${here}\` here is \`${there}\` in the file: give it one name in both`;

  test("are told by that part", () => {
    expect(helpsOf(right)).toEqual([]);
    expect(helpsOf(renamed(/^i\./, "blocks."))).toEqual([said("i", "blocks")]);
    expect(helpsOf(renamed(/^out\./, "net.head."))).toEqual([said("out", "net.head")]);
    expect(helpsOf(renamed(/fc\./, "linear."))).toEqual([
      said("i.0.fc", "i.0.linear"),
      said("i.1.fc", "i.1.linear"),
    ]);
    const backwards = Object.fromEntries(Object.entries(renamed(/fc\./, "linear.")).reverse());
    expect(helpsOf(backwards)).toHaveLength(2);
    expect(helpsOf(backwards)[1]).toBe(said("i.1.fc", "i.1.linear"));
    expect(helpsOf(renamed(/^/, "module."))).toEqual([
      'every name in the file begins with "module."; save the weights without it',
    ]);
  });
  test("are not, where a shape differs or one name alone is like another", () => {
    expect(helpsOf({ ...renamed(/^out\./, "head."), "head.bias": [3] })).toEqual([]);
    expect(helpsOf(renamed(/^out\.bias/, "head.bias"))).toEqual([]);
  });
});

test("a tensor with its axes in another order is not laid to the sizes of the model", () => {
  expect(helpsOf({ ...right, "out.weight": [3, 2] })).toEqual([
    "the file has its axes in another order: transpose it before it is saved",
  ]);
  expect(helpsOf({ ...right, "out.weight": [4, 3], "out.bias": [4] })).toEqual([
    "build the model with the hyper-parameters that the weights were made for: `--set name=value`",
  ]);
});

test.each([
  ["PK\u0003\u0004", "a zip archive, as torch.save, np.savez and Keras write"],
  ["\u0080\u0002", "a pickle, as torch.save wrote"],
  ["\u0093NUMPY", "an array of NumPy"],
  ["\u0089HDF", "an HDF5 file"],
])("a file that begins with %j is called what it is", (begins, kind) => {
  const bytes = Uint8Array.from(`${begins}${"\0".repeat(40)}`, (character) => character.charCodeAt(0));
  expect(openWeights("w.pt", bytes)).toMatchObject({
    code: "DLC6001",
    message: `w.pt is ${kind}, not a safetensors file`,
  });
});
