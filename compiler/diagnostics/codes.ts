import type { CodeEntry } from "./code.ts";
import { dataCodes } from "./data.ts";
import { gradientCodes } from "./gradients.ts";
import { nameCodes } from "./names.ts";
import { shapeCodes } from "./shapes.ts";
import { syntaxCodes } from "./syntax.ts";
import { targetCodes } from "./targets.ts";

/** Every code there is: adding one is adding one entry to the table of its range. */
export const codes = {
  ...syntaxCodes,
  ...nameCodes,
  ...shapeCodes,
  ...gradientCodes,
  ...targetCodes,
  ...dataCodes,
} as const;

export type Code = keyof typeof codes;

export function isCode(text: string): text is Code {
  return Object.hasOwn(codes, text);
}

export function codeEntry(code: Code): CodeEntry {
  return codes[code];
}

/** The page that `dlc explain` prints, in Markdown; undefined for a code that does not exist. */
export function explain(code: string): string | undefined {
  if (!isCode(code)) return undefined;
  const { severity, title, explanation } = codeEntry(code);
  return `# ${severity}[${code}]: ${title}\n\n${explanation.trim()}\n`;
}
