import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
  atomKey,
  axis,
  ceilDivide,
  constant,
  dim,
  equalForms,
  evaluate,
  floorDivide,
  linearIn,
  maximum,
  minimum,
  modulo,
  multiply,
  negate,
  power,
  scale,
  substitute,
  substituteNames,
  subtract,
  type Atom,
  type Form,
} from "../../compiler/integers/index.ts";
import {
  apply,
  axisOver,
  computeNode,
  indexOf,
  interpret,
  nonnegative,
  parseForm,
  printForm,
  type Graph,
} from "../../compiler/graph/index.ts";

/** A form beside the function that it stands for, computed without the algebra. */
interface Meant {
  readonly form: Form;
  readonly value: (at: Values) => number;
}

interface Values {
  readonly N: number;
  readonly H: number;
  readonly i: number;
  readonly j: number;
}

const values: fc.Arbitrary<Values> = fc.record({
  N: fc.integer({ min: 1, max: 40 }),
  H: fc.integer({ min: 1, max: 40 }),
  i: fc.integer({ min: -30, max: 30 }),
  j: fc.integer({ min: -30, max: 30 }),
});

const leaf: fc.Arbitrary<Meant> = fc.oneof(
  fc.integer({ min: -12, max: 12 }).map((n) => ({ form: constant(n), value: () => n })),
  fc.constantFrom(
    { form: dim("N"), value: (at: Values) => at.N },
    { form: dim("H"), value: (at: Values) => at.H },
    { form: axis("i"), value: (at: Values) => at.i },
    { form: axis("j"), value: (at: Values) => at.j },
  ),
);

const meant: fc.Arbitrary<Meant> = fc.letrec<{ any: Meant }>((tie) => {
  const two = fc.tuple(tie("any"), tie("any"));
  const divided = fc.tuple(tie("any"), fc.integer({ min: 1, max: 7 }));
  return {
    any: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      two.map(([a, b]) => ({ form: add(a.form, b.form), value: (at: Values) => a.value(at) + b.value(at) })),
      two.map(([a, b]) => ({
        form: subtract(a.form, b.form),
        value: (at: Values) => a.value(at) - b.value(at),
      })),
      fc.tuple(tie("any"), leaf).map(([a, b]) => ({
        form: multiply(a.form, b.form),
        value: (at: Values) => a.value(at) * b.value(at),
      })),
      two.map(([a, b]) => ({
        form: minimum(a.form, b.form),
        value: (at: Values) => Math.min(a.value(at), b.value(at)),
      })),
      two.map(([a, b]) => ({
        form: maximum(a.form, b.form),
        value: (at: Values) => Math.max(a.value(at), b.value(at)),
      })),
      divided.map(([a, c]) => ({
        form: floorDivide(a.form, constant(c)),
        value: (at: Values) => Math.floor(a.value(at) / c),
      })),
      divided.map(([a, c]) => ({
        form: ceilDivide(a.form, constant(c)),
        value: (at: Values) => Math.ceil(a.value(at) / c),
      })),
      divided.map(([a, c]) => ({
        form: modulo(a.form, constant(c)),
        value: (at: Values) => ((a.value(at) % c) + c) % c,
      })),
      fc.tuple(tie("any"), fc.constantFrom("N", "H")).map(([a, name]) => ({
        form: floorDivide(a.form, dim(name)),
        value: (at: Values) => Math.floor(a.value(at) / at[name === "N" ? "N" : "H"]),
      })),
    ),
  };
}).any;

function valueOf(form: Form, at: Values): number {
  const known = new Map(Object.entries(at));
  return evaluate(form, (atom) => {
    const value = atom.kind === "dim" || atom.kind === "axis" ? known.get(atom.name) : undefined;
    if (value === undefined) throw new Error(`no value for ${atomKey(atom)}`);
    return value;
  });
}

/** −0 is 0. */
function expectSame(actual: number, expected: number): void {
  expect(actual + 0).toBe(expected + 0);
}

describe("forms", () => {
  it("have the value of what they were made from", () => {
    fc.assert(
      fc.property(meant, values, ({ form, value }, at) => {
        expectSame(valueOf(form, at), value(at));
      }),
      { numRuns: 3000 },
    );
  });

  it("are read back from their text", () => {
    fc.assert(
      fc.property(meant, ({ form }) => {
        expect(parseForm(printForm(form), ["i", "j"]).key).toBe(form.key);
      }),
      { numRuns: 2000 },
    );
  });

  it("have one normal form for one sum, however it is made", () => {
    fc.assert(
      fc.property(meant, meant, meant, (a, b, c) => {
        const sum = add(a.form, b.form, c.form);
        expect(add(c.form, add(b.form, a.form)).key).toBe(sum.key);
        expect(subtract(sum, add(b.form, c.form)).key).toBe(a.form.key);
        expect(negate(negate(a.form)).key).toBe(a.form.key);
        expect(multiply(a.form, constant(3)).key).toBe(scale(a.form, 3).key);
        expect(scale(scale(a.form, 1, 6), 6).key).toBe(a.form.key);
      }),
    );
  });

  it("q·⌊p/q⌋ + p % q is p again", () => {
    fc.assert(
      fc.property(meant, fc.integer({ min: 1, max: 9 }), ({ form }, q) => {
        const whole = multiply(constant(q), floorDivide(form, constant(q)));
        expect(equalForms(add(whole, modulo(form, constant(q))), form)).toBe(true);
      }),
    );
  });

  it("⌊(q·p + r)/q⌋ is p for 0 ≤ r < q", () => {
    fc.assert(
      fc.property(meant, fc.integer({ min: 1, max: 9 }), fc.nat(8), ({ form }, q, r) => {
        fc.pre(r < q);
        expect(floorDivide(add(scale(form, q), constant(r)), constant(q)).key).toBe(form.key);
      }),
    );
  });

  it("substituting and then evaluating is evaluating at what was put in", () => {
    fc.assert(
      fc.property(meant, meant, meant, values, ({ form }, first, second, at) => {
        const put = substituteNames(
          form,
          new Map([
            ["i", first.form],
            ["j", second.form],
          ]),
        );
        expectSame(valueOf(put, at), valueOf(form, { ...at, i: first.value(at), j: second.value(at) }));
      }),
      { numRuns: 2000 },
    );
  });

  it("substituting nothing keeps the object", () => {
    fc.assert(
      fc.property(meant, ({ form }) => {
        expect(substitute(form, () => undefined)).toBe(form);
      }),
    );
  });

  it("linear parts make up the whole", () => {
    fc.assert(
      fc.property(meant, ({ form }) => {
        const isAxis = (atom: Atom): boolean => atom.kind === "axis";
        const parts = linearIn(form, isAxis);
        if (parts === undefined) return;
        const products = [...parts.coefficients.values()].map(({ atom, coefficient }) =>
          multiply(coefficient, atom.kind === "axis" ? axis(atom.name) : constant(0)),
        );
        expect(add(parts.rest, ...products).key).toBe(form.key);
      }),
    );
  });

  it("are computed by the interpreter, whatever of them is taken out of loops", () => {
    fc.assert(
      fc.property(meant, ({ form, value }) => {
        const node = computeNode({
          name: "y",
          dtype: "i32",
          axes: [axisOver("i", 3), axisOver("j", dim("N"))],
          reduce: { op: "sum", axes: [axisOver("k", 2)] },
          domain: [nonnegative(form)],
          body: apply("add", indexOf(form), indexOf(multiply(axis("k"), form))),
        });
        const graph: Graph = {
          name: "g",
          dims: ["N", "H"].map((name) => ({ name, low: 1 })),
          facts: [],
          nodes: [node],
          outputs: [{ name: "y", node: "y" }],
        };
        const { data } = interpret(graph, { dims: { N: 4, H: 7 } })["y"] ?? { data: [] };
        const expected = [0, 1, 2].flatMap((i) =>
          [0, 1, 2, 3].map((j) => {
            const x = value({ N: 4, H: 7, i, j });
            return x >= 0 ? (3 * (x | 0)) | 0 : 0;
          }),
        );
        expect([...data]).toEqual(expected.map((x) => x + 0));
      }),
      { numRuns: 400 },
    );
  });

  it("powers are repeated products", () => {
    fc.assert(
      fc.property(leaf, fc.nat(4), values, ({ form, value }, exponent, at) => {
        expectSame(valueOf(power(form, exponent), at), value(at) ** exponent);
      }),
    );
  });
});
