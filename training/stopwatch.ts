/** How fast training is, and when it will be done. */
export interface Stopwatch {
  /** Seconds since the start. */
  readonly elapsed: () => number;
  /** What passes until the next call belongs to no step: reading ahead, tests, checkpoints. */
  readonly restart: () => void;
  /** A step over some rows has ended. */
  readonly step: (rows: number) => void;
  /** A test has ended. */
  readonly test: (seconds: number) => void;
  readonly rowsPerSecond: () => number;
  /** For this many rows and tests; undefined before the first step. */
  readonly secondsFor: (rows: number, tests: number) => number | undefined;
}

/** Steps count less the longer ago they were: a machine that gets slower is believed within seconds. */
const memory = 5;

/** `now` is in milliseconds. */
export function startStopwatch(now: () => number): Stopwatch {
  const start = now();
  let mark = start;
  let [rows, seconds, testSeconds] = [0, 0, 0];
  const rowsPerSecond = (): number => (seconds > 0 ? rows / seconds : 0);
  return {
    elapsed: () => (now() - start) / 1000,
    restart: () => {
      mark = now();
    },
    step: (done) => {
      const at = now();
      const passed = (at - mark) / 1000;
      mark = at;
      const weight = Math.exp(-passed / memory);
      [rows, seconds] = [rows * weight + done, seconds * weight + passed];
    },
    test: (passed) => {
      testSeconds = passed;
    },
    rowsPerSecond,
    secondsFor: (left, tests) => {
      const rate = rowsPerSecond();
      return rate > 0 ? left / rate + tests * testSeconds : undefined;
    },
  };
}
