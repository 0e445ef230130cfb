import { warn } from "./terminal.ts";

export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Signals do what they always do again. */
  readonly end: () => void;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The first Ctrl-C, or another signal to end, lets the current step come to its end; the second ends the process. */
export function awaitInterruption(): Interruption {
  const control = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (control.signal.aborted) {
      end();
      process.kill(process.pid, signal);
      return;
    }
    control.abort();
    warn("\nstopping after this step, with a checkpoint; once more ends at once");
  };
  const end = (): void => {
    for (const signal of signals) process.removeListener(signal, onSignal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return { signal: control.signal, end };
}
