import { describe, expect, it } from "vitest";
import { closing, readReport } from "../../tools/test.mjs";

const file = (
  status: string,
  results: readonly (readonly [name: string, status: string])[],
  message = "",
) => ({
  name: "/repository/test/a.test.ts",
  status,
  message,
  assertionResults: results.map(([fullName, status]) => ({ fullName, status })),
});

const read = (files: readonly ReturnType<typeof file>[], status: number) =>
  readReport({ testResults: [...files] }, status, "/repository");

describe("the count of a test run", () => {
  it("names what failed and what was skipped, however vitest calls it", () => {
    const outcome = read(
      [
        file("failed", [
          ["one", "passed"],
          ["two", "failed"],
          ["three", "skipped"],
          ["four", "pending"],
          ["five", "todo"],
        ]),
      ],
      1,
    );
    expect(outcome).toEqual({
      passed: 1,
      failed: ["test/a.test.ts › two"],
      skipped: ["test/a.test.ts › three", "test/a.test.ts › four", "test/a.test.ts › five"],
    });
  });

  it("counts a file that did not load as a failure", () => {
    expect(read([file("failed", [], "SyntaxError")], 1).failed).toEqual([
      "test/a.test.ts did not load, or failed outside its tests: SyntaxError",
    ]);
  });

  it("counts a run that ended badly as a failure, though every test passed", () => {
    expect(read([file("passed", [["one", "passed"]])], 1).failed).toHaveLength(1);
    expect(readReport(undefined, 0, "/repository").failed).toHaveLength(1);
  });
});

describe("the end of a test run", () => {
  const outcomes = [
    { passed: 3, failed: [], skipped: [] },
    { passed: 39, failed: [], skipped: ["the page (needs the Chromium browser)"] },
  ];

  it("closes with the three counts, and names each skip", () => {
    expect(closing(outcomes, false)).toEqual({
      lines: ["skipped: the page (needs the Chromium browser)", "42 passed, 0 failed, 1 skipped"],
      code: 0,
    });
  });

  it("takes a skip for a failure where everything is required", () => {
    const { lines, code } = closing(outcomes, true);
    expect(lines.at(-1)).toBe("42 passed, 1 failed, 0 skipped");
    expect(lines[0]).toContain("the page (needs the Chromium browser)");
    expect(code).toBe(1);
  });

  it("fails where anything failed", () => {
    expect(closing([{ passed: 1, failed: ["types (tsc)"], skipped: [] }], false)).toEqual({
      lines: ["failed:  types (tsc)", "1 passed, 1 failed, 0 skipped"],
      code: 1,
    });
  });
});
