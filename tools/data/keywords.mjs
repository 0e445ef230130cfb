// @ts-check
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { writeNpy } from "../npy-file.mjs";
import { seededDraws } from "../seeded-draws.mjs";

const words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const accents = [
  "en-us",
  "en-gb",
  "en-gb-scotland",
  "en-gb-x-rp",
  "en-gb-x-gbclan",
  "en-gb-x-gbcwmd",
  "en-029",
];
/** Voices to learn from, and those to test by. */
const voices = {
  train:
    "Alex Alicia Andy Annie Diogo Gene Henrique Hugo Jacky Lee Marco Michael Mike Nguyen adam antonio aunty benjamin boris david ed f1 f2 f3 f5 grandma grandpa iven john m1 m2 m3 m4 m5 m6 marcelo max pablo rob steph",
  test: "Andrea Denis Mario Gene2 edward2 f4 iven3 linda m7 m8 michel miguel quincy robert steph3 zac",
};
/** How often each voice says each word. */
const takes = 6;
/** Samples a second: of what espeak-ng says, and of what is stored. */
const [given, rate] = [22050, 8000];
/** Of a clip, in samples: 0.75 seconds. What is longer is cut off. */
const length = 6000;

/**
 * The ten digits as espeak-ng says them, in different accents, speeds and pitches: `train-…` by forty voices and `test-…` by
 * sixteen others. Each of the NumPy files has a row for a clip, which begins where the word does:
 *
 *     …-clips.npy   f32 [M, 6000]   samples, 8,000 a second, from -1 to 1
 *     …-words.npy   i32 [M]         the digit
 *
 * @param {string} folder
 */
export function make(folder) {
  const draw = seededDraws(1);
  const between = (/** @type {number} */ low, /** @type {number} */ end) =>
    Math.floor(low + (end - low) * draw());
  for (const [part, names] of Object.entries(voices)) {
    const clips = names.split(" ").flatMap((voice) =>
      words.flatMap((word, label) =>
        Array.from({ length: takes }, () => {
          const accent = accents[between(0, accents.length)] ?? "en-us";
          const samples = say(word, {
            voice: `${accent}+${voice}`,
            speed: between(130, 200),
            pitch: between(25, 75),
          });
          return { label, samples: withoutSilence(resample(samples)) };
        }),
      ),
    );
    const data = new Float32Array(clips.length * length);
    for (const [row, { samples }] of clips.entries()) data.set(samples.subarray(0, length), row * length);
    writeNpy(join(folder, `${part}-clips.npy`), data, [clips.length, length]);
    const labels = Int32Array.from(clips, ({ label }) => label);
    writeNpy(join(folder, `${part}-words.npy`), labels, [clips.length]);
  }
}

/**
 * @param {string} word
 * @param {{ voice: string; speed: number; pitch: number }} how words a minute, and from 0 to 99
 * @returns {Float32Array} 22,050 samples a second
 */
function say(word, { voice, speed, pitch }) {
  const args = ["-v", voice, "-s", `${speed}`, "-p", `${pitch}`, "--stdout", word];
  const { status, stdout, stderr, error } = spawnSync("espeak-ng", args, { maxBuffer: 2 ** 24 });
  if (error !== undefined) throw new Error(`${error.message}; on Debian: apt-get install espeak-ng`);
  if (status !== 0 || stdout.readUInt32LE(24) !== given)
    throw new Error(`espeak-ng ${args.join(" ")}: ${stderr.toString()}`);
  // A header of 44 bytes, then 16-bit samples.
  return Float32Array.from(
    { length: (stdout.length - 44) >> 1 },
    (_, at) => stdout.readInt16LE(44 + 2 * at) / 2 ** 15,
  );
}

/**
 * At `rate` samples a second, without what that rate has no room for: a sinc under a Hann window of 16 of its zeros.
 * @param {Float32Array} samples
 */
function resample(samples) {
  const step = given / rate;
  const reach = 8 * step;
  return Float32Array.from({ length: Math.floor(samples.length / step) }, (_, at) => {
    const center = at * step;
    let sum = 0;
    for (
      let from = Math.max(0, Math.ceil(center - reach));
      from <= center + reach && from < samples.length;
      from++
    ) {
      const away = (from - center) / step;
      const sinc = away === 0 ? 1 : Math.sin(Math.PI * away) / (Math.PI * away);
      sum += ((samples[from] ?? 0) * sinc * (1 + Math.cos((Math.PI * (from - center)) / reach))) / 2 / step;
    }
    return sum;
  });
}

/**
 * From where a word begins, 20 ms earlier.
 * @param {Float32Array} samples
 */
function withoutSilence(samples) {
  const first = samples.findIndex((value) => Math.abs(value) > 0.02);
  return samples.subarray(Math.max(0, first - rate / 50));
}
