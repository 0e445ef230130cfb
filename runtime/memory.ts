import { loadWith, type Files, type LoadOptions, type Model } from "./load.ts";
import { checkWeights, valuesOf, type Persistent } from "./persistent.ts";
import { bytesOf } from "./read-file.ts";
import { readSafetensors } from "./read-safetensors.ts";
import type { RememberingSpec, TrainableSpec } from "./spec.ts";
import { saveStored, writeInitial } from "./stored-tensors.ts";
import { makeTrainer, type Trainer } from "./trainer.ts";

/** What a model remembers from one call to the next. */
export interface Memory {
  /** Forgets: the memory is as after `load`. */
  readonly reset: () => void;
  /** A safetensors file of the memory. */
  readonly snapshot: () => Uint8Array<ArrayBuffer>;
  /** Goes on from such a file; one of another model is refused, and nothing changes. */
  readonly restore: (bytes: ArrayBuffer | ArrayBufferView) => void;
}

/** As `loadModel`, of a model whose calls change states. */
export async function loadRemembering(
  spec: RememberingSpec,
  files: Files,
  options: LoadOptions = {},
): Promise<Model & Memory> {
  const { model, persistent } = await loadWith(spec, files, options, spec.memory);
  return Object.assign(model, makeMemory(spec, persistent));
}

/** As `loadTrainer`, of a model whose calls change states. */
export async function loadRememberingTrainer(
  spec: RememberingSpec & TrainableSpec,
  files: Files,
  options: LoadOptions = {},
): Promise<Model & Memory & { readonly trainer: Trainer }> {
  const loaded = await loadWith(spec, files, options, [...spec.memory, ...spec.training.slots]);
  const memory = makeMemory(spec, loaded.persistent);
  return Object.assign(loaded.model, memory, { trainer: makeTrainer(spec, loaded, options.seed) });
}

function makeMemory({ name, memory }: RememberingSpec, persistent: Persistent): Memory {
  const reset = (): void => writeInitial(memory, persistent);
  reset();
  return {
    reset,
    snapshot: () => saveStored(memory, persistent, { model: name }),
    restore: (bytes) => {
      const tensors = readSafetensors(bytesOf(bytes, "restore"));
      checkWeights(name, memory, tensors, "snapshot");
      for (const tensor of memory) persistent.write(tensor, valuesOf(tensor, tensors.get(tensor.path)));
    },
  };
}
