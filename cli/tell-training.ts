import { jsonLine, logLine, progressText, type FoldEvent, type TrainingEvent } from "../training/index.ts";
import { say } from "./terminal.ts";

/** Tells what happens in a training as it does. */
export interface Teller {
  readonly tell: (event: TrainingEvent | FoldEvent) => void;
  /** Takes the bar away. */
  readonly end: () => void;
}

/** Milliseconds between two pictures of the bar, and between two lines about steps where there is no bar. */
const pictureEvery = 100;
const lineEvery = 10_000;

/** `--json`: each event as a line on standard output. */
export function jsonTeller(): Teller {
  return {
    tell: (event) => {
      const line = jsonLine(event);
      if (line !== undefined) say(line);
    },
    end: () => undefined,
  };
}

/** Lines on standard output, under a title, for whatever is worth one, and between them a bar on standard error where that is a terminal. */
export function textTeller(
  unit: string,
  title?: string,
  stream: NodeJS.WriteStream = process.stderr,
): Teller {
  let [shown, last] = [false, -Infinity];
  let heading = title;
  const clear = (): void => {
    if (shown) stream.write("\r\u001b[K");
    shown = false;
  };
  const passing = (event: TrainingEvent, prefix: string): void => {
    const now = performance.now();
    if (stream.isTTY) {
      if ((event.kind !== "step" && event.kind !== "evaluate") || now - last < pictureEvery) return;
      const columns = Math.max(20, (stream.columns || 80) - 1 - prefix.length);
      stream.write(`\r\u001b[K${prefix}${progressText(event, unit, columns)}`);
      [shown, last] = [true, now];
    } else if (event.kind === "step" && now - last >= lineEvery) {
      // Of the first step nothing is known that the end of a short epoch would not say.
      if (last > -Infinity) say(`${prefix}${logLine(event, unit) ?? ""}`);
      last = now;
    }
  };
  return {
    tell: (event) => {
      const inner = event.kind === "fold" ? event.event : event;
      const prefix = event.kind === "fold" ? `fold ${event.fold}/${event.folds}  ` : "";
      if (inner.kind === "step" || inner.kind === "evaluate") {
        passing(inner, prefix);
        return;
      }
      // Each epoch writes its checkpoints: where they are is said once, by whoever began the training. Of one of several
      // trainings its end is enough.
      const isDetail =
        event.kind === "fold" && (inner.kind === "epoch" || (inner.kind === "start" && event.fold > 1));
      const line = inner.kind === "checkpoint" || isDetail ? undefined : logLine(event, unit);
      if (line === undefined) return;
      clear();
      // What is refused before the start needs no heading.
      if (heading !== undefined) say(heading);
      heading = undefined;
      say(line);
    },
    end: clear,
  };
}
