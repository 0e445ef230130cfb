import type { TensorData } from "../runtime/pack.ts";
import { readSafetensors, type StoredTensor } from "../runtime/read-safetensors.ts";
import type { Batch } from "./trainer.ts";

/** The first number that went bad. */
export interface Fault {
  readonly what: "input" | "value" | "parameter";
  /** The data's output, the equation or the parameter's path. */
  readonly name: string;
  /** Its place in the tensor, row-major, where known. */
  readonly index?: readonly number[];
  /** NaN or an infinity. */
  readonly value: number;
  /** The row of the batch, of an input. */
  readonly row?: number;
  readonly source?: { readonly file: string; readonly line: number };
}

/**
 * The first number of a batch, if there is one, and else of saved parameters in their order, that is NaN or infinite. It needs nothing of the
 * trainer; one that knows its equations finds the value where it arose.
 */
export function findFault(batch: Batch | undefined, saved: Uint8Array): Fault | undefined {
  return (batch && faultInBatch(batch)) ?? faultInParameters(saved);
}

function faultInBatch({ rows, values }: Batch): Fault | undefined {
  for (const [name, data] of Object.entries(values)) {
    const place = firstBad(data);
    if (place === undefined) continue;
    const row = Math.floor(place / (data.length / rows));
    return { what: "input", name, row, value: data[place] ?? NaN };
  }
  return undefined;
}

function faultInParameters(saved: Uint8Array): Fault | undefined {
  for (const [name, tensor] of readSafetensors(saved)) {
    const data = floatsOf(tensor);
    const place = firstBad(data);
    if (place === undefined) continue;
    return { what: "parameter", name, index: indexOf(place, tensor.shape), value: data[place] ?? NaN };
  }
  return undefined;
}

function firstBad(data: TensorData | Float64Array): number | undefined {
  const place = data.findIndex((value) => !Number.isFinite(value));
  return place < 0 ? undefined : place;
}

/** Integers are always finite, and f16 is stored as f32 by the trainer. */
function floatsOf({ dtype, bytes }: StoredTensor): Float32Array | Float64Array {
  // Tensors of a file need not lie aligned.
  const own = bytes.slice().buffer;
  if (dtype === "F32") return new Float32Array(own);
  return dtype === "F64" ? new Float64Array(own) : new Float32Array(0);
}

function indexOf(place: number, shape: readonly number[]): readonly number[] {
  let rest = place;
  return shape
    .toReversed()
    .map((size) => {
      const index = rest % size;
      rest = (rest - index) / size;
      return index;
    })
    .toReversed();
}
