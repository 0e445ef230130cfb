import { showForm, type Form } from "../integers/index.ts";

/** `[N, 10]` */
export function showShape(shape: readonly Form[]): string {
  return `[${shape.map((form) => showForm(form)).join(", ")}]`;
}

/** `f32[N, 10]`, `f32` */
export function showTensorType(dtype: string, shape: readonly Form[]): string {
  return shape.length === 0 ? dtype : `${dtype}${showShape(shape)}`;
}
