import type { Axis, Expr, Guard } from "../graph/expr.ts";
import {
  atomForm,
  axis as axisForm,
  dim as dimForm,
  substitute,
  zero,
  type Form,
} from "../integers/index.ts";
import type { Kernel, Stage } from "./kernel.ts";

/**
 * A text that two kernels share exactly if they compute the same from operands in equal places, whatever their
 * operands, axes, dims and locals are called. Spans are no part of it.
 */
export function canonicalKernel(kernel: Kernel): string {
  const axes = new Map<string, string>();
  for (const { name } of kernel.axes) axes.set(name, `a${axes.size}`);
  for (const stage of kernel.stages) {
    const { reduce, order, running } = stage;
    const inner = [
      ...(reduce?.axes ?? []),
      ...(order ? [order.axis] : []),
      ...(running ? [running.along, running.over] : []),
    ];
    for (const { name } of inner) if (!axes.has(name)) axes.set(name, `a${axes.size}`);
  }
  const { bounds = [] } = kernel;
  const names: Names = {
    axes,
    dims: new Map([
      ...kernel.dims.map((name, place) => [name, `d${place}`] as const),
      ...bounds.map(({ count }, place) => [count, `b${place}`] as const),
    ]),
    values: new Map([
      ...kernel.operands.map(({ name }, place) => [name, `o${place}`] as const),
      ...kernel.stages.map(({ name }, place) => [name, `s${place}`] as const),
    ]),
    locals: new Map(),
  };
  const operands = kernel.operands.map(({ name, dtype, shape, layout, access, paddingIsZero }) =>
    [
      called(names.values, name),
      access,
      ...(paddingIsZero === true ? ["padded"] : []),
      dtype,
      ...shape.map((form) => formText(form, names)),
      JSON.stringify(layout),
    ].join(" "),
  );
  return [
    kernel.name,
    axesText(kernel.axes, names),
    ...operands,
    ...bounds.map(({ axis, from = zero, end, most }) =>
      [called(axes, axis), ...[from, end, most].map((form) => formText(form, names))].join(" "),
    ),
    ...kernel.stages.map((stage) => stageText(stage, names)),
  ].join("\n");
}

interface Names {
  readonly axes: ReadonlyMap<string, string>;
  readonly dims: ReadonlyMap<string, string>;
  readonly values: ReadonlyMap<string, string>;
  readonly locals: ReadonlyMap<string, string>;
}

function called(names: ReadonlyMap<string, string>, name: string): string {
  const found = names.get(name);
  if (found === undefined) throw new Error(`bug: a kernel mentions ${name}, which it does not have`);
  return found;
}

function stageText(stage: Stage, names: Names): string {
  const tag = Object.entries(stage.recognition ?? {}).map(
    ([field, value]: [string, string | readonly string[]]) => {
      if (field === "kind") return String(value);
      if (typeof value === "string") return `${field}=${called(names.values, value)}`;
      return `${field}=${value.map((name) => called(names.axes, name)).join(",")}`;
    },
  );
  const { order, running } = stage;
  return [
    called(names.values, stage.name),
    stage.dtype,
    stage.axes.map((name) => called(names.axes, name)).join(","),
    stage.reduce === undefined ? "" : `${stage.reduce.op}[${axesText(stage.reduce.axes, names)}]`,
    ...(stage.at === undefined ? [] : [`at ${stage.at.map((form) => formText(form, names)).join(",")}`]),
    ...(stage.target === undefined
      ? []
      : [`into ${stage.target.map((form) => formText(form, names)).join(",")}`]),
    ...(order === undefined
      ? []
      : [
          `${order.descending ? "descending" : "ascending"} ${axesText([order.axis], names)} ${formText(order.count, names)}`,
        ]),
    ...(running === undefined
      ? []
      : [
          `${running.op} ${axesText([running.along, running.over], names)} ${running.place} ${formText(running.ahead, names)} ${running.backwards ? "backwards" : "forwards"}`,
        ]),
    stage.domain.map((guard) => guardText(guard, names)).join("&"),
    exprText(stage.body, names),
    stage.output === undefined ? "" : called(names.values, stage.output),
    tag.join(" "),
  ].join("; ");
}

function axesText(axes: readonly Axis[], names: Names): string {
  return axes.map(({ name, extent }) => `${called(names.axes, name)}:${formText(extent, names)}`).join(",");
}

function guardText({ relation, form }: Guard, names: Names): string {
  return `${relation} ${formText(form, names)}`;
}

function formText(form: Form, names: Names): string {
  return canonicalForm(form, names).key;
}

function canonicalForm(form: Form, names: Names): Form {
  return substitute(form, (atom) => {
    if (atom.kind === "axis") return axisForm(called(names.axes, atom.name));
    if (atom.kind === "dim") return dimForm(called(names.dims, atom.name));
    if (atom.kind !== "read") return undefined;
    const at = atom.at.map((inner) => canonicalForm(inner, names));
    return atomForm({ kind: "read", operand: called(names.values, atom.operand), at });
  });
}

function exprText(expr: Expr, names: Names): string {
  const text = (inner: Expr): string => exprText(inner, names);
  switch (expr.kind) {
    case "constant":
      return `${Object.is(expr.value, -0) ? "-0" : expr.value}:${expr.dtype}`;
    case "index":
      return `index(${formText(expr.form, names)})`;
    case "guard":
      return `[${guardText(expr.guard, names)}]`;
    case "read":
      return `${called(names.values, expr.operand)}[${expr.at.map((form) => formText(form, names)).join(",")}]`;
    case "apply":
      return `${expr.fn}(${expr.operands.map(text).join(",")})`;
    case "convert":
      return `${expr.to}(${text(expr.operand)})`;
    case "select":
      return `if(${text(expr.condition)},${text(expr.then)},${text(expr.otherwise)})`;
    case "let": {
      const locals = new Map([...names.locals, [expr.name, `l${names.locals.size}`]]);
      return `let(${text(expr.value)},${exprText(expr.body, { ...names, locals })})`;
    }
    case "local":
      return called(names.locals, expr.name);
    case "random":
      return `random(${JSON.stringify(expr.path)},${expr.stream},${formText(expr.counter, names)})`;
    case "reduce":
      throw new Error("bug: a reduction inside a body is no normal form");
    default:
      return expr satisfies never;
  }
}

/**
 * Eight hexadecimal digits of a text: FNV-1a, 32 bits. The plan compares whole texts where two agree.
 * G. Fowler, L. C. Noll, K.-P. Vo, 1991.
 */
export function hashText(text: string): string {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
