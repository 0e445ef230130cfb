import type { TraineeFlags } from "./open-trainee.ts";

/** The command that goes on with a training: what it was called with, but for what the checkpoint holds. */
export function resumeCommand(
  file: string,
  { model, set, data, epochs, seed, output }: TraineeFlags & { readonly output?: string },
  checkpoint: string,
): string {
  const given = { model, data, epochs, seed, output };
  const words = [
    file,
    ...set.flatMap(({ name, value }) => ["--set", `${name}=${value}`]),
    ...Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, String(value)],
    ),
    "--resume",
    checkpoint,
  ];
  return ["dlc train", ...words.map(quoteWord)].join(" ");
}

/** A word as shells take it. */
function quoteWord(word: string): string {
  return /^[\w./=:,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
