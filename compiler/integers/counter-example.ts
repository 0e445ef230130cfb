import { constantOf, type Atom, type Form } from "./form.ts";
import { boundsOf, type Facts, type Relation } from "./facts.ts";
import { atomsOf, evaluate } from "./rewrite.ts";

export interface CounterExample {
  /** Values of dims and indices, in the order in which they were met. */
  readonly values: ReadonlyMap<string, number>;
}

/** How many assignments are tried before the search says that it found none. */
const trials = 20_000;

/**
 * The smallest assignment of dims and indices that the facts allow and that breaks the relation: dims first, small
 * values first. Undefined where none is found among the first assignments, or where a form reads an integer tensor.
 */
export function findCounterExample(goal: Relation, facts: Facts): CounterExample | undefined {
  const names = freeAtoms(goal.form, facts);
  if (names === undefined) return undefined;
  const values = new Map<string, number>();
  let left = trials;
  const valueOf = (atom: Atom): number =>
    (atom.kind === "dim" || atom.kind === "axis" ? values.get(atom.name) : undefined) ?? NaN;
  const allowed = (): boolean =>
    facts.nonnegative.every((form) => !(evaluate(form, valueOf) < 0)) &&
    [...facts.substitutions].every(([key, form]) => {
      const own = values.get(key.replace(/^@/, ""));
      return own === undefined || !(evaluate(form, valueOf) !== own);
    });
  const breaks = (): boolean => {
    const value = evaluate(goal.form, valueOf);
    return goal.relation === "zero" ? value !== 0 : value < 0;
  };
  const search = (place: number, largest: number): boolean => {
    const atom = names[place];
    if (atom === undefined) return left-- > 0 && allowed() && breaks();
    const bounds = boundsOf(atom, facts);
    const low = bounds.low ? evaluate(bounds.low, valueOf) : -largest;
    const high = bounds.high ? evaluate(bounds.high, valueOf) : largest;
    for (const value of candidates(low, high, atom.kind === "dim" ? largest : Infinity)) {
      if (left <= 0) return false;
      values.set(atom.name, value);
      if (search(place + 1, largest)) return true;
    }
    values.delete(atom.name);
    return false;
  };
  // Dims grow slowly, so that the example is one that a reader can check in the head.
  for (const largest of [1, 2, 3, 4, 8, 16]) {
    if (search(0, largest)) return { values: new Map(values) };
    if (left <= 0) return undefined;
  }
  return undefined;
}

/** Where an affine form breaks its bound, it does so at an end of a range or near it. */
function* candidates(low: number, high: number, largest: number): Generator<number> {
  const end = Math.min(high, Math.max(low, largest));
  if (end - low <= 64) {
    for (let value = low; value <= end; value++) yield value;
    return;
  }
  for (let value = low; value < low + 32; value++) yield value;
  for (let value = end - 31; value <= end; value++) yield value;
}

type Named = Extract<Atom, { kind: "dim" | "axis" }>;

/** Dims, then axes, each after those that its bounds mention; undefined where something else is needed. */
function freeAtoms(form: Form, facts: Facts): readonly Named[] | undefined {
  const ordered = new Map<string, Named>();
  const visiting = new Set<string>();
  const visitForm = (inner: Form): boolean => atomsOf(inner).every(visit);
  const visit = (atom: Atom): boolean => {
    if (atom.kind === "read") return false;
    if (atom.kind !== "dim" && atom.kind !== "axis") return true;
    if (ordered.has(atom.name)) return true;
    if (visiting.has(atom.name)) return false;
    visiting.add(atom.name);
    const { low, high } = boundsOf(atom, facts);
    if (low && constantOf(low) === undefined && !visitForm(low)) return false;
    if (high && constantOf(high) === undefined && !visitForm(high)) return false;
    ordered.set(atom.name, atom);
    return true;
  };
  const related = [form, ...facts.nonnegative, ...facts.substitutions.values()];
  if (!related.every(visitForm)) return undefined;
  for (const key of facts.substitutions.keys()) {
    if (/^@?[A-Za-z_]\w*$/.test(key)) {
      const atom: Named = key.startsWith("@")
        ? { kind: "axis", name: key.slice(1) }
        : { kind: "dim", name: key };
      if (!visit(atom)) return undefined;
    }
  }
  const all = [...ordered.values()];
  return [...all.filter((atom) => atom.kind === "dim"), ...all.filter((atom) => atom.kind === "axis")];
}
