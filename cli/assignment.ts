import { InvalidArgumentError } from "commander";

/** A name and what it is given, as `--set classes=100` has them. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
}

/** Adds `NAME=VALUE` to those that were given before. */
export function collectAssignment(text: string, before: readonly Assignment[] = []): readonly Assignment[] {
  const equals = text.indexOf("=");
  if (equals < 1 || equals === text.length - 1) throw new InvalidArgumentError("It is written NAME=VALUE.");
  return [...before, { name: text.slice(0, equals), value: text.slice(equals + 1) }];
}
