import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { trainOnce, removeTraining } from "../../tools/example-run.mjs";
import { exampleNames, readExample } from "../../tools/results.mjs";
import { requires } from "../requirements.ts";

const repository = join(import.meta.dirname, "../..");

describe("the results of the examples", () => {
  it("are there", () => {
    expect(exampleNames).toEqual(expect.arrayContaining(["lenet", "mlp", "keras-cnn", "diabetes"]));
  });

  it.each(exampleNames)("%s", async (name) => {
    const { goals, runs, source = `examples/${name}/${name}.dl` } = await readExample(name);
    const path = join(repository, "examples", name, "result.json");
    const result = JSON.parse(readFileSync(path, "utf8")) as {
      readonly command: string;
      readonly data: Readonly<Record<string, string>>;
      readonly figures: Readonly<Record<string, { readonly value: number }>>;
    };
    expect(result.command).toBe(`npm run results -- ${name}`);
    for (const hash of Object.values(result.data)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    // The page shows the figure and the command by which anybody gets it.
    const page = readFileSync(join(repository, "examples", name, "README.md"), "utf8");
    expect(goals.length).toBeGreaterThan(0);
    for (const { figure, least = -Infinity, most = Infinity } of goals) {
      const { value = NaN } = result.figures[figure] ?? {};
      expect(value, figure).toBeGreaterThanOrEqual(least);
      expect(value, figure).toBeLessThanOrEqual(most);
      expect(page).toContain(`examples/${name}/result.json#${figure} -->`);
    }
    if (runs.length > 0) expect(page).toContain(`dlc train ${source}`);
    expect(page).toContain(`npm run results -- ${name}`);
  });
});

requires("tables")("training the smallest examples, as their pages say", () => {
  it.each(["iris", "wine", "breast-cancer"])(
    "%s",
    async (name) => {
      const example = await readExample(name);
      const folder = (await example.data()) ?? "";
      const training = trainOnce(`examples/${name}/${name}.dl`, folder, example.runs[0] ?? []);
      removeTraining(training);
      const [goal] = example.goals;
      expect(training.test[goal?.figure ?? ""]).toBeGreaterThanOrEqual(goal?.least ?? NaN);
    },
    60_000,
  );
});
