// @ts-check
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/**
 * The images of a gzipped IDX file, the format of MNIST, as numbers from 0 to 1.
 * @param {string} path
 * @returns {{ count: number; pixels: Float32Array }}
 */
export function readIdxImages(path) {
  const bytes = gunzipSync(readFileSync(path));
  if (bytes.readUInt32BE(0) !== 0x0803) throw new Error(`${path} is no IDX file of images`);
  return {
    count: bytes.readUInt32BE(4),
    pixels: Float32Array.from(bytes.subarray(16), (value) => value / 255),
  };
}
