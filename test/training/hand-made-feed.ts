import {
  openFeeder,
  type Dtype,
  type FeedCall,
  type FeedModule,
  type Source,
  type TensorData,
} from "../../data/index.ts";
import { openFeed, type Feed, type FeedPlan } from "../../training/index.ts";

/** A source in memory that counts how often all of it is read, and remembers the rows that were. */
export interface CountedSource extends Source {
  readonly rowsRead: number[];
  readonly wholeReads: () => number;
}

export function arraySource(
  file: string,
  dtype: Dtype,
  shape: readonly [number, ...number[]],
  values: TensorData,
): CountedSource {
  const size = shape.slice(1).reduce((all, extent) => all * extent, 1);
  const rowsRead: number[] = [];
  let wholeReads = 0;
  return {
    file,
    dtype,
    shape,
    meta: {},
    isInMemory: true,
    rowsRead,
    wholeReads: () => wholeReads,
    rows: (indices) => {
      rowsRead.push(...indices);
      const picked = [...indices].flatMap((row) => [...values.slice(row * size, (row + 1) * size)]);
      return Promise.resolve(dtype === "f32" ? Float32Array.from(picked) : Int32Array.from(picked));
    },
    whole: () => {
      wholeReads += 1;
      return Promise.resolve(values);
    },
    close: () => Promise.resolve(),
  };
}

export interface Call extends FeedCall {
  readonly entry: string;
  readonly inputs: readonly string[];
  /** The very arrays that were given whole. */
  readonly whole: readonly unknown[];
}

const dataOf = (value: TensorData | { readonly data: TensorData } | undefined): TensorData => {
  if (value === undefined) throw new Error("an input is missing");
  return "data" in value ? value.data : value;
};

/**
 * What a declaration would be compiled to that takes each row of `raw[M, 2]` less the mean of all, its label, and the label of the row after it:
 * every way in which a source may be taken.
 */
export function differenceModule(): { readonly module: FeedModule; readonly calls: Call[] } {
  const calls: Call[] = [];
  const ports = (...names: readonly string[]) => ({ inputs: names.map((name) => ({ name })) });
  const batch = ["$rows", "raw.rows", "label.rows", "label", "mean"];
  const module: FeedModule = {
    entries: { train: ports(...batch), evaluate: ports(...batch), once: ports("raw") },
    call: (entry, inputs, options) => {
      const whole = [inputs["label"], inputs["mean"]].map((value) => value && dataOf(value));
      calls.push({ entry, inputs: Object.keys(inputs).sort(), whole, ...options });
      if (entry === "once") {
        const raw = dataOf(inputs["raw"]);
        const mean = new Float32Array(2);
        raw.forEach((value, place) => (mean[place % 2] = (mean[place % 2] ?? 0) + (2 * value) / raw.length));
        return { mean: { shape: [2], data: mean } };
      }
      const [rows, raw, label, labels, mean] = batch.map((name) => dataOf(inputs[name]));
      const { M = 0 } = options.dims;
      const x = Float32Array.from(raw ?? [], (value, place) => value - (mean?.[place % 2] ?? NaN));
      const next = Int32Array.from(rows ?? [], (row) => labels?.[(row + 1) % M] ?? -1);
      return {
        x: { shape: [x.length / 2, 2], data: x },
        y: { shape: [x.length / 2], data: Int32Array.from(label ?? []) },
        next: { shape: [x.length / 2], data: next },
      };
    },
  };
  return { module, calls };
}

export const differencePlan: FeedPlan = {
  name: "Differences",
  sources: [
    { name: "raw", shape: ["M", 2], inputs: { row: "raw.rows", once: "raw" } },
    { name: "label", shape: ["M"], inputs: { row: "label.rows", whole: "label" } },
  ],
  rows: ({ M = 0 }) => M,
  fault: ({ M = 0 }) => (M >= 3 ? undefined : "M - 3 ≥ 0"),
};

/** A feed whose examples are made here. */
export function feedHere(plan: FeedPlan, sources: readonly Source[], module: FeedModule): Promise<Feed> {
  return openFeed(plan, sources, (dims) => openFeeder(plan.sources, sources, module, dims));
}
