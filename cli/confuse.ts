import { constantOf } from "../compiler/integers/index.ts";
import { addToConfusion, emptyConfusion, type ConfusionMatrix, type Examples } from "../training/index.ts";
import type { Port, RunnableModel, TensorData } from "./module-host.ts";
import type { ModelTrainer } from "./module-trainer.ts";
import type { Trainee } from "./open-trainee.ts";

/** How a model that classifies is asked: an entry that gives scores `[N, classes]`, and the class of each row. */
interface Classifier {
  readonly entry: string;
  readonly inputs: readonly RowInput[];
  readonly scores: string;
  readonly label: string;
  readonly classes: number;
}

/** An input that takes rows of the data. */
interface RowInput {
  readonly name: string;
  /** Of a row. */
  readonly shape: readonly number[];
}

/**
 * Which class was taken for which, over all examples. It is known where a metric gives it, an integer `[C, C]`, or where exactly one entry can be
 * called with the data and gives scores of as many classes as the labels are declared to have.
 */
export async function confusionOf(
  trainee: Trainee,
  model: RunnableModel,
  trainer: ModelTrainer,
  examples: Examples,
): Promise<ConfusionMatrix | undefined> {
  const metric = matrixMetric(trainee);
  const classifier = metric === undefined ? classifierOf(trainee, model) : undefined;
  if (metric === undefined && classifier === undefined) return undefined;
  let matrix = emptyConfusion(metric?.classes ?? classifier?.classes ?? 0);
  for await (const batch of examples.batches({ kind: "stored" }, 0)) {
    if (metric !== undefined) matrix = addCounts(matrix, trainer.measure(batch)[metric.name]);
    if (classifier === undefined) continue;
    const { entry, inputs, scores, label } = classifier;
    const given = Object.fromEntries(
      inputs.map(({ name, shape }) => [
        name,
        { shape: [batch.rows, ...shape], data: valueOf(batch.values, name) },
      ]),
    );
    const found = model.call(entry, given)[scores];
    if (found === undefined) throw new Error(`bug: ${entry} gave no ${scores}`);
    matrix = addToConfusion(matrix, valueOf(batch.values, label), found.data);
  }
  return matrix;
}

function valueOf(values: Readonly<Record<string, TensorData>>, name: string): TensorData {
  const value = values[name];
  if (value === undefined) throw new Error(`bug: a batch without ${name}`);
  return value;
}

/** A metric that counts: `metric confusion = confusionMatrix(logits, label)`. */
function matrixMetric({
  training,
}: Trainee): { readonly name: string; readonly classes: number } | undefined {
  const { outputs, nodes } = training.evaluate;
  const found = outputs.flatMap(({ name, node }) => {
    const value = nodes.find((one) => one.name === node);
    const [rows, columns] = (value?.shape ?? []).map((extent) => constantOf(extent));
    const isMatrix = value?.dtype === "i32" && value.shape.length === 2 && rows === columns;
    return isMatrix && rows !== undefined && rows > 1 ? [{ name, classes: rows }] : [];
  });
  return found.length === 1 ? found[0] : undefined;
}

function addCounts(matrix: ConfusionMatrix, counts: number | TensorData | undefined): ConfusionMatrix {
  if (counts === undefined || typeof counts === "number") throw new Error("bug: a matrix that is none");
  return matrix.map((row, label) => row.map((sum, at) => sum + (counts[label * row.length + at] ?? 0)));
}

function classifierOf({ training }: Trainee, { entries }: RunnableModel): Classifier | undefined {
  const inputs = training.evaluate.nodes.filter((node) => node.kind === "input");
  const rows = inputs.flatMap(({ name, shape: [, ...row] }) => {
    const shape = row.flatMap((extent) => constantOf(extent) ?? []);
    return shape.length === row.length ? [{ name, shape }] : [];
  });
  const labels = inputs.flatMap(({ name, dtype, shape, range }) => {
    const [low, high] = [range && constantOf(range.low), range && constantOf(range.high)];
    return dtype !== "f32" && shape.length === 1 && low === 0 && high !== undefined ? [{ name, high }] : [];
  });
  const found = Object.entries(entries).flatMap(([entry, ports]) => {
    const taken = ports.inputs.flatMap((port) => rows.filter((row) => takesRows(port, row)));
    if (taken.length < ports.inputs.length) return [];
    return ports.outputs.flatMap(({ name, dtype, shape }) =>
      labels
        .filter(({ name: label, high }) => {
          const isScores = dtype === "f32" && shape.length === 2 && shape[1] === high && high > 1;
          return isScores && !taken.some((one) => one.name === label);
        })
        .map(({ name: label, high }) => ({ entry, inputs: taken, scores: name, label, classes: high })),
    );
  });
  return found.length === 1 ? found[0] : undefined;
}

/** Rows of any number: a cached step, say, takes what is called like the data and has another shape. */
function takesRows({ name, shape: [count, ...extents] }: Port, row: RowInput): boolean {
  return (
    name === row.name &&
    typeof count === "string" &&
    extents.length === row.shape.length &&
    extents.every((extent, place) => typeof extent === "string" || extent === row.shape[place])
  );
}
