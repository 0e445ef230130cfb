import type { ConfusionMatrix } from "./confusion.ts";
import { escapeHtml } from "./escape-html.ts";

/** More classes than these are no table that anybody reads: the mistakes made most often are listed. */
const mostClasses = 40;
const mostMistakes = 25;

/**
 * The matrix as a table: rows are the labels, columns the answers; the deeper a cell, the larger its share of its row. Of many
 * classes only the mistakes made most often are shown.
 */
export function confusionTable(matrix: ConfusionMatrix, names: readonly string[] = []): string {
  return matrix.length > mostClasses ? mistakeTable(matrix, names) : wholeTable(matrix, names);
}

function mistakeTable(matrix: ConfusionMatrix, names: readonly string[]): string {
  const nameOf = (place: number): string => escapeHtml(names[place] ?? String(place));
  const mistakes = matrix
    .flatMap((row, label) => row.map((count, answer) => ({ count, label, answer })))
    .filter(({ count, label, answer }) => count > 0 && label !== answer)
    .sort((a, b) => b.count - a.count)
    .slice(0, mostMistakes);
  const rows = mistakes.map(
    ({ count, label, answer }) =>
      `<tr><th scope="row">${nameOf(label)}</th><td>${nameOf(answer)}</td><td>${count}</td></tr>`,
  );
  const head = "<tr><th>label</th><th>answer</th><th>rows</th></tr>";
  return `<table class="epochs"><thead>${head}</thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function wholeTable(matrix: ConfusionMatrix, names: readonly string[]): string {
  const nameOf = (place: number): string => escapeHtml(names[place] ?? String(place));
  const head = matrix
    .map((_, place) => `<th scope="col" title="${nameOf(place)}"><span>${nameOf(place)}</span></th>`)
    .join("");
  const body = matrix.map((row, label) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    const cells = row.map((count, answer) => cell(count, all, label === answer));
    const recall = all === 0 ? "–" : `${((100 * (row[label] ?? 0)) / all).toFixed(1)} %`;
    return `<tr><th scope="row">${nameOf(label)}</th>${cells.join("")}<td class="recall">${recall}</td></tr>`;
  });
  return [
    '<div class="wide"><table class="confusion">',
    `<thead><tr><th class="corner">label ↓ answer →</th>${head}<th class="recall">right</th></tr></thead>`,
    `<tbody>${body.join("\n")}</tbody>`,
    "</table></div>",
  ].join("\n");
}

function cell(count: number, all: number, isRight: boolean): string {
  const share = all === 0 ? 0 : count / all;
  // Few mistakes must be seen beside many right answers: the root lifts them.
  const depth = Math.round(Math.sqrt(share) * 100);
  const classes = [
    isRight ? "right" : "wrong",
    ...(count === 0 ? ["none"] : []),
    ...(depth > 60 ? ["deep"] : []),
  ];
  return `<td class="${classes.join(" ")}" style="--depth:${depth}%">${count}</td>`;
}
