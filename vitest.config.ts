import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** `--mode full` runs the long tests, which `npm test` leaves out. */
export default defineConfig(({ mode }) => ({
  test: {
    include: mode === "full" ? ["test/**/*.full.test.ts"] : ["test/**/*.test.ts"],
    exclude: mode === "full" ? [] : ["test/**/*.full.test.ts"],
    globalSetup: ["test/current-build.ts"],
    setupFiles: ["test/property-seed.ts"],
    // No module keeps state between calls, so files may share one: three seconds instead of seventeen for six files.
    isolate: false,
    // On two cores both work; by default one would be left to the process that waits for it.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The languages of messages and numbers must not depend on who runs the tests.
    env: { TZ: "UTC", LC_ALL: "C", NO_COLOR: "1" },
  },
}));
