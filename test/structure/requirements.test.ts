import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closing, readReport } from "../../tools/test.mjs";
import { repository } from "./repository-files.ts";

describe("a suite that needs what is not there", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "dlc-requirements-"));
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
    // Chromium is taken away for these suites alone, whether this machine has it or not.
    writeFileSync(
      join(folder, "page.test.ts"),
      `import { describe, expect, it } from "vitest";
       import { requires } from "${repository}test/requirements.ts";
       import { requirements } from "${repository}tools/system.mjs";
       requirements.chromium.find = () => undefined;
       requirements.vulkan.find = () => "here";
       requires("vulkan", "chromium")("the module in a page", () => {
         it("loads", () => { throw new Error("ran"); });
         it("answers", () => { throw new Error("ran"); });
       });
       requires("vulkan")("the adapter", () => { it("is found", () => { expect(1).toBe(1); }); });`,
    );
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** How a run of that file ends. */
  function endOfRun(requireAll: boolean): { readonly lines: readonly string[]; readonly code: number } {
    const report = join(folder, `report-${String(requireAll)}.json`);
    const vitest = join(repository, "node_modules/vitest/vitest.mjs");
    const args = [vitest, "run", "--root", folder, "--reporter=json", `--outputFile=${report}`];
    const env = { ...process.env, DLC_REQUIRE: requireAll ? "all" : "" };
    const { status } = spawnSync(process.execPath, args, { cwd: folder, env });
    const outcome = readReport(JSON.parse(readFileSync(report, "utf8")), status ?? 1, folder);
    return closing([outcome], requireAll);
  }

  it("is skipped by name and counted", () => {
    const what = "page.test.ts › the module in a page (needs the Chromium browser)";
    expect(endOfRun(false)).toEqual({
      lines: [`skipped: ${what} loads`, `skipped: ${what} answers`, "1 passed, 0 failed, 2 skipped"],
      code: 0,
    });
  });

  it("is a failure where everything is required", () => {
    expect(endOfRun(true)).toEqual({
      lines: [
        "failed:  page.test.ts › the module in a page needs the Chromium browser",
        "1 passed, 1 failed, 0 skipped",
      ],
      code: 1,
    });
  });
});
