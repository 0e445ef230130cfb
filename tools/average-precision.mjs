// @ts-check

/** @typedef {readonly [x: number, y: number, width: number, height: number]} Box with the middle (x, y) */
/** @typedef {{ image: number; kind: number; box: Box }} Thing */
/** @typedef {Thing & { score: number }} Found */

/**
 * The intersection of two boxes over their union.
 * @param {Box} a
 * @param {Box} b
 */
export function overlapOf([ax, ay, aw, ah], [bx, by, bw, bh]) {
  const width = Math.min(ax + aw / 2, bx + bw / 2) - Math.max(ax - aw / 2, bx - bw / 2);
  const height = Math.min(ay + ah / 2, by + bh / 2) - Math.max(ay - ah / 2, by - bh / 2);
  const both = Math.max(0, width) * Math.max(0, height);
  return both / (aw * ah + bw * bh - both);
}

/**
 * Which thing each box that was found stands for: from the highest score on, of the things of its image and kind that no
 * box before it stands for, the one that it overlaps most, if it does so by half.
 * @param {readonly Found[]} found
 * @param {readonly Thing[]} things
 * @returns {readonly { found: Found; thing: Thing | undefined; overlap: number }[]} by falling scores
 */
export function matchBoxes(found, things) {
  /** @type {Map<string, Thing[]>} */
  const left = new Map();
  for (const thing of things) {
    const key = `${thing.image}/${thing.kind}`;
    left.set(key, [...(left.get(key) ?? []), thing]);
  }
  return found
    .toSorted((a, b) => b.score - a.score)
    .map((one) => {
      const open = left.get(`${one.image}/${one.kind}`) ?? [];
      const [best] = open
        .map((thing) => ({ thing, overlap: overlapOf(thing.box, one.box) }))
        .toSorted((a, b) => b.overlap - a.overlap);
      if (best === undefined || best.overlap < 0.5) return { found: one, thing: undefined, overlap: 0 };
      open.splice(open.indexOf(best.thing), 1);
      return { found: one, ...best };
    });
}

/**
 * The mean over kinds of the area below the curve of precision over recall, where the precision at a recall is the best
 * that there is at it or at a higher one (Everingham et al. 2015).
 * @param {readonly Found[]} found
 * @param {readonly Thing[]} things
 * @returns {number}
 */
export function meanAveragePrecision(found, things) {
  const kinds = [...new Set(things.map(({ kind }) => kind))];
  const areas = kinds.map((kind) => {
    const wanted = things.filter((thing) => thing.kind === kind);
    const matches = matchBoxes(
      found.filter((one) => one.kind === kind),
      wanted,
    );
    let right = 0;
    const curve = matches.map(({ thing }, place) => {
      if (thing !== undefined) right++;
      return { precision: right / (place + 1), step: thing === undefined ? 0 : 1 / wanted.length };
    });
    let best = 0;
    let area = 0;
    for (const { precision, step } of curve.toReversed()) {
      best = Math.max(best, precision);
      area += best * step;
    }
    return area;
  });
  return areas.reduce((sum, area) => sum + area, 0) / areas.length;
}
