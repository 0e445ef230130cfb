import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors } from "../../runtime/read-safetensors.ts";
import { temporaryFolder } from "./run-dlc.ts";

export const rows = 60;
export const every = 5;
const names = ["setosa", "versicolor", "virginica"];
const centres = [
  [5, 3.4, 1.5],
  [5.9, 2.8, 4.3],
  [6.6, 3, 5.6],
];

/** A number between −1 and 1 that looks drawn. */
const noise = (place: number): number => 2 * ((Math.abs(Math.sin(place * 12.9898) * 43758.5453) % 1) - 0.5);

/** Three kinds of flowers in turn, three measurements each, near enough to be confused here and there. */
export const table: readonly { readonly x: readonly number[]; readonly label: number }[] = Array.from(
  { length: rows },
  (_, row) => {
    const label = row % 3;
    const x = (centres[label] ?? []).map((centre, k) =>
      Number((centre + 1.5 * noise(3 * row + k)).toFixed(2)),
    );
    return { x, label };
  },
);

export const csv = [
  "sepal,width,petal,kind",
  ...table.map(({ x, label }) => [...x, names[label]].join(",")),
  "",
].join("\n");

/** A model with its data; `change` is what a test wants otherwise. */
export function flowers(change: Readonly<Record<string, string>> = {}): string {
  const source = `import std.nn { Linear, relu }
import std.loss { crossEntropy }
import std.optim { Sgd }

data Flowers(part: string)
    (row: f32[M, 3] = csv("flowers.csv", columns: ["sepal", "width", "petal"], header: true, part: part, every: 5),
     kind: i32[M] in 0..3 = csv("flowers.csv", column: "kind", classes: ["setosa", "versicolor", "virginica"], header: true, part: part, every: 5))
 -> (x: f32[M, 3], label: i32[M] in 0..3) {
  x[m, k] = row[m, k] - 4
  label   = kind
}

model Flowers3(hidden: dim = 6)(x: f32[N, 3]) -> (logits: f32[N, 3]) {
  logits = x |> fc1: Linear(hidden) |> relu |> fc2: Linear(3)
}

train Flowers3 on Flowers(part: "train") {
  loss            = crossEntropy(logits, label)
  metric accuracy = mean[n] (argmax[c] logits[n, c] == label[n])
  optimizer       = Sgd(lr: 0.1, momentum: 0.9)
  test            = Flowers(part: "test")
  batch = 10  epochs = 4  seed = 7
}
`;
  return Object.entries(change).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the source has no ${from}`);
    return text.replace(from, to);
  }, source);
}

/** A folder with the model and its table. */
export function flowersFolder(change: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "flowers.dl"), flowers(change));
  writeFileSync(join(folder, "flowers.csv"), csv);
  return folder;
}

export interface Judged {
  readonly loss: number;
  readonly accuracy: number;
  /** Rows are the labels, columns the answers. */
  readonly confusion: readonly (readonly number[])[];
}

/** Loss and metrics of weights on the test rows, each fifth, computed here in double precision. */
export function judge(weights: Uint8Array): Judged {
  const tensors = readSafetensors(Uint8Array.from(weights));
  const tensor = (path: string): Float32Array => {
    const found = tensors.get(path);
    if (found === undefined) throw new Error(`the weights lack ${path}`);
    return new Float32Array(found.bytes.slice().buffer);
  };
  const linear = (path: string, x: readonly number[]): readonly number[] => {
    const weight = tensor(`${path}.weight`);
    return [...tensor(`${path}.bias`)].map((bias, o) =>
      x.reduce((sum, value, i) => sum + (weight[o * x.length + i] ?? NaN) * value, bias),
    );
  };
  const confusion = names.map(() => names.map(() => 0));
  const tested = table.filter((_, row) => row % every === every - 1);
  let [loss, right] = [0, 0];
  for (const { x, label } of tested) {
    const hidden = linear(
      "fc1",
      x.map((value) => value - 4),
    ).map((value) => Math.max(0, value));
    const logits = linear("fc2", hidden);
    loss += Math.log(logits.reduce((sum, value) => sum + Math.exp(value), 0)) - (logits[label] ?? NaN);
    const answer = logits.indexOf(Math.max(...logits));
    right += Number(answer === label);
    const line = confusion[label] ?? [];
    line[answer] = (line[answer] ?? 0) + 1;
  }
  return { loss: loss / tested.length, accuracy: right / tested.length, confusion };
}
