import type { TrainingEvent, StopReason } from "./events.ts";
import type { Fault } from "./find-fault.ts";
import type { FoldEvent } from "./folds.ts";
import { showMetrics, showNumber, showRate, showSeconds } from "./show-numbers.ts";

/** A line of a plain log; undefined for an event that needs none. Whoever logs steps decides how often. */
export function logLine(event: TrainingEvent | FoldEvent, unit = "rows"): string | undefined {
  switch (event.kind) {
    case "start": {
      const test = event.testRows === undefined ? "" : `, tested on ${count(event.testRows)}`;
      const { resumed } = event;
      const from =
        resumed === undefined ? "" : `, going on in epoch ${resumed.epoch} after step ${resumed.step}`;
      const rows = event.rows === 1 ? "1 example" : `${count(event.rows)} ${unit}`;
      return `${rows}${test}; ${counted(event.epochs, "epoch")} of ${counted(event.stepsPerEpoch, "step")}, seed ${event.seed}${from}`;
    }
    case "step": {
      const { epoch, epochs, step, stepsPerEpoch, loss, metrics, rowsPerSecond } = event;
      const scalars = showMetrics({ ...(loss !== undefined && { loss }), ...metrics });
      return `epoch ${epoch}/${epochs}  step ${step}/${stepsPerEpoch}  ${scalars}  ${showRate(rowsPerSecond)} ${unit}/s`;
    }
    case "evaluate":
      return undefined;
    case "epoch": {
      const { epoch, epochs, train, test, isBest, seconds } = event;
      const tested = test === undefined ? "" : `  |  test ${showMetrics(test)}`;
      return `epoch ${epoch}/${epochs}  ${showMetrics(train)}${tested}${isBest ? "  (best)" : ""}  ${showSeconds(seconds)}`;
    }
    case "checkpoint":
      return event.checkpoint === "best" ? undefined : `saved ${event.path}`;
    case "stopped":
      return stopLine(event.reason);
    case "done": {
      const { test, train, epoch, seconds } = event;
      const means = test === undefined ? showMetrics(train ?? {}) : `test ${showMetrics(test)}`;
      return `done: ${means} after epoch ${epoch}, in ${showSeconds(seconds)}`;
    }
    case "fold": {
      const line = logLine(event.event, unit);
      return line === undefined ? undefined : `fold ${event.fold}/${event.folds}  ${line}`;
    }
    case "folds":
      return `${event.folds} folds: ${Object.entries(event.test)
        .map(
          ([name, { mean, smallest, largest }]) =>
            `${name} ${showNumber(mean)} (${showNumber(smallest)} to ${showNumber(largest)})`,
        )
        .join("  ")}`;
    default:
      return event satisfies never;
  }
}

/** Why a training stopped, in one sentence. */
export function stopLine(reason: StopReason): string {
  switch (reason.kind) {
    case "signal":
      return `stopped in epoch ${reason.epoch} after step ${reason.step}`;
    case "patience":
      return `stopped: no smaller loss for ${reason.patience} epochs; the parameters are those of epoch ${reason.bestEpoch}`;
    case "diverged": {
      const { metric, value, epoch, step, fault } = reason;
      const found = fault === undefined ? "" : `; ${faultText(fault)}`;
      return `stopped: ${metric} is ${showNumber(value)} in epoch ${epoch}, step ${step}${found}`;
    }
    default:
      return reason satisfies never;
  }
}

function faultText({ what, name, index, row, value, source }: Fault): string {
  const place = index === undefined || index.length === 0 ? "" : `[${index.join(", ")}]`;
  const where = row === undefined ? "" : ` in row ${row} of the batch`;
  const line = source === undefined ? "" : ` (${source.file}:${source.line})`;
  return `the first bad ${what} is ${name}${place}${where}: ${showNumber(value)}${line}`;
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}
