/** A line about what is going on, for whatever takes longer than a second. */
export interface Progress {
  /** Begins a step; `done` of it is a share between 0 and 1. */
  readonly at: (step: string, done: number) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

const quiet: Progress = { at: () => undefined, end: () => undefined };
const firstAfter = 1000;
const every = 100;
const bar = 24;

/** Shown on standard error, and only where that is a terminal. */
export function startProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return quiet;
  const start = performance.now();
  let shown = false;
  let last = -Infinity;
  let step = "";
  let stepStart = start;
  return {
    at: (name, done) => {
      const now = performance.now();
      if (name !== step) [step, stepStart] = [name, now];
      else if (now - last < every) return;
      if (now - start < firstAfter) return;
      [shown, last] = [true, now];
      stream.write(`\r\u001b[K${progressLine(name, done, now - stepStart)}`);
    },
    end: () => {
      if (shown) stream.write("\r\u001b[K");
      shown = false;
    },
  };
}

/** `drawing weights  ██████░░░░  45 %, about 3 s left`; without an estimate at the start of a step. */
export function progressLine(step: string, done: number, elapsed: number): string {
  const share = Math.min(1, Math.max(0, done));
  const full = Math.round(share * bar);
  const picture = `${"█".repeat(full)}${"░".repeat(bar - full)}`;
  const left =
    share > 0.02 && elapsed > 200 ? Math.ceil(((1 - share) / share) * (elapsed / 1000)) : undefined;
  const estimate = left === undefined || share === 1 ? "" : `, about ${left} s left`;
  return `${step}  ${picture}  ${Math.round(100 * share)} %${estimate}`;
}
