import type { Form } from "../integers/index.ts";
import { extremesOf } from "../scalar/meaning.ts";
import type { Dtype } from "../scalar/dtype.ts";
import type { Axis, Guard, ReduceOp } from "./expr.ts";
import { sizeIn } from "./free-dims.ts";
import {
  freshVariable,
  inBlock,
  openLevel,
  settled,
  writeGuard,
  type Writer,
  type Written,
} from "./generate-form.ts";
import { stridesOf } from "./tensor.ts";
import { axesOfForm, readsOfForm } from "./visit.ts";

/** Writes loops over axes around what `inside` writes. */
export function writeLoops(axes: readonly Axis[], writer: Writer, inside: () => void): void {
  const [first, ...rest] = axes;
  if (first === undefined) {
    inside();
    return;
  }
  const variable = freshVariable(writer, "i");
  const extent = extentOf(first.extent, writer);
  const level = openLevel({ name: first.name, variable, extent });
  writer.levels.push(level);
  const [, lines] = inBlock(writer, () => writeLoops(rest, writer, inside));
  writer.levels.pop();
  writer.lines.push(`for (let ${variable} = 0; ${variable} < ${extent}; ${variable}++) {`);
  writer.lines.push(...level.hoisted, ...lines, "}");
}

function extentOf(extent: Form, writer: Writer): number {
  return sizeIn(settled(extent, writer), new Map());
}

/**
 * Writes a reduction; its value is the variable of its accumulator. Each guard stands in the outermost loop that binds
 * all its axes, those with reads after those without, since these may protect them.
 */
export function writeReduction(
  reduce: { readonly op: ReduceOp; readonly axes: readonly Axis[] },
  domain: readonly Guard[],
  writer: Writer,
  writeBody: () => Written,
): Written {
  const [accumulator, place, value] = ["t", "p", "v"].map((letter) => freshVariable(writer, letter));
  if (accumulator === undefined || place === undefined || value === undefined)
    throw new Error("bug: no variable");
  const extents = reduce.axes.map((axis) => extentOf(axis.extent, writer));
  const strides = stridesOf(extents);
  const body: { dtype: Dtype } = { dtype: "f32" };
  const [, lines] = inBlock(writer, () =>
    writeGuardedLoops(reduce.axes, domain, writer, () => {
      const { code, dtype } = writeBody();
      body.dtype = dtype;
      const indices = writer.levels.slice(writer.levels.length - reduce.axes.length);
      const flat = indices.map(({ axis }, at) => `${axis?.variable ?? "0"} * ${strides[at] ?? 1}`);
      writer.lines.push(`const ${value} = ${code};`);
      writer.lines.push(
        ...step(reduce.op, dtype, { accumulator, place, value, flat: flat.join(" + ") || "0" }),
      );
    }),
  );
  writer.lines.push(`let ${accumulator} = ${identity(reduce.op, body.dtype)};`);
  const isPlace = reduce.op === "argmax" || reduce.op === "argmin";
  if (isPlace) writer.lines.push(`let ${place} = -1;`);
  writer.lines.push(...lines);
  if (isPlace) return { code: `Math.max(${place}, 0)`, dtype: body.dtype };
  return { code: body.dtype === "f16" ? `half(${accumulator})` : accumulator, dtype: body.dtype };
}

function writeGuardedLoops(
  axes: readonly Axis[],
  domain: readonly Guard[],
  writer: Writer,
  inside: () => void,
): void {
  const inner = new Set(axes.map(({ name }) => name));
  const ready = domain.filter(({ form }) => [...axesOfForm(form)].every((name) => !inner.has(name)));
  const later = domain.filter((guard) => !ready.includes(guard));
  writeGuarded(ready, writer, () => {
    const [first, ...rest] = axes;
    if (first === undefined) inside();
    else writeLoops([first], writer, () => writeGuardedLoops(rest, later, writer, inside));
  });
}

/** Writes what `inside` writes where the guards hold, each tested before the next. */
export function writeGuarded(guards: readonly Guard[], writer: Writer, inside: () => void): void {
  const [first, ...rest] = [...guards].sort(
    (a, b) => readsOfForm(a.form).length - readsOfForm(b.form).length,
  );
  if (first === undefined) {
    inside();
    return;
  }
  const condition = writeGuard(first, writer);
  const [, lines] = inBlock(writer, () => writeGuarded(rest, writer, inside));
  writer.lines.push(`if (${condition}) {`, ...lines, "}");
}

function identity(op: ReduceOp, dtype: Dtype): string {
  switch (op) {
    case "sum":
    case "any":
    case "partition":
      return "0";
    case "prod":
    case "all":
      return "1";
    case "max":
    case "argmax":
      return `(${extremesOf(dtype)[0]})`;
    case "min":
    case "argmin":
      return `(${extremesOf(dtype)[1]})`;
    default:
      return op satisfies never;
  }
}

interface StepNames {
  readonly accumulator: string;
  readonly place: string;
  readonly value: string;
  /** The row-major place in the reduction. */
  readonly flat: string;
}

function step(op: ReduceOp, dtype: Dtype, names: StepNames): readonly string[] {
  const { accumulator, place, value, flat } = names;
  const wraps = dtype === "i32";
  switch (op) {
    case "sum":
      return [wraps ? `${accumulator} = (${accumulator} + ${value}) | 0;` : `${accumulator} += ${value};`];
    case "prod":
      return [
        wraps ? `${accumulator} = Math.imul(${accumulator}, ${value});` : `${accumulator} *= ${value};`,
      ];
    case "partition":
      return [`${accumulator} += ${value};`];
    case "any":
      return [`${accumulator} |= ${value};`];
    case "all":
      return [`${accumulator} &= ${value};`];
    case "max":
    case "min": {
      // A NaN is taken, and nothing compares with it afterwards.
      const sign = op === "max" ? ">" : "<";
      return [`if (${value} ${sign} ${accumulator} || ${value} !== ${value}) ${accumulator} = ${value};`];
    }
    case "argmax":
    case "argmin": {
      const sign = op === "argmax" ? ">" : "<";
      const isFirstNaN = `(${value} !== ${value} && ${accumulator} === ${accumulator})`;
      return [
        `if (${place} < 0 || ${value} ${sign} ${accumulator} || ${isFirstNaN}) {`,
        `${accumulator} = ${value}; ${place} = ${flat};`,
        "}",
      ];
    }
    default:
      return op satisfies never;
  }
}
