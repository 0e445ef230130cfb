import { buildAll, buildIsCurrent } from "../tools/build.mjs";

/** Before any test: `dist/` is what the sources say, also where vitest was started without `npm test`. */
export async function setup(): Promise<void> {
  if (buildIsCurrent()) return;
  try {
    await buildAll();
  } catch (error) {
    // Tests that don't read `dist/` can still say something; `npm test` has stopped before this point.
    console.warn(`dist/ is out of date, since the build failed: ${String(error)}`);
  }
}
