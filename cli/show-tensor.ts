/** At most so many rows and numbers of a tensor are shown; of more, those at the ends. */
const shownRows = 12;
const shownNumbers = 12;

/** A tensor as lines of text: a row of numbers for each value of the leading indices. */
export function tensorLines(shape: readonly number[], data: ArrayLike<number>): readonly string[] {
  const length = shape.at(-1) ?? 1;
  const rows = data.length / Math.max(1, length);
  const shown = ends(rows, shownRows);
  const numbers = ends(length, shownNumbers);
  const cells = shown.map((row) =>
    row === undefined
      ? []
      : numbers.map((place) => (place === undefined ? "…" : showNumber(data[row * length + place] ?? NaN))),
  );
  const width = Math.max(1, ...cells.flat().map((cell) => cell.length));
  return shown.map((row, line) => {
    if (row === undefined) return `  … ${rows - 2 * Math.floor(shownRows / 2)} more`;
    const label = shape.length < 2 ? "" : `[${[...indicesOf(row, shape.slice(0, -1)), ":"].join(", ")}]  `;
    return `  ${label}${(cells[line] ?? []).map((cell) => cell.padStart(cell === "…" ? 1 : width)).join("  ")}`;
  });
}

/** Indices from 0 below `count`; of too many, those at the ends, with undefined between them. */
function ends(count: number, most: number): readonly (number | undefined)[] {
  if (count <= most) return Array.from({ length: count }, (_, place) => place);
  const half = Math.floor(most / 2);
  const first = Array.from({ length: half }, (_, place) => place);
  return [...first, undefined, ...first.map((place) => count - half + place)];
}

function indicesOf(row: number, shape: readonly number[]): readonly number[] {
  const indices: number[] = [];
  let rest = row;
  for (const size of [...shape].reverse()) {
    indices.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return indices;
}

/** Five significant digits; whole numbers that fit into 32 bits as they are. */
export function showNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) <= 2 ** 31) return String(value);
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e6 || size < 1e-4 ? value.toExponential(4) : value.toPrecision(5);
}

/** Of scores for classes, which is the largest in each of the first rows: `largest: 7 (14.812)`. */
export function largestLine(shape: readonly number[], data: ArrayLike<number>): string | undefined {
  const classes = shape.at(-1) ?? 0;
  if (shape.length === 0 || shape.length > 2 || classes < 2) return undefined;
  const rows = Math.min(data.length / classes, shownRows);
  const found = Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let place = 1; place < classes; place++) {
      if ((data[row * classes + place] ?? NaN) > (data[row * classes + best] ?? NaN)) best = place;
    }
    return `${best} (${showNumber(data[row * classes + best] ?? NaN)})`;
  });
  return `  largest: ${found.join(", ")}`;
}
