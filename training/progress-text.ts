import type { EvaluateEvent, StepEvent } from "./events.ts";
import { showMetrics, showRate, showSeconds } from "./show-numbers.ts";

const cells = 24;
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/**
 * One line for a terminal, to be written over at each step:
 * `epoch 2/5  ███████░░░  47 %  loss 0.2134  accuracy 0.9340  812 images/s  1 min 20 s left`.
 * `unit` is what a row is called. The line is cut at `columns`.
 */
export function progressText(event: StepEvent | EvaluateEvent, unit = "rows", columns = Infinity): string {
  const text = event.kind === "step" ? stepText(event, unit) : evaluateText(event);
  return [...text].slice(0, columns).join("");
}

function stepText(event: StepEvent, unit: string): string {
  const { epoch, epochs, step, stepsPerEpoch, loss, metrics, rowsPerSecond, secondsLeft } = event;
  return [
    `epoch ${epoch}/${epochs}`,
    picture(step / stepsPerEpoch),
    showMetrics({ ...(loss !== undefined && { loss }), ...metrics }),
    rowsPerSecond > 0 ? `${showRate(rowsPerSecond)} ${unit}/s` : "",
    secondsLeft === undefined ? "" : `${showSeconds(secondsLeft)} left`,
  ]
    .filter((part) => part !== "")
    .join("  ");
}

function evaluateText({ epoch, rows, of }: EvaluateEvent): string {
  return `${epoch === undefined ? "test" : `epoch ${epoch}, test`}  ${picture(rows / of)}`;
}

function picture(share: number): string {
  const filled = Math.min(1, share) * cells;
  const whole = Math.floor(filled);
  const part = eighths[Math.floor((filled - whole) * 8)] ?? "";
  const bar = `${"█".repeat(whole)}${part}`;
  return `${bar}${"░".repeat(cells - [...bar].length)}  ${String(Math.round(share * 100)).padStart(3)} %`;
}
