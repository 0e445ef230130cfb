import { bestEpoch } from "./best-epoch.ts";
import { accuracyOf, type ConfusionMatrix } from "./confusion.ts";
import { confusionTable } from "./confusion-table.ts";
import { escapeHtml } from "./escape-html.ts";
import type { EpochMeans } from "./events.ts";
import type { History } from "./history.ts";
import { lineChart, type Point, type Series } from "./line-chart.ts";
import { stopLine } from "./log-line.ts";
import { reportStyle } from "./report-style.ts";
import { showNumber, showSeconds } from "./show-numbers.ts";
import type { Metrics } from "./trainer.ts";

export interface Report {
  /** What was trained: `LeNet on Digits`. */
  readonly title: string;
  readonly history: History;
  /** How it was made, in the order shown: the command, the seed, versions, hashes of source and data. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Of the test set, and the names of its classes. */
  readonly confusion?: ConfusionMatrix;
  readonly classes?: readonly string[];
}

/** A page about a training that needs nothing but itself: no network, no scripts. */
export function renderReport({ title, history, facts, confusion, classes }: Report): string {
  const heading = escapeHtml(title);
  const { stopped } = history;
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${heading}</title><style>${reportStyle}</style></head><body>`,
    `<h1>${heading}</h1><p class="lead">${escapeHtml(leadOf(history))}</p>`,
    stopped === undefined ? "" : `<p class="notice">${escapeHtml(stopLine(stopped))}</p>`,
    tilesOf(history),
    "<h2>Curves</h2>",
    `<div class="charts">${chartsOf(history)}</div>`,
    confusion === undefined ? "" : confusionSection(confusion, classes),
    history.means.length === 0 ? "" : `<h2>Epochs</h2>${epochTable(history.means)}`,
    `<h2>How it was made</h2>${factTable(facts)}`,
    "</body></html>",
    "",
  ].join("\n");
}

function leadOf({ rows, testRows, means, epochs, seconds }: History): string {
  const count = (value: number): string => value.toLocaleString("en");
  const tested = testRows === undefined ? "" : `, tested on ${count(testRows)}`;
  const time = seconds === undefined ? "" : `, ${showSeconds(seconds)}`;
  return `Trained on ${count(rows)} rows${tested}; ${means.length} of ${epochs} epochs${time}`;
}

function tilesOf({ done, means }: History): string {
  const held = done ?? means.at(-1);
  if (held === undefined) return "";
  const isTested = held.test !== undefined;
  const tiles = Object.entries(held.test ?? held.train ?? {}).map(
    ([name, value]) =>
      `<div class="tile"><b>${showNumber(value)}</b><span>${escapeHtml(name)}${isTested ? ", test" : ""}</span></div>`,
  );
  return `<div class="tiles">${tiles.join("")}</div>`;
}

function chartsOf(history: History): string {
  const names = new Set([
    ...history.points.flatMap(({ scalars }) => Object.keys(scalars)),
    ...history.means.flatMap(({ train, test }) => [...Object.keys(train), ...Object.keys(test ?? {})]),
  ]);
  // The loss comes first; metrics keep the order of the source.
  const ordered = [...names].sort((a, b) => Number(b === "loss") - Number(a === "loss"));
  return ordered.map((name) => chartOf(history, name)).join("\n");
}

function chartOf({ points, means, stepsPerEpoch, done }: History, name: string): string {
  const inEpochs = (pick: (means: EpochMeans) => Metrics | undefined): readonly Point[] =>
    means.flatMap((mean) => {
      const value = pick(mean)?.[name];
      return value === undefined ? [] : [[mean.epoch, value] as const];
    });
  const steps = points.flatMap(({ iteration, scalars }) => {
    const value = scalars[name];
    return value === undefined ? [] : [[iteration / stepsPerEpoch, value] as const];
  });
  const all: readonly Series[] = [
    { name: "steps", style: "steps", points: steps, dots: false },
    { name: "training", style: "train", points: inEpochs(({ train }) => train), dots: true },
    { name: "test", style: "test", points: inEpochs(({ test }) => test), dots: true },
  ];
  const series = all.filter((one) => one.points.length > 0);
  const best = bestEpoch(means)?.epoch;
  const last = means.at(-1)?.epoch ?? 0;
  const xEnd = Math.max(last, ...steps.slice(-1).map(([at]) => at));
  const legend = series.map((one) => `<span class="${one.style}"><i></i>${one.name}</span>`);
  const chart = lineChart({
    title: name,
    xName: "epoch",
    xEnd,
    series,
    // Where the last epoch is kept anyway, a line at the edge says nothing.
    mark: best !== undefined && best !== last && done !== undefined ? { x: best, name: "best" } : undefined,
  });
  return `<figure><figcaption><h3>${escapeHtml(name)}</h3><div class="legend">${legend.join("")}</div></figcaption>${chart}</figure>`;
}

function confusionSection(matrix: ConfusionMatrix, classes: readonly string[] | undefined): string {
  const accuracy = accuracyOf(matrix);
  const said =
    accuracy === undefined
      ? ""
      : `<p class="lead">${(100 * accuracy).toFixed(2)} % of the answers are right.</p>`;
  return `<h2>Confusion on the test set</h2>${said}${confusionTable(matrix, classes)}`;
}

function epochTable(means: readonly EpochMeans[]): string {
  const first = means[0];
  const columns: readonly (readonly [set: "train" | "test", name: string])[] = [
    ...Object.keys(first?.train ?? {}).map((name) => ["train", name] as const),
    ...Object.keys(first?.test ?? {}).map((name) => ["test", name] as const),
  ];
  const head = columns.map(
    ([set, name]) =>
      `<th scope="col">${escapeHtml(`${name}, ${set === "train" ? "training" : "test"}`)}</th>`,
  );
  const best = bestEpoch(means);
  const rows = means.map((mean) => {
    const cells = columns.map(([set, name]) => `<td>${showNumber(mean[set]?.[name] ?? NaN)}</td>`);
    return `<tr${mean === best ? ' class="best"' : ""}><td>${mean.epoch}</td>${cells.join("")}</tr>`;
  });
  return `<div class="wide"><table class="epochs"><thead><tr><th scope="col">epoch</th>${head.join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

function factTable(facts: Report["facts"]): string {
  const rows = facts.map(
    ([name, value]) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td><code>${escapeHtml(value)}</code></td></tr>`,
  );
  return `<table class="facts"><tbody>${rows.join("\n")}</tbody></table>`;
}
