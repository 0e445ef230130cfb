/** Three or four digits that count: `0.2134`, `97.5`, `1.2e-5`; NaN and infinities by name. */
export function showNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2).replace("e+", "e");
  return size < 1 ? value.toFixed(4) : Number.isInteger(value) ? String(value) : value.toPrecision(4);
}

/** `3 s`, `2 min 05 s`, `1 h 04 min`. */
export function showSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** Rows a second without digits that say nothing: `8.25`, `812`, `12,400`. */
export function showRate(rate: number): string {
  if (rate < 10) return rate.toFixed(2);
  const digits = Math.max(0, Math.floor(Math.log10(rate)) - 2);
  return (Math.round(rate / 10 ** digits) * 10 ** digits).toLocaleString("en");
}

/** `loss 0.2134  accuracy 0.9340` */
export function showMetrics(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${showNumber(value)}`)
    .join("  ");
}
