import { expect, it } from "vitest";
import { principalComponents, rebuildRow } from "../../tools/principal-components.mjs";

it("principal components span the plane in which rows lie, and of others leave what stands out of it", () => {
  // Around (1, 2, 3, 4), along (1, 1, 0, 0) much, along (0, 0, 3, 4) less, and along (0, 0, 4, -3) hardly.
  const row = (a: number, b: number, c: number) => [1 + a, 2 + a, 3 + 3 * b + 4 * c, 4 + 4 * b - 3 * c];
  const signs = [-1, 1];
  const rows = signs.flatMap((a) => signs.flatMap((b) => signs.flatMap((c) => row(20 * a, 2 * b, 0.01 * c))));
  const components = principalComponents(rows, 4, { count: 2 });
  [...components.mean].forEach((value, at) => expect(value).toBeCloseTo(at + 1, 10));
  const [first] = components.axes;
  expect(Math.abs(first?.[0] ?? NaN)).toBeCloseTo(Math.SQRT1_2, 6);
  const inside = row(7, -3, 0);
  [...rebuildRow(inside, components)].forEach((value, at) => expect(value).toBeCloseTo(inside[at] ?? NaN, 4));
  const flattened = rebuildRow(row(7, -3, 1), components);
  [...flattened].forEach((value, at) => expect(value).toBeCloseTo(inside[at] ?? NaN, 1));
});
