import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { examples, trainOnce } from "../../tools/results.mjs";
import { requires } from "../requirements.ts";

const repository = join(import.meta.dirname, "../..");

/** What each example is to reach: a figure of its result, and its least (for a ratio to a straight line, largest) value. */
const goals: Readonly<
  Record<string, { readonly figure: string; readonly least?: number; readonly most?: number }>
> = {
  lenet: { figure: "accuracy.median", least: 0.97 },
  mlp: { figure: "accuracy", least: 0.87 },
  "keras-cnn": { figure: "accuracy", least: 0.9 },
  iris: { figure: "accuracy", least: 0.95 },
  wine: { figure: "accuracy", least: 0.95 },
  "breast-cancer": { figure: "accuracy", least: 0.96 },
  diabetes: { figure: "ratio", most: 1.05 },
};

describe("the results of the examples", () => {
  it("are all held against a goal", () => {
    expect(Object.keys(goals).sort()).toEqual(Object.keys(examples).sort());
  });

  it.each(Object.entries(goals))("%s", (name, { figure, least = -Infinity, most = Infinity }) => {
    const path = join(repository, "examples", name, "result.json");
    const result = JSON.parse(readFileSync(path, "utf8")) as {
      readonly command: string;
      readonly data: Readonly<Record<string, string>>;
      readonly figures: Readonly<Record<string, { readonly value: number }>>;
    };
    const { value = NaN } = result.figures[figure] ?? {};
    expect(value).toBeGreaterThanOrEqual(least);
    expect(value).toBeLessThanOrEqual(most);
    expect(result.command).toBe(`npm run results -- ${name}`);
    for (const hash of Object.values(result.data)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    // The page shows the figure and the command by which anybody gets it.
    const page = readFileSync(join(repository, "examples", name, "README.md"), "utf8");
    expect(page).toContain(`examples/${name}/result.json#${figure} -->`);
    expect(page).toContain(`dlc train examples/${name}/${name}.dl`);
    expect(page).toContain(`npm run results -- ${name}`);
  });
});

requires("tables")("training the smallest examples, as their pages say", () => {
  it.each(["iris", "wine", "breast-cancer"])(
    "%s",
    (name) => {
      const example = examples[name];
      const { accuracy } = trainOnce(name, example?.data() ?? "", example?.runs[0] ?? []);
      expect(accuracy).toBeGreaterThanOrEqual(goals[name]?.least ?? NaN);
    },
    60_000,
  );
});
