import type { Arg, Call, Formal } from "../../grammar/ast.ts";
import type { SourceArgument } from "../graph/graph.ts";
import { bareDim, constantOf } from "../integers/index.ts";
import type { Context, Value } from "./checker-types.ts";
import { evaluate } from "./evaluate.ts";
import { partArguments, readerArguments, readers } from "./readers.ts";
import { tellIn } from "./session.ts";
import { showTensorType } from "./show-types.ts";
import { suggest } from "./suggest.ts";
import type { BodyInput, CheckedSource } from "./typed.ts";
import { describeValue, wholeNumber } from "./value.ts";

/** Where an input of a data declaration comes from: `= idx("train-images-idx3-ubyte.gz")`. */
export function sourceOf(formal: Formal, input: BodyInput, context: Context): CheckedSource | undefined {
  const call = readerCall(formal, context);
  const type = declaredType(formal, input, context);
  if (call === undefined || type === undefined) return undefined;
  const [first, ...rest] = call.expr.args;
  const path =
    first?.kind === "argument" && first.name === undefined ? evaluate(first.value, context) : undefined;
  if (path?.kind === "error") return undefined;
  if (path?.kind !== "text") {
    tellIn(context.builder, "DLC2012", {
      message: `\`${call.reader}\` takes the path of a file first`,
      span: first?.span ?? call.expr.span,
      help: [`write \`${call.reader}("…")\``],
    });
    return undefined;
  }
  const given = rest.map((arg) => namedArgument(arg, call.reader, context));
  if (!given.every((one) => one !== undefined)) return undefined;
  const twice = given.find(([name], place) => given.findIndex((other) => other[0] === name) < place);
  if (twice !== undefined) {
    tellIn(context.builder, "DLC2012", { message: `\`${twice[0]}\` is given twice`, span: call.expr.span });
    return undefined;
  }
  return {
    name: input.name,
    reader: call.reader,
    path: path.text,
    arguments: Object.fromEntries(given),
    ...type,
    span: formal.span,
  };
}

type ReaderName = (typeof readers)[number];

interface ReaderCall {
  readonly reader: ReaderName;
  readonly expr: Call;
}

function readerCall(formal: Formal, context: Context): ReaderCall | undefined {
  const { initial, name } = formal;
  const callee = initial?.kind === "call" ? evaluate(initial.callee, context) : undefined;
  const reader = callee?.kind === "prelude" ? readers.find((one) => one === callee.name) : undefined;
  if (initial?.kind === "call" && reader !== undefined) return { reader, expr: initial };
  if (callee?.kind === "error") return undefined;
  const written =
    initial?.kind === "call" && initial.callee.kind === "name" ? initial.callee.text : undefined;
  const guess = written && suggest(written, readers);
  tellIn(context.builder, "DLC6114", {
    message:
      initial === undefined
        ? `\`${name.text}\` does not say which file it comes from`
        : `\`${name.text}\` comes from a file, but this is no reader of files`,
    span: initial?.span ?? formal.span,
    help: [
      guess ? `did you mean \`${guess}\`?` : `write \`= csv("…")\`; the readers are ${readers.join(", ")}`,
    ],
  });
  return undefined;
}

/** Sizes are numbers, or names that the file gives their value; the ends of a range are numbers. */
function declaredType(
  formal: Formal,
  { dtype, shape, range }: BodyInput,
  context: Context,
): Pick<CheckedSource, "dtype" | "shape" | "range"> | undefined {
  const sizes = shape.map((form) => constantOf(form) ?? bareDim(form));
  const ends = range && [constantOf(range.low), constantOf(range.high)];
  if (!sizes.every((size) => size !== undefined)) {
    tellIn(context.builder, "DLC3012", {
      message: `the sizes of a source are numbers or names, but this is ${showTensorType(dtype, shape)}`,
      span: formal.span,
      help: ["name the size that the file has, and compute the other from it"],
    });
    return undefined;
  }
  const [low, high] = ends ?? [];
  if (ends !== undefined && (low === undefined || high === undefined)) {
    tellIn(context.builder, "DLC3012", {
      message: "the range of a source is known before it is opened",
      span: formal.span,
    });
    return undefined;
  }
  return { dtype, shape: sizes, ...(low !== undefined && high !== undefined && { range: [low, high] }) };
}

function namedArgument(
  arg: Arg,
  reader: ReaderName,
  context: Context,
): readonly [string, SourceArgument] | undefined {
  if (arg.kind === "pack" || arg.name === undefined) {
    tellIn(context.builder, "DLC2012", {
      message: `\`${reader}\` takes one path, and everything else by name`,
      span: arg.span,
    });
    return undefined;
  }
  const name = arg.name.text;
  const known: readonly string[] = [...readerArguments[reader], ...partArguments];
  if (!known.includes(name)) {
    const guess = suggest(name, known);
    tellIn(context.builder, "DLC2012", {
      message: `\`${reader}\` takes no argument \`${name}\``,
      span: arg.name.span,
      help: [guess ? `did you mean \`${guess}\`?` : `they are ${known.join(", ")}`],
    });
    return undefined;
  }
  const value = argumentOf(evaluate(arg.value, context), arg, context);
  return value === undefined ? undefined : [name, value];
}

function argumentOf(value: Value, arg: Arg, context: Context): SourceArgument | undefined {
  if (value.kind === "text") return value.text;
  if (value.kind === "list") {
    const elements = value.elements.map((element) => argumentOf(element, arg, context));
    return elements.every((element) => element !== undefined) ? elements : undefined;
  }
  const number = wholeNumber(value) ?? floatNumber(value);
  if (number !== undefined) return number;
  const truth = value.kind === "array" ? value.scalar?.known : undefined;
  if (truth !== undefined) return truth;
  if (value.kind !== "error") {
    tellIn(context.builder, "DLC3013", {
      message: `a reader takes texts, numbers, truths and lists of them, but this is ${describeValue(value)}`,
      span: arg.span,
    });
  }
  return undefined;
}

function floatNumber(value: Value): number | undefined {
  const expr = value.kind === "array" && value.type !== "bool" ? value.scalar?.expr : undefined;
  return expr?.kind === "constant" ? expr.value : undefined;
}
