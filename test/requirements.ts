import { describe, it } from "vitest";
import { requirements, type RequirementName } from "../tools/system.mjs";

/**
 * `requires("chromium")("the module in a page", () => { … })` is `describe` where Chromium is there. Elsewhere each test
 * of the suite is skipped under a name that says what it lacks, and counted; `DLC_REQUIRE=all` makes that a failure.
 */
export function requires(...names: readonly RequirementName[]): (title: string, suite: () => void) => void {
  const missing = names.filter((name) => requirements[name].find() === undefined);
  if (missing.length === 0) return (title, suite) => describe(title, suite);
  const lacking = `needs ${missing.map((name) => requirements[name].what).join(" and ")}`;
  if (process.env["DLC_REQUIRE"] !== "all")
    return (title, suite) => describe.skip(`${title} (${lacking})`, suite);
  return (title) =>
    describe(title, () => {
      it(lacking, () => {
        throw new Error(`DLC_REQUIRE=all, but this suite ${lacking}`);
      });
    });
}
