import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compileSource } from "./compile-source.ts";
import { callEntry, loadCompiled, variants } from "./load-compiled.ts";
import { readStored } from "./stored-fixture.ts";
import { tensorError } from "./tensor-error.ts";

const root = join(import.meta.dirname, "../..");
const { tensors } = readStored(join(root, "test/fixtures/explain-maps.safetensors"));
const { plan } = compileSource(readFileSync(join(root, "examples/explain/explain.dl"), "utf8"));
const weights = Uint8Array.from(readFileSync(join(root, "examples/lenet/lenet.safetensors")));

/** Results that are noise too, which PyTorch has not. */
const drawn = ["smooth"];

function stored(name: string) {
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`the fixture lacks ${name}`);
  return found;
}

it.each(variants)("the maps of the trained LeNet are those of PyTorch's autograd, %s", async (variant) => {
  const model = await loadCompiled(plan, variant, weights);
  const [image, label] = [stored("image"), stored("class")];
  const found = {
    ...callEntry(model, "forward", { image }),
    ...callEntry(model, "pixels", { image, class: label }),
    ...callEntry(model, "regions", { image, class: label }),
  };
  const held = Object.keys(found).filter((name) => !drawn.includes(name));
  expect(held.sort()).toEqual(["cam", "fall", "logits", "path", "product", "slope"]);
  for (const name of held) expect(tensorError(found[name], stored(name)), name).toBeLessThan(1e-4);
});
