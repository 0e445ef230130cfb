import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repository } from "./repository-files.ts";

it(
  "npm run demo trains, shows digits and reads at least 97 % of those held out",
  { timeout: 180_000 },
  () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(repository, "tools/demo.mjs")], {
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const [, right, all] = /^(\d+) of (\d+) digits that it was not trained on/m.exec(stdout) ?? [];
    expect(Number(all)).toBe(2000);
    expect(Number(right)).toBeGreaterThanOrEqual(1940);
    // Two rows of three pictures, eleven lines each, with a caption under each picture.
    expect(stdout.split("\n").filter((line) => /[▀▄█]/.test(line)).length).toBeGreaterThan(15);
    expect(stdout.match(/\d  \d+\.\d %  (right|no, a \d)/g)).toHaveLength(6);
  },
);
