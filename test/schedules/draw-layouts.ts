import fc from "fast-check";
import { panels, permuted, withPadding, type Layout } from "../../compiler/plan/layout.ts";

/** Any layout of a tensor: the dims in any order, panels of one of them, zeros around. */
export function anyLayout(rank: number): fc.Arbitrary<Layout> {
  const dims = Array.from({ length: rank }, (_, dim) => dim);
  const side = fc.constantFrom(0, 0, 0, 1, 2);
  return fc
    .record({
      order: fc.shuffledSubarray(dims, { minLength: rank, maxLength: rank }),
      width: fc.constantFrom(0, 0, 4, 8, 12, 16),
      padding: fc.array(fc.record({ before: side, after: side }), { minLength: rank, maxLength: rank }),
    })
    .map(({ order, width, padding }) => {
      const [first, ...rest] = order;
      const base = width === 0 || first === undefined ? permuted(order) : panels(first, width, rest);
      return withPadding(base, padding);
    });
}
