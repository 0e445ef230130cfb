import { bindDims, type DeclaredType, type Read, type Source, type TensorData } from "../data/index.ts";
import { makeExamples } from "./make-examples.ts";
import type { Batch, Examples } from "./trainer.ts";
import { TrainingError } from "./training-error.ts";

/** A source of a data declaration, and where the compiled declaration takes it. */
export interface FeedSource extends Pick<DeclaredType, "shape"> {
  /** As declared: `pixels`. */
  readonly name: string;
  readonly inputs: {
    /** The input that takes the rows of a batch. */
    readonly row?: string;
    /** The input of a batch that takes the whole array. */
    readonly whole?: string;
    /** The input that takes the whole array where something is computed once. */
    readonly once?: string;
  };
}

/** What a data declaration was compiled to, as far as feeding a training from it goes. */
export interface FeedPlan {
  /** As declared: `Fashion`. */
  readonly name: string;
  readonly sources: readonly FeedSource[];
  /** How many examples there are, by the free dims of the sources; nothing where an example is all there is. */
  readonly rows?: (dims: Readonly<Record<string, number>>) => number;
  /** What the declaration needs of the sizes and does not have, in words. */
  readonly fault: (dims: Readonly<Record<string, number>>) => string | undefined;
}

interface ShapedValues {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface FeedCall {
  /** Sizes that follow from no input. */
  readonly dims: Readonly<Record<string, number>>;
  /** What random draws belong to. */
  readonly step: number;
}

/** The loaded module of a data declaration: the entries `train`, `evaluate` and, where something is computed once, `once`. */
export interface FeedModule {
  readonly entries: Readonly<Record<string, { readonly inputs: readonly { readonly name: string }[] }>>;
  readonly call: (
    entry: string,
    inputs: Readonly<Record<string, TensorData | ShapedValues>>,
    options: FeedCall,
  ) => Readonly<Record<string, ShapedValues>>;
}

export type FeedEntry = "train" | "evaluate";

/** Examples from a data declaration. */
export interface Feed {
  /** 1 where an example is all there is. */
  readonly rows: number;
  /** With `train` the draws of the declaration are made, keyed by the number of the step; with `evaluate` there are none. */
  readonly examples: (entry: FeedEntry, batch: number) => Examples;
}

/** The input that takes the numbers of the rows of a batch. */
const rowsInput = "$rows";

/**
 * Makes examples of sources, which stand in the order of the plan's. What the declaration computes from whole sources is computed here, once.
 * Throws a DataError for sources whose sizes contradict each other, and for one that is larger than its budget but wanted whole.
 */
export async function openFeed(
  plan: FeedPlan,
  sources: readonly Source[],
  module: FeedModule,
): Promise<Feed> {
  const opened = plan.sources.map((declared, place) => {
    const source = sources[place];
    if (source === undefined) throw new Error(`bug: ${plan.name} lacks its source ${declared.name}`);
    return { declared, source };
  });
  const dims = Object.fromEntries(
    bindDims(opened.map(({ declared, source }) => [source, declared] as const)),
  );
  const fault = plan.fault(dims);
  if (fault !== undefined) {
    const sizes = Object.entries(dims).map(([name, size]) => `${name} = ${size}`);
    throw new TrainingError(
      `${plan.name}: its sources have ${sizes.join(", ")}, for which ${fault} does not hold`,
    );
  }
  const rows = plan.rows?.(dims);

  const inputsOf = (entry: string): ReadonlySet<string> =>
    new Set(module.entries[entry]?.inputs.map(({ name }) => name) ?? []);
  const batchInputs = new Set([...inputsOf("train"), ...inputsOf("evaluate")]);
  const onceInputs = inputsOf("once");
  // The same arrays are handed over at each call, so that a module need not copy them again.
  const kept: Record<string, TensorData | ShapedValues> = {};
  const once: Record<string, TensorData | ShapedValues> = {};
  for (const { declared, source } of opened) {
    const { whole, once: first } = declared.inputs;
    const isKept = whole !== undefined && batchInputs.has(whole);
    const isRead = first !== undefined && onceInputs.has(first);
    if (!isKept && !isRead) continue;
    const values = { shape: source.shape, data: await source.whole() };
    if (isKept) kept[whole] = values;
    if (isRead) once[first] = values;
  }
  if (module.entries["once"] !== undefined) {
    const results = module.call("once", once, { dims, step: 0 });
    for (const [name, { shape, data }] of Object.entries(results)) {
      if (batchInputs.has(name)) kept[name] = { shape, data: data.slice() };
    }
  }

  const examples = (entry: FeedEntry, batch: number): Examples => {
    const wanted = inputsOf(entry);
    const byRow = opened.flatMap(({ declared: { inputs }, source }) =>
      inputs.row !== undefined && wanted.has(inputs.row) ? [{ input: inputs.row, source }] : [],
    );
    const steps = Math.ceil((rows ?? 1) / batch);
    return makeExamples({
      rows: rows ?? 1,
      batch: rows === undefined ? 1 : batch,
      readsOf: (numbers): readonly Read[] => byRow.map(({ source }) => ({ source, rows: numbers })),
      prepare: (numbers, read, place): Batch["values"] => {
        const inputs: Record<string, TensorData | ShapedValues> = {};
        for (const name of wanted) {
          const given = name === rowsInput ? numbers : kept[name];
          if (given !== undefined) inputs[name] = given;
        }
        byRow.forEach(({ input, source }, at) => {
          const data = read[at];
          if (data === undefined) throw new Error(`bug: nothing was read of ${source.file}`);
          inputs[input] = { shape: [numbers.length, ...source.shape.slice(1)], data };
        });
        const step = (place.epoch ?? 0) * steps + place.batch;
        const results = module.call(entry, inputs, { dims, step });
        return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data.slice()]));
      },
    });
  };
  return { rows: rows ?? 1, examples };
}
