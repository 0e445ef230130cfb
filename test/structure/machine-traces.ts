/** Where a text betrays the machine that it was written on: `line: what`. */
export function machineTraces(text: string): readonly string[] {
  return text
    .split("\n")
    .flatMap((line, index) =>
      traces
        .filter(([, pattern]) => pattern.test(line))
        .map(([what]) => `${index + 1}: ${what}: ${line.trim().slice(0, 120)}`),
    );
}

const traces: readonly (readonly [what: string, pattern: RegExp])[] = [
  // Somebody's home or working folder. System paths such as /usr/bin are the same everywhere.
  ["an absolute path", /(^|[\s"'`(=:])(file:\/\/)?\/(home|Users|root|work|workspace|mnt|private)\/[\w.-]/],
  ["an absolute path", /\b[A-Z]:\\Users\\/],
  // Lock files and settings name packages and versions; the host that they come from is the user's own setting.
  ["a package host", /https?:\/\/[\w.-]*\b(registry|artifactory|nexus|verdaccio|npm-proxy)\b/],
  ["a package host", /^\s*(@[\w-]+:)?registry\s*=/],
];

/** Files that may hold what is looked for, each with the reason. */
export const allowedTraces: Readonly<Record<string, string>> = {
  "test/structure/machine-traces.test.ts": "plants traces",
};
