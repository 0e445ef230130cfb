// @ts-check

/** @typedef {{ name: string; run: () => unknown }} Contender */
/** Milliseconds of one call. @typedef {{ best: number; median: number }} Times */

/** A turn lasts about so many milliseconds, so that the clock's own resolution counts for nothing. */
const turn = 4;

/** @returns {number[]} */
const noTimes = () => [];

/**
 * Times contenders by turns in one process, so that whatever else the machine does falls on all of them alike. Each turn
 * begins with another contender.
 * @param {readonly Contender[]} contenders
 * @param {number} rounds
 * @returns {Promise<Record<string, Times>>} by name
 */
export async function timeByTurns(contenders, rounds) {
  const entries = [];
  for (const { name, run } of contenders) {
    // Long enough for V8 to have replaced the code of the first calls.
    const once = await timeCalls(run, 50).then(() => timeCalls(run, 300));
    const calls = Math.max(1, Math.round(turn / once));
    await timeCalls(run, Math.ceil(500 / once / 2));
    entries.push({ name, run, calls, times: noTimes() });
  }
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < entries.length; place++) {
      const entry = entries[(round + place) % entries.length];
      if (entry !== undefined) entry.times.push(await timeCalls(entry.run, entry.calls));
    }
  }
  return Object.fromEntries(entries.map(({ name, times }) => [name, summary(times)]));
}

/**
 * Milliseconds of one of `calls` calls; what gives a promise is waited for.
 * @param {() => unknown} run
 * @param {number} calls
 */
async function timeCalls(run, calls) {
  const first = run();
  const waits = first instanceof Promise;
  await first;
  const start = performance.now();
  if (waits) for (let call = 0; call < calls; call++) await run();
  else for (let call = 0; call < calls; call++) run();
  return (performance.now() - start) / calls;
}

/** @param {readonly number[]} times @returns {Times} */
export function summary(times) {
  const sorted = [...times].sort((a, b) => a - b);
  return { best: sorted[0] ?? NaN, median: sorted[Math.floor(sorted.length / 2)] ?? NaN };
}
