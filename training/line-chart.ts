import { scaleLinear, scaleLog, type ScaleLinear, type ScaleLogarithmic } from "d3-scale";
import { line } from "d3-shape";
import { escapeHtml } from "./escape-html.ts";
import { showNumber } from "./show-numbers.ts";

export type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  /** Its class in the page's style: its colour. */
  readonly style: "train" | "test" | "steps";
  readonly points: readonly Point[];
  /** A dot with its value at every point. */
  readonly dots: boolean;
}

export interface LineChart {
  readonly title: string;
  readonly xName: string;
  readonly xEnd: number;
  readonly series: readonly Series[];
  /** A vertical line with its name. */
  readonly mark?: { readonly x: number; readonly name: string } | undefined;
}

const size = { width: 520, height: 280 };
const frame = { left: 56, right: 14, top: 14, bottom: 40 };
const right = size.width - frame.right;
const bottom = size.height - frame.bottom;

/** Curves over one axis as SVG. Colours and fonts come from the page's style; points that are no numbers leave gaps. */
export function lineChart({ title, xName, xEnd, series, mark }: LineChart): string {
  const x = scaleLinear([0, xEnd], [frame.left, right]);
  const values = series.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite);
  const y = valueScale(values);
  const path = line<Point>(
    ([at]) => x(at),
    ([, value]) => y(value),
  ).defined(([, value]) => Number.isFinite(value));
  const grid = ticksOf(y).map((tick) => {
    const at = y(tick).toFixed(1);
    const text = `<text class="tick" x="${frame.left - 8}" y="${at}" dy="0.32em" text-anchor="end">${showTick(tick)}</text>`;
    return `<line class="grid" x1="${frame.left}" x2="${right}" y1="${at}" y2="${at}"/>${text}`;
  });
  const axis = x
    .ticks(Math.min(8, Math.max(1, xEnd)))
    .filter(Number.isInteger)
    .map(
      (tick) =>
        `<text class="tick" x="${x(tick).toFixed(1)}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`,
    );
  const curves = series.map(({ style, points, dots, name }) => {
    const curve = `<path class="curve ${style}" d="${path([...points]) ?? ""}"/>`;
    if (!dots) return curve;
    const circles = points
      .filter(([, value]) => Number.isFinite(value))
      .map(
        ([at, value]) =>
          `<circle class="dot ${style}" cx="${x(at).toFixed(1)}" cy="${y(value).toFixed(1)}" r="3">` +
          `<title>${escapeHtml(`${name}, ${xName} ${at}: ${showNumber(value)}`)}</title></circle>`,
      );
    return curve + circles.join("");
  });
  const marked = mark === undefined ? "" : markLine(x(mark.x), mark.name);
  return [
    `<svg class="chart" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeHtml(`${title} by ${xName}`)}">`,
    ...grid,
    `<line class="axis" x1="${frame.left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`,
    ...axis,
    `<text class="name" x="${(frame.left + right) / 2}" y="${size.height - 4}" text-anchor="middle">${escapeHtml(xName)}</text>`,
    marked,
    ...curves,
    "</svg>",
  ].join("\n");
}

function markLine(at: number, name: string): string {
  // Near the right edge its name stands on the left.
  const isLate = at > size.width / 2;
  return (
    `<line class="mark" x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${frame.top}" y2="${bottom}"/>` +
    `<text class="tick" x="${(at + (isLate ? -6 : 6)).toFixed(1)}" y="${frame.top + 8}" text-anchor="${isLate ? "end" : "start"}">${escapeHtml(name)}</text>`
  );
}

type ValueScale = ScaleLinear<number, number> | ScaleLogarithmic<number, number>;

/** Logarithmic where the values span more than two orders of magnitude, as losses of regressions do. */
function valueScale(values: readonly number[]): ValueScale {
  const smallest = values.reduce((least, value) => Math.min(least, value), Infinity);
  const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const range = [bottom, frame.top];
  if (smallest > 0 && largest / smallest > 100) return scaleLog([smallest, largest], range).nice();
  if (!(largest >= smallest)) return scaleLinear([0, 1], range);
  const room = largest > smallest ? 0 : Math.abs(largest) / 2 || 1;
  return scaleLinear([smallest - room, largest + room], range).nice();
}

/** A logarithmic scale offers every digit of every decade, which is too many to read: powers of ten are kept. */
function ticksOf(scale: ValueScale): readonly number[] {
  const ticks = scale.ticks(5);
  if (!("base" in scale)) return ticks;
  const powers = ticks.filter((tick) => Number.isInteger(Number(Math.log10(tick).toFixed(9))));
  const every = Math.ceil(powers.length / 7);
  return powers.filter((_, place) => place % every === 0);
}

/** A tick without the digits that only a value needs. */
function showTick(tick: number): string {
  const size = Math.abs(tick);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return tick.toExponential(0).replace("e+", "e");
  return String(Number(tick.toPrecision(6)));
}
