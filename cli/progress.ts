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

/** `drawing weights  ██████░░░░  45 %, about 3 s left`; without an estimate at the start of a step, and without a picture
 * where nothing is known. */
export function progressLine(step: string, done: number, elapsed: number): string {
  const share = Math.min(1, Math.max(0, done));
  if (share === 0) return `${step} …`;
  const full = Math.round(share * bar);
  const picture = `${"█".repeat(full)}${"░".repeat(bar - full)}`;
  const left = Math.ceil(((1 - share) / share) * (elapsed / 1000));
  const isKnown = share > 0.02 && share < 0.99 && elapsed > 200;
  return `${step}  ${picture}  ${Math.round(100 * share)} %${isKnown ? `, about ${left} s left` : ""}`;
}
