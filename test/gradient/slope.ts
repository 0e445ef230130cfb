/**
 * The derivative of f at 0 by central differences of the fourth order, over steps each an eighth of the one before.
 * Large steps cut off, cross a kink or leave where f is defined; small ones lose digits. What counts is how little two
 * in turn differ, and how many digits are left: what should come out is not known here.
 */
export function slopeAtZero(f: (by: number) => number, first: number): number {
  const lost = 1e-15 * Math.max(1, Math.abs(f(0)));
  let [best, doubt, before] = [NaN, Infinity, NaN];
  for (let step = first; lost / step < doubt; step /= 8) {
    const slope = (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step);
    const own = Math.abs(slope - before) + lost / step;
    if (own < doubt) [best, doubt] = [slope, own];
    if (doubt <= 1e-9 * Math.abs(slope)) break;
    before = slope;
  }
  return best;
}
