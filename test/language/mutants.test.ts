import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { checkSource } from "./check-source.ts";
import { corpus, tokenTexts } from "./corpus.ts";

// Slips of the pen: whatever is written in place of a token, the check says something or gives the models, and never throws.
// That a model is lost without a word is a bug that `check` throws itself.

const examples = join(import.meta.dirname, "../../examples");
const programs = [
  ...corpus.map(({ text }) => text),
  ...readdirSync(examples, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "alexnet-as-printed")
    .flatMap(({ name }) =>
      readdirSync(join(examples, name)).flatMap((file) =>
        file.endsWith(".dl") ? [readFileSync(join(examples, name, file), "utf8")] : [],
      ),
    ),
];

/** A program some of whose tokens have become others of it, or nothing. */
const mutant = fc.constantFrom(...programs).chain((text) => {
  const tokens = tokenTexts(text).filter((token) => !token.startsWith("///"));
  const place = fc.nat(tokens.length - 1);
  return fc.array(fc.tuple(place, fc.option(place)), { minLength: 1, maxLength: 3 }).map((changes) => {
    const mutated = [...tokens];
    for (const [at, from] of changes) mutated[at] = from === null ? "" : (tokens[from] ?? "");
    return mutated.join(" ");
  });
});

it("no slip makes the check throw, or lose a model without a word", { timeout: 120_000 }, () => {
  let refused = 0;
  fc.assert(
    fc.property(mutant, (source) => {
      const { diagnostics } = checkSource(source, { train: true });
      if (diagnostics.some(({ severity }) => severity === "error")) refused++;
    }),
    { numRuns: 250 },
  );
  expect(programs.length).toBeGreaterThan(40);
  expect(refused).toBeGreaterThan(150);
});
