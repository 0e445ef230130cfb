import type { Arg, Expr, Generator } from "../../grammar/ast.ts";
import { constant, constantOf } from "../integers/index.ts";
import type { Context, Value } from "./checker-types.ts";
import { evaluate } from "./evaluate.ts";
import { dimOf } from "./expect.ts";
import { known, newScope } from "./scope.ts";
import { tellIn } from "./session.ts";
import { counted, describeValue, errorValue, scalarValue } from "./value.ts";

/** More places than any network has layers: a slip of the pen, not a list. */
export const longestList = 100_000;

/** An expression, and where it stands: its generator's names have a value there. */
export interface Member {
  readonly expr: Expr;
  readonly context: Context;
}

/**
 * What stands between round brackets: the arguments one by one, or one for each turn of the generators. Nothing where
 * they can't be told, which has been said, or where a declaration leaves open how many they are.
 */
export function membersOf(
  args: readonly Arg[],
  generators: readonly Generator[],
  context: Context,
): readonly Member[] | undefined {
  const exprs: Expr[] = [];
  for (const arg of args) {
    if (arg.kind === "argument" && arg.name === undefined) {
      exprs.push(arg.value);
      continue;
    }
    tellIn(context.builder, "DLC2012", {
      message: arg.kind === "pack" ? "a pack of dims is no tensor" : "what stands here has no name",
      span: arg.span,
    });
    return undefined;
  }
  if (generators.length === 0) return exprs.map((expr) => ({ expr, context }));
  return generated(generators, context)?.flatMap((turn) => exprs.map((expr) => ({ expr, context: turn })));
}

/** One context for each turn of the generators, the last one turning fastest, and with its place for a label. */
export function generated(
  generators: readonly Generator[],
  context: Context,
): readonly Context[] | undefined {
  let contexts: readonly Context[] = [context];
  for (const generator of generators) {
    const next: Context[] = [];
    for (const outer of contexts) {
      const turns = turnsOf(generator, outer);
      if (turns === undefined) return undefined;
      next.push(...turns);
      if (next.length > longestList) {
        tellIn(context.builder, "DLC3012", {
          message: `this has more than ${longestList} places`,
          span: generator.span,
        });
        return undefined;
      }
    }
    contexts = next;
  }
  return contexts.map(turned);
}

/** The place in a list is a label (D2.1); `""` before it leaves that out too. */
export function placed(context: Context, place: number): Context {
  const { label } = context;
  if (label === undefined) return context;
  const turns = `${context.turns ?? ""}.${place}`;
  return { ...context, turns, label: label.at(-1) === "" ? label : [...label, `${place}`] };
}

/** What gets a label only inside of the turn, its kind's or that of a stage, has the turn's place behind it. */
function turned(context: Context, turn: number): Context {
  const turns = `${context.turns ?? ""}.${turn}`;
  return { ...placed(context, turn), turns, places: [...(context.places ?? []), `${turn}`] };
}

function turnsOf(generator: Generator, context: Context): readonly Context[] | undefined {
  const { over } = generator;
  if (over.kind === "range") {
    const [start, end] = [dimOf(over.start, context), dimOf(over.end, context)];
    if (start === undefined || end === undefined) return undefined;
    const [first, last] = [constantOf(start), constantOf(end)];
    if (first === undefined || last === undefined) {
      reportLength(over.end, context);
      return undefined;
    }
    return Array.from({ length: Math.min(Math.max(0, last - first), longestList + 1) }, (_, turn) =>
      bind(generator, scalarValue(counted(constant(first + turn))), context),
    );
  }
  const list = evaluate(over, { ...context, label: undefined });
  if (list.kind === "list") return list.elements.map((element) => bind(generator, element, context));
  if (list.kind !== "error") {
    tellIn(context.builder, "DLC3013", {
      message: `a list or a range is needed here, but this is ${describeValue(list)}`,
      span: over.span,
    });
  }
  return undefined;
}

/** In the check of a declaration there may be as many turns as it likes. */
function reportLength(end: Expr, context: Context): void {
  if (context.builder.mode === "instance") {
    tellIn(context.builder, "DLC3012", {
      message: "the number of turns of a generator must be known when the model is built",
      span: end.span,
      help: ["over a size that is known only when it runs, reduce with square brackets: `sum[n] x[n]`"],
    });
  }
}

function bind(generator: Generator, value: Value, context: Context): Context {
  const scope = newScope(context.scope, context.builder);
  const values = generator.destructured ? partsOf(generator, value, context) : [value];
  generator.names.forEach((name, place) => {
    scope.entities.set(name.text, known(name.text, name.span, values[place] ?? errorValue));
  });
  return { ...context, scope };
}

function partsOf(generator: Generator, value: Value, context: Context): readonly Value[] {
  if (value.kind === "list" && value.elements.length === generator.names.length) return value.elements;
  if (value.kind !== "error") {
    tellIn(context.builder, "DLC3013", {
      message:
        value.kind === "list"
          ? `${generator.names.length} names stand for ${value.elements.length} values`
          : `${describeValue(value)} can't be taken apart`,
      span: generator.span,
    });
  }
  return [];
}
