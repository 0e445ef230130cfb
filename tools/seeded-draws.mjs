// @ts-check

/**
 * Draws from 0 to 1 that are the same for the same seed: Mulberry32 (Ettinger 2017).
 * @param {number} seed
 * @returns {() => number}
 */
export function seededDraws(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A draw from the standard normal distribution: Box and Muller 1958.
 * @param {() => number} draw
 * @returns {number}
 */
export function drawNormal(draw) {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}
