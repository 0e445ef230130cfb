import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  axisOver,
  computeNode,
  constantNode,
  inputNode,
  paramNode,
  parseExpr,
  parseGraph,
  printExpr,
  printGraph,
  reduceOps,
  stateNode,
  type Expr,
  type Graph,
  type Guard,
  type Node,
  type Recognition,
} from "../../compiler/graph/index.ts";
import {
  add,
  atomForm,
  axis,
  constant,
  dim,
  floorDivide,
  scale,
  type Form,
} from "../../compiler/integers/index.ts";
import { dtypes, scalarNames } from "../../compiler/scalar/index.ts";

/** Plain names, names with dots, words with a meaning, and names that no identifier could be. */
const name = fc.oneof(
  fc.constantFrom(
    "x",
    "conv1.weight",
    "b'",
    "h$2",
    "sum",
    "if",
    "floor",
    "f32",
    "output",
    "inf",
    "a b",
    "0",
    "größe",
    'q"`\\',
  ),
  fc.string({ minLength: 1, maxLength: 6, unit: "grapheme" }),
);

const form: fc.Arbitrary<Form> = fc.letrec<{ any: Form }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: -20, max: 20 }).map(constant),
    fc.constantFrom(axis("i"), axis("j.0"), dim("N"), dim("a b"), dim("max")),
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => add(a, b)),
    fc
      .tuple(tie("any"), fc.integer({ min: -5, max: 5 }), fc.integer({ min: 1, max: 4 }))
      .map(([a, numerator, denominator]) => scale(a, numerator, denominator)),
    fc
      .tuple(tie("any"), fc.integer({ min: 1, max: 5 }))
      .map(([a, by]) => floorDivide(scale(a, 60), constant(by))),
    fc
      .record(
        { operand: name, at: fc.array(tie("any"), { maxLength: 2 }), low: tie("any"), high: tie("any") },
        { requiredKeys: ["operand", "at"], noNullPrototype: true },
      )
      .map((read) => atomForm({ kind: "read", ...read })),
  ),
})).any;

const guard: fc.Arbitrary<Guard> = fc.record(
  { relation: fc.constantFrom("nonnegative", "zero"), form },
  { noNullPrototype: true },
);

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, 1, -1, 0.5, Infinity, -Infinity, NaN, 1e300, 5e-324),
);

/** The axes `i` and `j.0` are in scope; reductions inside bind others. */
const expr: fc.Arbitrary<Expr> = fc.letrec<{ any: Expr }>((tie) => {
  const record = <Value>(shape: {
    readonly [Key in keyof Value]: fc.Arbitrary<Value[Key]>;
  }): fc.Arbitrary<Value> => fc.record<Value>(shape, { noNullPrototype: true });
  return {
    any: fc.oneof(
      { maxDepth: 4 },
      record<Expr>({ kind: fc.constant("constant"), dtype: fc.constantFrom(...dtypes), value: number }),
      record<Expr>({ kind: fc.constant("local"), name }),
      record<Expr>({ kind: fc.constant("index"), form }),
      record<Expr>({ kind: fc.constant("guard"), guard }),
      record<Expr>({ kind: fc.constant("read"), operand: name, at: fc.array(form, { maxLength: 3 }) }),
      record<Expr>({ kind: fc.constant("random"), path: fc.string(), stream: fc.nat(9), counter: form }),
      // Wrong numbers of operands are written too, so that they can be seen; but `not` is no function in the text.
      record<Expr>({
        kind: fc.constant("apply"),
        fn: fc.constantFrom(...scalarNames.filter((fn) => fn !== "not")),
        operands: fc.array(tie("any"), { maxLength: 3 }),
      }),
      tie("any").map((operand): Expr => ({ kind: "apply", fn: "not", operands: [operand] })),
      record<Expr>({ kind: fc.constant("convert"), to: fc.constantFrom(...dtypes), operand: tie("any") }),
      record<Expr>({
        kind: fc.constant("select"),
        condition: tie("any"),
        then: tie("any"),
        otherwise: tie("any"),
      }),
      record<Expr>({ kind: fc.constant("let"), name, value: tie("any"), body: tie("any") }),
      record<Expr>({
        kind: fc.constant("reduce"),
        op: fc.constantFrom(...reduceOps),
        axes: fc.constantFrom([], [axisOver("k", 3)], [axisOver("k", dim("N")), axisOver("a-b", 2)]),
        domain: fc.array(guard, { maxLength: 2 }),
        body: tie("any"),
      }),
    ),
  };
}).any;

describe("the graph's text", () => {
  it("gives every body back", () => {
    fc.assert(
      fc.property(expr, (body) => {
        expect(parseExpr(printExpr(body), ["i", "j.0"])).toEqual(body);
      }),
      { numRuns: 1500 },
    );
  });

  it("gives every graph back", () => {
    const names = fc.array(fc.constantFrom("i", "j.0", "a b"), { maxLength: 2 });
    const tag: fc.Arbitrary<Recognition | undefined> = fc.oneof(
      fc.constantFrom<Recognition | undefined>(undefined, { kind: "elementwise" }),
      fc.record({ kind: fc.constant("rowwise" as const), row: names }, { noNullPrototype: true }),
      fc.record(
        {
          left: name,
          kind: fc.constant("contraction" as const),
          right: name,
          batch: names,
          m: names,
          n: names,
          k: names,
        },
        { noNullPrototype: true },
      ),
      fc.record(
        {
          kind: fc.constant("convolution" as const),
          image: name,
          weight: name,
          batch: names,
          groups: names,
          outChannels: names,
          inChannels: names,
          pixels: names,
          window: names,
        },
        { noNullPrototype: true },
      ),
      fc.record(
        {
          kind: fc.constant("depthwise" as const),
          image: name,
          weight: name,
          channels: names,
          pixels: names,
          window: names,
        },
        { noNullPrototype: true },
      ),
      fc.record(
        { kind: fc.constant("window" as const), image: name, pixels: names, window: names },
        { noNullPrototype: true },
      ),
    );
    const shape = fc.array(fc.constantFrom(constant(3), dim("N"), scale(dim("a b"), 2)), { maxLength: 3 });
    const node: fc.Arbitrary<Node> = fc.oneof(
      fc
        .tuple(name, fc.constantFrom(...dtypes), shape)
        .map(([own, dtype, size]) => inputNode(own, dtype, size)),
      fc
        .tuple(name, shape)
        .map(([own, size]) => inputNode(own, "i32", size, { low: constant(-3), high: dim("N") })),
      fc.tuple(name, shape, fc.string()).map(([own, size, path]) => paramNode(own, "f16", size, path)),
      fc.tuple(name, shape, fc.string()).map(([own, size, path]) => stateNode(own, "f32", size, path)),
      fc
        .tuple(name, fc.array(number, { maxLength: 5 }))
        .map(([own, all]) => constantNode(own, "f32", [all.length], all)),
      fc
        .tuple(name, fc.array(guard, { maxLength: 2 }), expr, fc.constantFrom(undefined, ...reduceOps), tag)
        .map(([own, domain, body, op, recognition]) =>
          computeNode({
            name: own,
            dtype: "f32",
            axes: [axisOver("i", dim("N")), axisOver("j.0", 4)],
            ...(op && { reduce: { op, axes: [axisOver("r", 2)] } }),
            domain,
            body,
            ...(recognition && { recognition }),
          }),
        ),
    );
    const graph: fc.Arbitrary<Graph> = fc.record(
      {
        name,
        dims: fc.constantFrom(
          [],
          [{ name: "N", low: 1 }],
          [
            { name: "N", low: 2 },
            { name: "a b", low: 1, high: 8 },
            { name: "max", low: 3, high: 9 },
          ],
        ),
        facts: fc.constantFrom<readonly Guard[]>(
          [],
          [{ relation: "nonnegative", form: add(dim("N"), constant(-2)) }],
        ),
        nodes: fc.array(node, { maxLength: 4 }),
        outputs: fc.array(fc.record({ name, node: name }, { noNullPrototype: true }), { maxLength: 2 }),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(graph, (value) => {
        expect(parseGraph(printGraph(value))).toEqual(value);
      }),
      { numRuns: 700 },
    );
  });
});
