// @ts-check

/**
 * What is timed: a call, or what times so many calls itself, in a process of its own, and answers the milliseconds of one.
 * @typedef {{ name: string; run: () => unknown } | { name: string; time: (calls: number) => number | Promise<number> }} Contender
 */
/** Milliseconds of one call. @typedef {{ best: number; median: number }} Times */

/** A turn lasts about so many milliseconds, so that the clock's own resolution counts for nothing. */
const shortTurn = 4;

/** @returns {number[]} */
const noTimes = () => [];

/**
 * Times contenders by turns in one process, so that whatever else the machine does falls on all of them alike. Each turn
 * begins with another contender.
 * @param {readonly Contender[]} contenders
 * @param {number} rounds
 * @param {number} [turn] milliseconds
 * @returns {Promise<Record<string, Times>>} by name
 */
export async function timeByTurns(contenders, rounds, turn = shortTurn) {
  const entries = [];
  for (const contender of contenders) {
    const time =
      "time" in contender ? contender.time : (/** @type {number} */ calls) => timeCalls(contender.run, calls);
    // Long enough for V8 to have replaced the code of the first calls.
    await time(1);
    const first = await time(1);
    const few = (/** @type {number} */ most, /** @type {number} */ milliseconds) =>
      Math.max(1, Math.min(most, Math.ceil(milliseconds / first)));
    await time(few(50, 500));
    const once = await time(few(300, 1000));
    const calls = Math.max(1, Math.round(turn / once));
    await time(Math.ceil(500 / once / 2));
    entries.push({ name: contender.name, time, calls, times: noTimes() });
  }
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < entries.length; place++) {
      const entry = entries[(round + place) % entries.length];
      if (entry !== undefined) entry.times.push(await entry.time(entry.calls));
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
