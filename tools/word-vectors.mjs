// @ts-check
// What vectors of words know: which words are near each other, and whether that goes with something else.

/**
 * Vectors of length 1, one after the other.
 * @param {ArrayLike<number>} vectors
 * @param {number} width of one
 */
export function unitVectors(vectors, width) {
  const units = Float64Array.from(vectors);
  for (let start = 0; start < units.length; start += width) {
    const own = units.subarray(start, start + width);
    const length = Math.sqrt(own.reduce((sum, x) => sum + x * x, 0));
    own.forEach((x, at) => void (own[at] = x / length));
  }
  return units;
}

/**
 * The cosine of two words.
 * @param {Float64Array} units
 * @param {number} width
 * @param {number} a
 * @param {number} b
 */
export function cosine(units, width, a, b) {
  let sum = 0;
  for (let at = 0; at < width; at++) sum += (units[a * width + at] ?? NaN) * (units[b * width + at] ?? NaN);
  return sum;
}

/**
 * The words that are nearest to one, of the first so many, the nearest first.
 * @param {Float64Array} units
 * @param {number} width
 * @param {number} word
 * @param {{ count: number; of: number }} options
 * @returns {number[]}
 */
export function nearestWords(units, width, word, { count, of }) {
  return Array.from({ length: of }, (_, other) => ({ other, near: cosine(units, width, word, other) }))
    .filter(({ other }) => other !== word)
    .sort((a, b) => b.near - a.near)
    .slice(0, count)
    .map(({ other }) => other);
}

/**
 * Spearman's rank correlation: Pearson's of the ranks, equals having the mean of theirs (Spearman 1904).
 * @param {readonly number[]} a
 * @param {readonly number[]} b as many
 */
export function rankCorrelation(a, b) {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const middle = (a.length - 1) / 2;
  let [both, left, right] = [0, 0, 0];
  x.forEach((rank, at) => {
    const [u, v] = [rank - middle, (y[at] ?? NaN) - middle];
    both += u * v;
    left += u * u;
    right += v * v;
  });
  return both / Math.sqrt(left * right);
}

/** @param {readonly number[]} values */
function ranksOf(values) {
  const order = values.map((_, at) => at).sort((i, j) => (values[i] ?? NaN) - (values[j] ?? NaN));
  const ranks = values.map(() => 0);
  for (let first = 0; first < order.length;) {
    let end = first + 1;
    while (end < order.length && values[order[end] ?? -1] === values[order[first] ?? -1]) end += 1;
    for (let place = first; place < end; place++) ranks[order[place] ?? -1] = (first + end - 1) / 2;
    first = end;
  }
  return ranks;
}
