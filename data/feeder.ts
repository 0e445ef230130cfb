import type { DeclaredType } from "./reading.ts";
import type { Source, TensorData } from "./source.ts";

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

interface ShapedValues {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

type Sizes = Readonly<Record<string, number>>;

export interface FeedCall {
  /** Sizes that follow from no input. */
  readonly dims: Sizes;
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

/** With `train` the draws of the declaration are made, keyed by the number of the step; with `evaluate` there are none. */
export type FeedEntry = "train" | "evaluate";

/** Which examples: so many rows, for this step. */
export interface FeedOrder {
  readonly entry: FeedEntry;
  readonly rows: Int32Array;
  readonly step: number;
}

/** The outputs of the declaration for some of its rows; the arrays are the caller's own. */
export type Feeder = (order: FeedOrder) => Promise<Readonly<Record<string, TensorData>>>;

/** The input that takes the numbers of the rows of a batch. */
const rowsInput = "$rows";

/**
 * Makes examples of sources by the module of their declaration. What it computes from whole sources is computed here, once. Throws a
 * DataError for a source that is larger than its budget but wanted whole.
 */
export async function openFeeder(
  declared: readonly FeedSource[],
  sources: readonly Source[],
  module: FeedModule,
  dims: Sizes,
): Promise<Feeder> {
  const opened = declared.map(({ name, inputs }, place) => {
    const source = sources[place];
    if (source === undefined) throw new Error(`bug: the source ${name} is not open`);
    return { inputs, source };
  });
  const inputsOf = (entry: string): ReadonlySet<string> =>
    new Set(module.entries[entry]?.inputs.map(({ name }) => name) ?? []);
  const batchInputs = new Set([...inputsOf("train"), ...inputsOf("evaluate")]);
  const onceInputs = inputsOf("once");
  // The same arrays are handed over at each call, so that a module need not copy them again.
  const kept: Record<string, TensorData | ShapedValues> = {};
  const once: Record<string, TensorData | ShapedValues> = {};
  for (const { inputs, source } of opened) {
    const { whole, once: first } = inputs;
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

  return async ({ entry, rows, step }) => {
    const wanted = inputsOf(entry);
    const inputs: Record<string, TensorData | ShapedValues> = {};
    for (const name of wanted) {
      const given = name === rowsInput ? rows : kept[name];
      if (given !== undefined) inputs[name] = given;
    }
    const byRow = opened.flatMap(({ inputs: { row }, source }) =>
      row !== undefined && wanted.has(row) ? [{ row, source }] : [],
    );
    const read = await Promise.all(byRow.map(({ source }) => source.rows(rows)));
    read.forEach((data, at) => {
      const { row, source } = byRow[at] ?? {};
      if (row === undefined || source === undefined) throw new Error("bug: more was read than asked for");
      inputs[row] = { shape: [rows.length, ...source.shape.slice(1)], data };
    });
    const results = module.call(entry, inputs, { dims, step });
    return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data.slice()]));
  };
}
