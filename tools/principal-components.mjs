// @ts-check
import { drawNormal, seededDraws } from "./seeded-draws.mjs";

/**
 * @typedef {object} Components of rows of `width` numbers
 * @property {Float64Array} mean
 * @property {readonly Float64Array[]} axes orthonormal
 */

/**
 * The directions in which rows vary most (Pearson 1901), by iteration of the subspace that they span: a few of them of
 * many columns, for which no matrix of eigenvectors is needed.
 * @param {ArrayLike<number>} rows one after the other
 * @param {number} width of a row
 * @param {{ count: number; turns?: number }} options how many, and how often the subspace is multiplied
 * @returns {Components}
 */
export function principalComponents(rows, width, { count, turns = 60 }) {
  const { mean, covariance } = momentsOf(rows, width);
  const draw = seededDraws(1);
  let axes = orthonormal(
    Array.from({ length: count }, () => Float64Array.from({ length: width }, () => drawNormal(draw))),
  );
  for (let turn = 0; turn < turns; turn++)
    axes = orthonormal(
      axes.map((axis) =>
        Float64Array.from({ length: width }, (_, at) =>
          dot(covariance.subarray(at * width, (at + 1) * width), axis),
        ),
      ),
    );
  return { mean, axes };
}

/**
 * A row as its components say it: the nearest point of the plane through the mean that they span.
 * @param {ArrayLike<number>} row
 * @param {Components} components
 * @returns {Float64Array}
 */
export function rebuildRow(row, { mean, axes }) {
  const centered = mean.map((value, at) => (row[at] ?? NaN) - value);
  const rebuilt = Float64Array.from(mean);
  for (const axis of axes) {
    const length = dot(centered, axis);
    axis.forEach((value, at) => (rebuilt[at] = (rebuilt[at] ?? NaN) + length * value));
  }
  return rebuilt;
}

/**
 * @param {ArrayLike<number>} rows
 * @param {number} width
 */
function momentsOf(rows, width) {
  const count = rows.length / width;
  const mean = new Float64Array(width);
  const covariance = new Float64Array(width * width);
  for (let start = 0; start < rows.length; start += width)
    for (let i = 0; i < width; i++) {
      const left = rows[start + i] ?? NaN;
      // Most pixels of an image are ground, which is 0.
      if (left === 0) continue;
      mean[i] = (mean[i] ?? NaN) + left / count;
      for (let j = i; j < width; j++) {
        const at = i * width + j;
        covariance[at] = (covariance[at] ?? NaN) + (left * (rows[start + j] ?? NaN)) / count;
      }
    }
  for (let i = 0; i < width; i++)
    for (let j = i; j < width; j++) {
      const value = (covariance[i * width + j] ?? NaN) - (mean[i] ?? NaN) * (mean[j] ?? NaN);
      covariance[i * width + j] = covariance[j * width + i] = value;
    }
  return { mean, covariance };
}

/**
 * The same subspace with axes at right angles: Gram and Schmidt, each taken away as it then is.
 * @param {readonly Float64Array[]} axes
 * @returns {Float64Array[]}
 */
function orthonormal(axes) {
  /** @type {Float64Array[]} */
  const done = [];
  for (const axis of axes) {
    const rest = Float64Array.from(axis);
    for (const other of done) {
      const length = dot(rest, other);
      rest.forEach((value, at) => (rest[at] = value - length * (other[at] ?? NaN)));
    }
    const norm = Math.sqrt(dot(rest, rest));
    done.push(rest.map((value) => value / norm));
  }
  return done;
}

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
function dot(a, b) {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? NaN) * (b[at] ?? NaN);
  return sum;
}
