import fc from "fast-check";

/**
 * Generated tests draw the same cases in every run, so that a red gate means a change and not luck. `DLC_SEED=random`
 * or a number draws others: that is how new failures are looked for.
 */
const wished = process.env["DLC_SEED"];
if (wished !== "random")
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wished ?? 20261122) });
