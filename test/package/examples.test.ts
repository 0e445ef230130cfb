import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";
import { build } from "../../cli/build.ts";
import { tensorOf, type Tensor } from "../../compiler/graph/index.ts";
import type { Model } from "../../runtime/load.ts";
import { repository, temporaryFolder } from "../cli/run-dlc.ts";
import {
  errorOf,
  exampleFixtures,
  inputsOf,
  weightsOf,
  type ExampleFixture,
} from "../numeric/example-fixtures.ts";
import { callEntry, weightsFile } from "../numeric/load-compiled.ts";
import { tensorError } from "../numeric/tensor-error.ts";
import { requires } from "../requirements.ts";
import { closeBrowser, serve, visit } from "./browser.ts";

// What `dlc build` makes of an example gives PyTorch's results in Node, and in a browser what it gives in Node.

/** As in test/numeric/examples.test.ts. */
const tolerance = 1e-4;

interface Example {
  readonly name: string;
  readonly file: string;
  readonly model: string;
  readonly set: ExampleFixture["set"];
  /** One for each entry, of one seed. */
  readonly fixtures: readonly ExampleFixture[];
}

/** Each model once, with all of its entries; the sizes are small ones. */
function examplesOf(fixtures: readonly ExampleFixture[]): readonly Example[] {
  const groups = new Map<string, ExampleFixture[]>();
  for (const fixture of fixtures.filter(({ slow }) => !slow)) {
    const key = `${fixture.file} ${fixture.model}`;
    const group = groups.get(key) ?? [];
    const alike = group.every(
      ({ entry, seed, set }) =>
        entry !== fixture.entry &&
        seed === fixture.seed &&
        JSON.stringify(set) === JSON.stringify(fixture.set),
    );
    if (alike) groups.set(key, [...group, fixture]);
  }
  return [...groups.values()].flatMap((group, place) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, name: `model-${place}`, fixtures: group }];
  });
}

const examples = examplesOf(exampleFixtures());
const site = temporaryFolder();
const inNode = new Map<ExampleFixture, Readonly<Record<string, Tensor>>>();

async function buildExample({ name, file, model, set, fixtures }: Example): Promise<void> {
  const weights = join(site, `${name}.safetensors`);
  writeFileSync(weights, weightsFile(Object.assign({}, ...fixtures.map(weightsOf))));
  const flags = {
    model,
    set: Object.entries(set).map(([key, value]) => ({ name: key, value: String(value) })),
    weights,
    output: join(site, name),
    target: "wasm",
  };
  // The command itself, without a process of its own for each.
  const silent = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const status = await build(join(repository, file), flags).finally(() => silent.mockRestore());
  expect(status).toBe(0);
}

async function importExample({ name }: Example): Promise<Model> {
  const { load } = (await import(pathToFileURL(join(site, name, "index.js")).href)) as {
    load: () => Promise<Model>;
  };
  return load();
}

describe("the module of an example gives PyTorch's results:", () => {
  const titled = examples.map((example) => ({ title: `${example.file} ${example.model}`, example }));

  it.each(titled)("$title", { timeout: 60_000 }, async ({ example }) => {
    await buildExample(example);
    const module = await importExample(example);
    for (const fixture of example.fixtures) {
      const results = callEntry(module, fixture.entry, inputsOf(fixture));
      inNode.set(fixture, results);
      expect(fixture.outputs.length).toBeGreaterThan(0);
      for (const output of fixture.outputs)
        expect(errorOf(fixture, "output", output, results[output.path]), output.path).toBeLessThan(
          Math.max(tolerance, 3 * output.float32Apart),
        );
    }
  });
});

/** Calls an entry of each module with the tensors of its JSON, and puts the results into the title. */
const page = `
const cases = await (await fetch("./cases.json")).json();
const results = [];
try {
  for (const { name, entry, inputs } of cases) {
    const { load } = await import("./" + name + "/index.js");
    const model = await load();
    const given = Object.entries(inputs).map(([input, { whole, shape, data }]) => {
      const array = (whole ? Int32Array : Float32Array).from(data);
      return [input, shape.length === 0 ? array[0] : { data: array, shape }];
    });
    const found = Object.entries(model[entry](Object.fromEntries(given)));
    results.push(Object.fromEntries(found.map(([output, { data, shape }]) => [output, { data: [...data], shape }])));
  }
  document.title = JSON.stringify({ results });
} catch (error) {
  document.title = JSON.stringify({ error: cases[results.length].name + ": " + error });
}`;

interface Answer {
  readonly results?: readonly Readonly<
    Record<string, { readonly data: readonly number[]; readonly shape: readonly number[] }>
  >[];
  readonly error?: string;
}

requires("chromium")("in Chromium, under the strict policy", () => {
  afterAll(closeBrowser);

  it("all of them give the same as in Node", { timeout: 120_000 }, async () => {
    const fixtures = examples.flatMap(({ name, fixtures: own }) =>
      own.map((fixture) => ({ folder: name, fixture })),
    );
    const cases = fixtures.map(({ folder, fixture }) => ({
      name: folder,
      entry: fixture.entry,
      inputs: Object.fromEntries(
        Object.entries(inputsOf(fixture)).map(([name, { dtype, shape, data }]) => [
          name,
          { whole: dtype === "i32", shape, data: [...data] },
        ]),
      ),
    }));
    writeFileSync(join(site, "cases.json"), JSON.stringify(cases));
    writeFileSync(join(site, "main.js"), page);
    writeFileSync(
      join(site, "index.html"),
      `<!doctype html><title>waiting</title><script type="module" src="./main.js"></script>`,
    );
    const { origin, close } = await serve(site);
    const { result, errors } = await visit(`${origin}/`).finally(close);
    const { results = [], error } = result as Answer;
    expect({ error, errors }).toEqual({ error: undefined, errors: [] });
    expect(results).toHaveLength(fixtures.length);
    for (const [place, { fixture }] of fixtures.entries()) {
      const expected = Object.entries(inNode.get(fixture) ?? {});
      expect(expected.length, fixture.file).toBeGreaterThan(0);
      for (const [name, tensor] of expected) {
        const { data = [], shape = [] } = results[place]?.[name] ?? {};
        // Chromium has fused multiply-adds, which Node 20 has not: the last bits differ.
        expect(
          tensorError(tensorOf(shape, data, tensor.dtype), tensor),
          `${fixture.file} ${name}`,
        ).toBeLessThan(tolerance);
      }
    }
  });
});
