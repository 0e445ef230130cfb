import type { Formal, Name, ScanStatement, StateStatement } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Builder, Scope, Value } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { fillTo } from "./equations.ts";
import { evaluate } from "./evaluate.ts";
import { find, valueOf } from "./scope.ts";
import { tell } from "./session.ts";
import { errorValue } from "./value.ts";

/** A name that goes from turn to turn: one of the head, or a state that has a next value in each turn (D1.7). */
export interface CarriedName {
  readonly name: string;
  readonly span: Span;
  /** What is seen outside: of a state its next value, since its name is its value before the call. */
  readonly outside: string;
  /** What it is before the first turn. */
  readonly first: () => Value;
  /** Of a state: where it is declared. */
  readonly declares?: StateStatement;
  /** Of whole numbers, what they start with says nothing of later turns: only a declaration does. */
  readonly ranged: boolean;
}

export function carriedNames(
  statement: ScanStatement,
  outer: Scope,
  builder: Builder,
): readonly CarriedName[] {
  const declared = statement.carries.map((formal) => ({
    name: formal.name.text,
    span: formal.name.span,
    outside: formal.name.text,
    first: () => firstValue(formal, outer, builder),
    ranged: formal.type !== undefined,
  }));
  return [...declared, ...changedStates(statement, outer, builder)];
}

/** States of a block around that have a next value in the body, or in a scan of it. */
function changedStates(statement: ScanStatement, outer: Scope, builder: Builder): readonly CarriedName[] {
  const states = new Map<string, CarriedName>();
  for (const { text, span } of nextValuesIn(statement)) {
    const entity = find(text, outer)?.entity;
    const { declares } = entity ?? {};
    if (entity === undefined || declares === undefined || states.has(text)) continue;
    const first = (): Value => valueOf(entity, builder.session);
    states.set(text, { name: text, span, outside: `${text}'`, first, declares, ranged: true });
  }
  return [...states.values()];
}

/** The names that get a next value in a body, and are neither carried nor declared there. */
function nextValuesIn({ carries, body }: ScanStatement): readonly Name[] {
  const own = new Set(carries.map(({ name }) => name.text));
  for (const one of body.statements) if (one.kind === "state") own.add(one.name.text);
  const names = body.statements.flatMap((one) => {
    if (one.kind === "scan" || one.kind === "repeat") return nextValuesIn(one);
    if (one.kind !== "equation") return [];
    return one.targets.flatMap(({ name, primed }) => (primed ? [name] : []));
  });
  return names.filter(({ text }) => !own.has(text));
}

function firstValue({ name, type, initial, span }: Formal, outer: Scope, builder: Builder): Value {
  if (initial === undefined) {
    tell(builder.session, "DLC2001", {
      message: `\`${name.text}\` has no value before the first turn`,
      span,
      help: [`write \`carry ${name.text} = …\``],
    });
    return errorValue;
  }
  const context = newContext(builder, outer);
  return fillTo(evaluate(initial, context), type, context, span);
}
