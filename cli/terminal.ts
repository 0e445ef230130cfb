import { isatty } from "node:tty";
import picocolors from "picocolors";

/** Whether to colour what goes to a stream: only on a terminal, unless NO_COLOR or FORCE_COLOR says otherwise. */
export function colourOn(stream: { readonly fd: number }): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return isatty(stream.fd) && TERM !== "dumb";
}

export function colours(stream: { readonly fd: number }): ReturnType<typeof picocolors.createColors> {
  return picocolors.createColors(colourOn(stream));
}

/** A line on standard output. */
export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** One value in JSON on standard output. NaN and infinities, which JSON lacks, are texts. */
export function sayJson(value: unknown): void {
  say(toText(value, 2));
}

/** As `sayJson`, in one line: for errors, and for commands whose output is a line an object. */
export function sayJsonLine(value: unknown): void {
  say(toText(value, 0));
}

function toText(value: unknown, indent: number): string {
  const finite = (_: string, part: unknown): unknown =>
    typeof part === "number" && !Number.isFinite(part) ? String(part) : part;
  return JSON.stringify(value, finite, indent);
}

/** A line on standard error. */
export function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Bytes as people read them: 812 B, 14.2 KB, 3.1 MB (powers of 1000). */
export function showSize(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ""}`;
}
