import type { Layout } from "./layout.ts";

/**
 * Storage axes from the outside in, each by its dim: ` {0 2 3 1}` is channels-last, `2(1,1)` has a halo of one on both
 * sides, `0/8 1 0%8` keeps panels of eight together. Row-major without padding is the empty text.
 */
export function showLayout(layout: Layout): string {
  const plain = layout.axes.every(
    ({ dim, divide, modulo }, place) => dim === place && divide === 1 && modulo === undefined,
  );
  if (plain && layout.padding.every(({ before, after }) => before === 0 && after === 0)) return "";
  const texts = layout.axes.map(({ dim, divide, modulo }) => {
    const { before, after } = layout.padding[dim] ?? { before: 0, after: 0 };
    const padding = before === 0 && after === 0 ? "" : `(${before},${after})`;
    return `${dim}${padding}${divide === 1 ? "" : `/${divide}`}${modulo === undefined ? "" : `%${modulo}`}`;
  });
  return ` {${texts.join(" ")}}`;
}
