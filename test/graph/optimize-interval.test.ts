import fc from "fast-check";
import { expect, it } from "vitest";
import { parseForm } from "../../compiler/graph/index.ts";
import {
  constant,
  evaluate,
  interval,
  one,
  showForm,
  simplifyByRange,
  subtract,
  zero,
  type Atom,
  type RangeOf,
} from "../../compiler/integers/index.ts";

const extents: Readonly<Record<string, string>> = { i: "5", j: "6", k: "N", u: "3", q: "2*N" };
const axes = Object.keys(extents);

/** N ≥ 1, M from 2 to 8, axes as above, ids from 0 to N − 1. */
const range: RangeOf = (atom) => {
  if (atom.kind === "dim") {
    return atom.name === "N" ? { low: one } : { low: constant(2), high: constant(8) };
  }
  const extent = atom.kind === "axis" ? extents[atom.name] : undefined;
  return extent === undefined ? undefined : { low: zero, high: subtract(parseForm(extent), one) };
};

it.each([
  ["i", 0, 4],
  ["2*i - u + 3", 1, 11],
  ["N - 1 - k", 0, Infinity],
  ["k - N", -Infinity, -1],
  ["q - 2*k", -Infinity, Infinity],
  ["M*N - N", 1, Infinity],
  ["j % 4", 0, 3],
  ["7*floor(k / 7) - k", -6, 0],
  ["floor((6*k + j) / 6) - k", 0, 0],
  ["floor((i + j) / 3)", 0, 3],
  ["min(i, u) - 2", -2, 0],
  ["max(i, 2) - M", -6, 2],
  ["N - 1 - (ids[k] in 0..N)", 0, Infinity],
])("%s lies from %d to %d", (text, low, high) => {
  expect(interval(parseForm(text, axes), range)).toEqual({ low, high });
});

it.each([
  ["floor(i / 5)", "0"],
  ["floor((5*j + i) / 5)", "j"],
  ["floor((6*i + j) / 12)", "floor(i / 2)"],
  ["floor((i - 5) / 5)", "-1"],
  ["floor((N*i + k) / N)", "i"],
  ["floor(floor((30*k + 6*i + j) / 6) / 5)", "k"],
  ["min(i, 9) + max(u, i - 4)", "i + u"],
  ["floor((i + j) / 3)", "floor((i + j) / 3)"],
])("%s is %s", (text, expected) => {
  expect(showForm(simplifyByRange(parseForm(text, axes), range))).toBe(expected);
});

/** The text of a form of some depth. */
const form: fc.Arbitrary<string> = fc.letrec<{ form: string; leaf: string }>((tie) => ({
  leaf: fc.oneof(fc.constantFrom(...axes, "N", "M"), fc.integer({ min: 0, max: 7 }).map(String)),
  form: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie("leaf"),
    fc.tuple(tie("form"), tie("form")).map(([a, b]) => `(${a} + ${b})`),
    fc.tuple(tie("form"), tie("form")).map(([a, b]) => `(${a} - ${b})`),
    fc.tuple(fc.integer({ min: 2, max: 4 }), tie("form")).map(([a, b]) => `(${a}*${b})`),
    fc.tuple(tie("form"), fc.integer({ min: 2, max: 6 })).map(([a, b]) => `floor((${a}) / ${b})`),
    fc.tuple(tie("form"), fc.integer({ min: 2, max: 6 })).map(([a, b]) => `((${a}) % ${b})`),
    fc.tuple(tie("form"), tie("form")).map(([a, b]) => `min(${a}, ${b})`),
  ),
})).form;

it("encloses every value, and simplification keeps each", () => {
  fc.assert(
    fc.property(form, fc.constantFrom(1, 2, 5), fc.constantFrom(2, 8), fc.nat(), (text, n, m, seed) => {
      const whole = parseForm(text, axes);
      const bounds = interval(whole, range);
      const simple = simplifyByRange(whole, range);
      const places: Readonly<Record<string, number>> = {
        i: seed % 5,
        j: seed % 6,
        k: seed % n,
        u: seed % 3,
        q: seed % (2 * n),
      };
      const valueOf = (atom: Atom): number => {
        if (atom.kind === "dim") return atom.name === "N" ? n : m;
        if (atom.kind !== "axis") throw new Error("no reads here");
        return places[atom.name] ?? NaN;
      };
      const value = evaluate(whole, valueOf);
      expect(bounds.low).toBeLessThanOrEqual(value);
      expect(bounds.high).toBeGreaterThanOrEqual(value);
      expect(evaluate(simple, valueOf)).toBe(value);
    }),
    { numRuns: 2000 },
  );
});
