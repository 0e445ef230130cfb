import type { Batch, Metrics, Settings, Trainer } from "../training/index.ts";
import { InputError } from "./exit.ts";
import type { RunnableModel, TensorData } from "./module-host.ts";

/** What `load()` of a module that was built to train gives as `trainer`. */
interface ModuleTrainer {
  iteration: number;
  epoch: number;
  readonly settings: Settings;
  readonly step: (batch: Batch["values"], last?: boolean) => Scalars;
  readonly evaluate: (batch: Batch["values"]) => Scalars;
  readonly save: () => Uint8Array<ArrayBuffer>;
  readonly load: (bytes: Uint8Array) => void;
}

type Scalars = Readonly<Record<string, number | TensorData>>;

/** What the loop trains. */
export interface ModelTrainer extends Trainer {
  /** As `evaluate`, with the metrics that are arrays. */
  readonly measure: (batch: Batch) => Scalars;
}

/** The trainer of a module as the loop wants it: metrics that are arrays have no mean, so only `measure` gives them. */
export function trainerOf({ trainer }: RunnableModel): ModelTrainer {
  if (!isTrainer(trainer)) throw new Error("bug: the module was built without a trainer");
  const measure = (batch: Batch): Scalars => judged(() => trainer.evaluate(batch.values));
  return {
    settings: trainer.settings,
    get iteration() {
      return trainer.iteration;
    },
    set iteration(count: number) {
      trainer.iteration = count;
    },
    get epoch() {
      return trainer.epoch;
    },
    set epoch(count: number) {
      trainer.epoch = count;
    },
    step: (batch, last) => numbersIn(judged(() => trainer.step(batch.values, last))),
    evaluate: (batch) => numbersIn(measure(batch)),
    measure,
    save: () => trainer.save(),
    load: (bytes) => trainer.load(bytes),
  };
}

function numbersIn(scalars: Scalars): Metrics {
  return Object.fromEntries(
    Object.entries(scalars).filter((one): one is [string, number] => typeof one[1] === "number"),
  );
}

/** A module refuses data outside of the declared ranges, and shapes that don't fit, by a RangeError. */
function judged<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError(`the data do not fit the model: ${error.message.replace(/^\$\w+: /, "")}`);
  }
}

function isTrainer(value: unknown): value is ModuleTrainer {
  return (
    typeof value === "object" &&
    value !== null &&
    ["step", "evaluate", "save", "load"].every((name) => typeof Reflect.get(value, name) === "function")
  );
}
