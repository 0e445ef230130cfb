import { constantOf, product, showForm, type Form } from "../integers/index.ts";
import type { Note } from "../diagnostics/index.ts";
import type { Origin } from "./scalar.ts";

/** The chain of sizes behind a tensor as a note: `conv1  28 → 24     maxPool2d → 12 …`. */
export function chainNote(subject: string, origin: Origin | undefined): readonly Note[] {
  if (origin === undefined) return [];
  const steps: Origin[] = [];
  let first = origin;
  for (; first.from !== undefined; first = first.from) steps.unshift(first);
  const rows: string[][] = [];
  let before = first;
  for (const step of steps) {
    const text = describeStep(before, step);
    if (text !== undefined) {
      const starts = rows.length === 0 || (rows.at(-1)?.length ?? 0) >= 3 || text.opens;
      if (starts) rows.push([text.text]);
      else rows.at(-1)?.push(text.text);
    }
    before = step;
  }
  return [
    {
      text: `${subject} comes from ${first.name}`,
      ...(rows.length === 0
        ? {}
        : {
            lines: rows.map((row) =>
              row
                .map((cell) => cell.padEnd(18))
                .join("")
                .trimEnd(),
            ),
          }),
    },
  ];
}

interface StepText {
  readonly text: string;
  /** A step with a label begins a row: its name is what a reader looks for. */
  readonly opens: boolean;
}

function describeStep(before: Origin, step: Origin): StepText | undefined {
  const [from, to] = [before.shape, step.shape];
  if (from.length === to.length) {
    const places = spatial(to.length).filter((place) => from[place]?.key !== to[place]?.key);
    if (places.length === 0) return undefined;
    const old = showSizes(places.map((place) => from[place]));
    const now = showSizes(places.map((place) => to[place]));
    const labelled = /\d/.test(step.name) && !/2d$/.test(step.name);
    return labelled
      ? { text: `${step.name}  ${old} → ${now}`, opens: true }
      : { text: `${step.name} → ${now}`, opens: false };
  }
  const merged = mergedDims(from, to);
  if (merged !== undefined) return { text: `${step.name} ${merged}`, opens: false };
  return { text: `${step.name} → ${to.map((form) => showForm(form)).join("×")}`, opens: false };
}

/** Of an image the sizes after batch and channels, of anything smaller the last. */
function spatial(rank: number): readonly number[] {
  if (rank <= 2) return rank === 0 ? [] : [rank - 1];
  return Array.from({ length: rank - 2 }, (_, place) => place + 2);
}

function showSizes(forms: readonly (Form | undefined)[]): string {
  const texts = forms.map((form) => (form === undefined ? "?" : showForm(form)));
  return texts.every((text) => text === texts[0]) ? (texts[0] ?? "") : texts.join("×");
}

/** `16·4·4 = 256`, where the last axis is the product of the last axes before. */
function mergedDims(from: readonly Form[], to: readonly Form[]): string | undefined {
  const last = to.at(-1);
  const kept = to.length - 1;
  if (last === undefined || from.length <= to.length) return undefined;
  const parts = from.slice(kept);
  if (product(parts).key !== last.key) return undefined;
  const factors = parts
    .filter((part) => constantOf(part) !== 1 || parts.length === 1)
    .map((form) => showForm(form));
  return `${factors.length === 0 ? "1" : factors.join("·")} = ${showForm(last)}`;
}
