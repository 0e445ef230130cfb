/**
 * Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", 2011)
 * and the draws made from it. `docs/random.md` is the definition; its tables are this file's tests.
 */

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** Two words of 32 bits for a key and a counter of two words each; all unsigned. */
export function threefry2x32(
  key: readonly [number, number],
  counter: readonly [number, number],
): [number, number] {
  const keys = [key[0], key[1], 0x1bd11bda ^ key[0] ^ key[1]] as const;
  let x0 = (counter[0] + keys[0]) | 0;
  let x1 = (counter[1] + keys[1]) | 0;
  for (let turn = 0; turn < 20; turn += 1) {
    const bits = rotations[turn % 8] ?? 0;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << bits) | (x1 >>> (32 - bits))) ^ x0;
    if (turn % 4 === 3) {
      const group = (turn + 1) / 4;
      x0 = (x0 + (keys[group % 3] ?? 0)) | 0;
      x1 = (x1 + (keys[(group + 1) % 3] ?? 0) + group) | 0;
    }
  }
  return [x0 >>> 0, x1 >>> 0];
}

/** The 32-bit FNV-1a hash of a text's UTF-8 bytes. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The second key word of every draw of one `random()` of one parameter. */
export function streamKey(path: string, stream: number): number {
  return fnv1a(`${path}#${stream}`);
}

/**
 * A float in [0, 1) with 24 bits, exact in f32, for the entry at `index` ≥ 0; `step` is the iteration that it belongs
 * to, 0 in initialisers.
 */
export function draw(seed: number, key: number, index: number, step = 0): number {
  const [word] = threefry2x32([seed >>> 0, key], [index >>> 0, Math.floor(index / 2 ** 32) + step]);
  return (word >>> 8) * 2 ** -24;
}
