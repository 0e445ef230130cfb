import type { Fact } from "../../grammar/ast.ts";
import type { Note } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/source.ts";
import { assume, prove, showForm } from "../integers/index.ts";
import type { Guard } from "../graph/expr.ts";
import type { Context, Scope } from "./checker-types.ts";
import { evaluate } from "./evaluate.ts";
import { asCondition } from "./expect.ts";
import { define, lazy, valueOf } from "./scope.ts";
import { appliedThrough, tell } from "./session.ts";

/** The definitions of a `where`: names like any others. Sizes, so that `/` in them comes out whole unless a float is among them. */
export function defineWhere(facts: readonly Fact[], scope: Scope, context: Context): void {
  for (const fact of facts) {
    if (fact.kind !== "definition") continue;
    const { name, value } = fact;
    define(
      context.builder.session,
      scope,
      lazy(name.text, name.span, () =>
        evaluate(value, whereContext(name.text, { ...context, facts: context.builder.facts })),
      ),
    );
  }
}

/** A capitalised name is a size. */
function whereContext(name: string, context: Context): Context {
  return { ...context, label: undefined, integer: /^[A-Z]/.test(name) };
}

export interface Where {
  /** What is not known to hold: of a model's entry, to be checked at each call. */
  readonly stated: readonly Guard[];
  /** False where it has been refused. */
  readonly holds: boolean;
}

/**
 * The conditions of a `where`, each a fact from here on. Where a declaration is applied they have to hold by proof; the
 * entry of a model may state what is checked at each call, which is returned.
 */
export function checkWhere(
  facts: readonly Fact[],
  context: Context,
  site: { readonly name: string; readonly span: Span } | undefined,
): Where {
  const { builder } = context;
  const stated: Guard[] = [];
  let holds = true;
  for (const fact of facts) {
    if (fact.kind === "definition") continue;
    const here = { ...context, facts: builder.facts };
    const condition = asCondition(evaluate(fact.value, here), here, fact.value.span);
    if (condition === undefined || condition.known === true) continue;
    const guards = condition.facts?.whenTrue ?? [];
    const text = fact.value.span.source.text
      .slice(fact.value.span.start, fact.value.span.end)
      .replace(/\s+/g, " ");
    if (condition.known === false) {
      holds = false;
      tell(builder.session, "DLC3010", {
        message: site ? `${site.name} needs ${text}, which does not hold here` : `${text} never holds`,
        span: site?.span ?? fact.value.span,
        notes: site ? [...reasons(fact, guards), ...appliedThrough(builder.frame?.outer)] : [],
      });
      continue;
    }
    if (builder.mode === "instance" && site !== undefined) {
      holds = false;
      tell(builder.session, "DLC3011", {
        message: `${site.name} needs ${text}, which is not known here`,
        span: site.span,
        notes: [...reasons(fact, guards), ...appliedThrough(builder.frame?.outer)],
        help: ["state it in the `where` of the model's entry: then it is checked at each call"],
      });
    }
    stated.push(...guards);
    builder.facts = assume(builder.facts, ...guards);
    builder.certain = assume(builder.certain, ...guards);
  }
  if (holds && builder.mode === "declaration") {
    for (const fact of facts) {
      const entity = fact.kind === "definition" ? context.scope.entities.get(fact.name.text) : undefined;
      if (entity !== undefined) valueOf(entity, builder.session);
    }
  }
  return { stated, holds };
}

function reasons({ value }: Fact, guards: readonly Guard[]): readonly Note[] {
  return [{ text: "its `where` says so", span: value.span }, ...valuesIn(guards)];
}

function valuesIn(guards: readonly Guard[]): readonly Note[] {
  const open = guards.filter(
    (guard) =>
      prove(guard, { bounds: new Map(), nonnegative: [], substitutions: new Map(), impossible: false }) ===
      "undecided",
  );
  if (open.length === 0) return [];
  return open.map(({ relation, form }) => ({
    text: `that is, ${showForm(form)} ${relation === "zero" ? "= 0" : "≥ 0"}`,
  }));
}
