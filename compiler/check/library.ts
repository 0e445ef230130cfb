import type { CheckHost } from "./options.ts";

/** The modules of the library, those first in which one looks first. */
export const libraryModules = [
  "std.nn",
  "std.init",
  "std.math",
  "std.random",
  "std.loss",
  "std.metric",
  "std.optim",
  "std.data",
  "std.attention",
  "std.rnn",
  "std.explain",
  "std.spatial",
  "std.vision",
  "std.robust",
  "std.private",
  "std.compress",
] as const;

/** The module of the library that declares a name, found by its text: it is asked for after a mistake only. */
export function libraryModuleOf(name: string, host: CheckHost): string | undefined {
  const declares = new RegExp(`^(?:(?:fn|layer|optimizer|model|data) +${name}\\b|${name} *=)`, "m");
  return libraryModules.find((module) => declares.test(host.read(module) ?? ""));
}
