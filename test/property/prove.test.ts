import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  assume,
  axis,
  ceilDivide,
  constant,
  dim,
  evaluate,
  findCounterExample,
  floorDivide,
  maximum,
  minimum,
  modulo,
  multiply,
  noFacts,
  prove,
  scale,
  subtract,
  withIndex,
  type Facts,
  type Form,
  type Relation,
} from "../../compiler/integers/index.ts";

const c = constant;
const nonnegative = (form: Form): Relation => ({ relation: "nonnegative", form });
const zero = (form: Form): Relation => ({ relation: "zero", form });

function index(facts: Facts, name: string, extent: Form): Facts {
  return withIndex(facts, name, extent);
}

describe("D3.4 relations are proved by equal terms and the ends of ranges", () => {
  const H = dim("H");
  const [i, u] = [axis("i"), axis("u")];

  test("a window of a convolution stays inside", () => {
    const extent = add(subtract(H, c(5)), c(1));
    const facts = index(index(assume(noFacts, nonnegative(subtract(H, c(5)))), "i", extent), "u", c(5));
    expect(prove(nonnegative(add(i, u)), facts)).toBe("proved");
    expect(prove(nonnegative(subtract(subtract(H, c(1)), add(i, u))), facts)).toBe("proved");
    expect(prove(nonnegative(subtract(subtract(H, c(2)), add(i, u))), facts)).toBe("undecided");
  });

  test("floors: a pool of stride 2 reads 2i + 1 ≤ H − 1", () => {
    const facts = index(noFacts, "i", floorDivide(H, c(2)));
    expect(prove(nonnegative(subtract(H, add(scale(i, 2), c(2)))), facts)).toBe("proved");
    expect(prove(nonnegative(subtract(H, add(scale(i, 2), c(3)))), facts)).toBe("undecided");
  });

  test("groups: ⌊o/4⌋·3 + a stays below 12 for o < 16, a < 3", () => {
    const facts = index(index(noFacts, "o", c(16)), "a", c(3));
    const read = add(scale(floorDivide(axis("o"), c(4)), 3), axis("a"));
    expect(prove(nonnegative(subtract(c(11), read)), facts)).toBe("proved");
    expect(prove(nonnegative(subtract(c(10), read)), facts)).toBe("undecided");
  });

  test("the odd places of a CTC target: (u − 1)/2 < S under u % 2 == 1, u < 2S + 1", () => {
    const S = dim("S");
    const facts = assume(index(noFacts, "u", add(scale(S, 2), c(1))), zero(subtract(modulo(u, c(2)), c(1))));
    const place = floorDivide(subtract(u, c(1)), c(2));
    expect(prove(nonnegative(place), facts)).toBe("proved");
    expect(prove(nonnegative(subtract(subtract(S, c(1)), place)), facts)).toBe("proved");
    expect(prove(zero(modulo(subtract(u, c(1)), c(2))), facts)).toBe("proved");
    expect(prove(zero(modulo(u, c(2))), facts)).toBe("refuted");
  });

  test("heads: h·D + d < W where W % heads == 0 and D = W / heads, all of them symbols", () => {
    const [W, heads] = [dim("W"), dim("heads")];
    const D = floorDivide(W, heads);
    const facts = index(index(assume(noFacts, zero(modulo(W, heads))), "h", heads), "d", D);
    const place = add(multiply(axis("h"), D), axis("d"));
    expect(prove(nonnegative(subtract(subtract(W, c(1)), place)), facts)).toBe("proved");
  });

  test("products of dims: N·M − N ≥ 0", () => {
    const [N, M] = [dim("N"), dim("M")];
    expect(prove(nonnegative(subtract(multiply(N, M), N)), noFacts)).toBe("proved");
    expect(prove(nonnegative(subtract(N, M)), noFacts)).toBe("undecided");
  });

  test("minimum and maximum are taken apart", () => {
    const N = dim("N");
    expect(prove(nonnegative(subtract(N, minimum(N, c(7)))), noFacts)).toBe("proved");
    expect(prove(nonnegative(subtract(maximum(N, c(7)), N)), noFacts)).toBe("proved");
    expect(prove(nonnegative(subtract(minimum(N, c(7)), N)), noFacts)).toBe("undecided");
  });

  test("what cannot be is refuted", () => {
    expect(prove(nonnegative(subtract(c(-1), H)), noFacts)).toBe("refuted");
    expect(prove(zero(add(scale(H, 2), c(1))), noFacts)).toBe("refuted");
  });

  test("facts that exchange two atoms for each other end the search soon", () => {
    // A transposed convolution of stride 2 reads its image at t, where i = 2t + u for i < 17, u < 3.
    const facts = assume(
      index(index(noFacts, "i", c(17)), "u", c(3)),
      zero(modulo(subtract(axis("i"), axis("u")), c(2))),
    );
    const place = floorDivide(subtract(axis("i"), axis("u")), c(2));
    const start = performance.now();
    for (let turn = 0; turn < 200; turn++) {
      expect(prove(nonnegative(place), facts)).toBe("undecided");
      expect(prove(nonnegative(subtract(c(7), place)), facts)).toBe("undecided");
      expect(prove(nonnegative(subtract(c(8), place)), facts)).toBe("proved");
    }
    // Without an end, the budget of steps would take a hundred times as long.
    expect(performance.now() - start).toBeLessThan(3000);
  });

  test("the smallest counter-example is given", () => {
    const facts = index(noFacts, "i", H);
    const found = findCounterExample(nonnegative(subtract(subtract(H, c(2)), i)), facts);
    expect(found && [...found.values]).toEqual([
      ["H", 1],
      ["i", 0],
    ]);
  });
});

/** Random forms over two dims and two indices, with everything that a subscript may hold. */
const formArbitrary = fc.letrec<{ form: Form }>((tie) => ({
  form: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.integer({ min: -6, max: 6 }).map(c),
    fc.constantFrom(dim("N"), dim("M"), axis("i"), axis("j")),
    fc.tuple(tie("form"), tie("form")).map(([a, b]) => add(a, b)),
    fc.tuple(tie("form"), fc.integer({ min: -3, max: 3 })).map(([a, k]) => scale(a, k)),
    fc.tuple(tie("form"), fc.integer({ min: 1, max: 5 })).map(([a, k]) => floorDivide(a, c(k))),
    fc.tuple(tie("form"), fc.integer({ min: 1, max: 5 })).map(([a, k]) => ceilDivide(a, c(k))),
    fc.tuple(tie("form"), fc.integer({ min: 2, max: 4 })).map(([a, k]) => modulo(a, c(k))),
    fc.tuple(tie("form"), tie("form")).map(([a, b]) => minimum(a, b)),
    fc.tuple(tie("form"), tie("form")).map(([a, b]) => maximum(a, b)),
  ),
})).form;

const relationArbitrary = fc
  .tuple(fc.constantFrom("nonnegative" as const, "zero" as const), formArbitrary)
  .map(([relation, form]): Relation => ({ relation, form }));

test("a proof holds, and a refutation breaks, for every small assignment that the facts allow", () => {
  const seen = { proved: 0, refuted: 0, undecided: 0 };
  fc.assert(
    fc.property(relationArbitrary, fc.array(relationArbitrary, { maxLength: 2 }), (goal, conditions) => {
      const [N, M] = [dim("N"), dim("M")];
      const facts = assume(index(index(noFacts, "i", N), "j", add(scale(M, 2), c(1))), ...conditions);
      const verdict = prove(goal, facts);
      seen[verdict] += 1;
      if (verdict === "undecided") return;
      for (let n = 1; n <= 4; n++) {
        for (let m = 1; m <= 3; m++) {
          for (let i = 0; i < n; i++) {
            for (let j = 0; j < 2 * m + 1; j++) {
              const values: Record<string, number> = { N: n, M: m, i, j };
              const holds = ({ relation, form }: Relation): boolean => {
                const value = evaluate(form, (atom) => ("name" in atom ? (values[atom.name] ?? NaN) : NaN));
                return relation === "zero" ? value === 0 : value >= 0;
              };
              if (!conditions.every(holds)) continue;
              if (holds(goal) !== (verdict === "proved")) {
                throw new Error(
                  `${verdict} is wrong at ${JSON.stringify(values)}: ${goal.relation} ${goal.form.key}`,
                );
              }
            }
          }
        }
      }
    }),
    { numRuns: 3000, seed: 7 },
  );
  expect(seen.proved).toBeGreaterThan(200);
  expect(seen.refuted).toBeGreaterThan(100);
});
