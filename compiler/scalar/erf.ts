/**
 * The error function in f64, absolute error below 4e-16: erf x = 2/√π e^(−x²) Σ 2ⁿ x^(2n+1)/(2n+1)!! near zero, where
 * no term is negative, and 1 minus the continued fraction of erfc beyond (Abramowitz and Stegun 7.1.6 and 7.1.14).
 */
export function erf(x: number, exp: (x: number) => number = Math.exp): number {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return NaN;
  if (a > 6) return Math.sign(x);
  const square = a * a;
  if (a < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n += 1) {
      term *= (2 * square) / (2 * n + 1);
      sum += term;
    }
    return twoOverRootPi * exp(-square) * sum;
  }
  let fraction = a;
  for (let n = 60; n > 0; n -= 1) fraction = a + n / 2 / fraction;
  return Math.sign(x) * (1 - ((twoOverRootPi / 2) * exp(-square)) / fraction);
}

const twoOverRootPi = 1.1283791670955126;
