import { expect, it } from "vitest";
import { interpret, tensorOf } from "../../compiler/graph/index.ts";
import { compileSource, forwardOf } from "./compile-source.ts";

// Functions of a block that read names of it, applied by what they are given to.

const x = tensorOf([2], [1, 2]);
const a = tensorOf([2], [10, 20]);

function forwardValues(source: string): Readonly<Record<string, readonly number[]>> {
  const found = interpret(forwardOf(compileSource(source).program), { inputs: { x, a }, params: {} });
  return Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, [...data]]));
}

it("a function that is given on reads what it needs of its own block", () => {
  const found = forwardValues(`fn twice(f: fn)(x: real[N]) -> (y: real[N]) { y = f(f(x)) }
fn slope(f: fn)(x: real[N]) -> (y: real[N]) { y = grad(sum(twice(f)(x)), x) }
model M(x: f32[2], a: f32[2]) -> (y: f32[2], d: f32[2]) {
  fn scaled(z: real[2]) = a * z * z
  y = twice(scaled)(x)
  d = slope(scaled)(x)
}`);
  // f(f(x)) = a (a x²)² = a³ x⁴
  expect(found).toEqual({ y: [1000, 128_000], d: [4000, 256_000] });
});

it("names that are alike in two blocks are told apart", () => {
  const found = forwardValues(`fn applied(f: fn)(x: real[N]) -> (y: real[N]) { y = f(x) }
fn both(f: fn)(x: real[2]) -> (y: real[2]) {
  a = x + x
  fn own(z: real[2]) = f(z) + a
  y = applied(own)(x)
}
model M(x: f32[2], a: f32[2]) -> (y: f32[2]) {
  fn shifted(z: real[2]) = z + a
  y = both(shifted)(x)
}`);
  expect(found).toEqual({ y: [1 + 10 + 2, 2 + 20 + 4] });
});
