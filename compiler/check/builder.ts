import type { Builder } from "./checker-types.ts";

/** A name for a binding that no other has. */
export function freshBinding(builder: Builder, hint: string): string {
  let name = hint;
  for (let turn = 2; builder.names.has(name); turn++) name = `${hint}_${turn}`;
  builder.names.add(name);
  return name;
}

/** The same body, to try something in: what is added to it is forgotten. */
export function trialOf(builder: Builder): Builder {
  return {
    ...builder,
    inputs: [...builder.inputs],
    bindings: [...builder.bindings],
    scans: [...builder.scans],
    turns: [...builder.turns],
    params: new Map(builder.params),
    states: new Map(builder.states),
    updates: [...builder.updates],
    obligations: builder.obligations && [...builder.obligations],
    totals: builder.totals && [...builder.totals],
    names: new Set(builder.names),
    captures: [...builder.captures],
    streams: { ...builder.streams },
    applied: new Map(builder.applied),
  };
}

/** A trial of which nothing is said. */
export function silentTrialOf(builder: Builder): Builder {
  const trial = trialOf(builder);
  return { ...trial, session: { ...trial.session, diagnostics: new Map(trial.session.diagnostics) } };
}
