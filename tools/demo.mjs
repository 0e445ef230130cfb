// @ts-check
// `npm run demo`: trains LeNet on handwritten digits and builds it, by the commands as a user types them, then lets the
// module classify digits that it has never seen.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import pc from "picocolors";
import { crop, pictureLines } from "./digit-picture.mjs";
import { heldOutDigits, side } from "./held-out-digits.mjs";

/**
 * @typedef {object} Guess
 * @property {number} label what the digit is
 * @property {Float32Array} image
 * @property {number} answer what the model takes it for
 * @property {number} probability that the model gives its answer
 */

/** @typedef {{ forward(inputs: { image: Float32Array }): { logits: { data: Float32Array } } }} LeNet */

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const classes = 10;

const source = "examples/lenet/lenet.dl";
const run = "dist/demo";
const weights = `${run}/lenet.safetensors`;

/** @param {readonly string[]} args */
function dlc(args) {
  console.log(pc.dim(`$ dlc ${args.join(" ")}`));
  const { status } = spawnSync(process.execPath, [join(repository, "dist", "dlc.js"), ...args], {
    cwd: repository,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * @param {LeNet} lenet
 * @param {{ label: number; image: Float32Array }[]} digits
 * @returns {Guess[]}
 */
function classify(lenet, digits) {
  /** @type {Guess[]} */
  const guesses = [];
  const batch = 100;
  for (let start = 0; start < digits.length; start += batch) {
    const rows = digits.slice(start, start + batch);
    const image = new Float32Array(rows.length * side * side);
    rows.forEach((row, n) => image.set(row.image, n * side * side));
    const { logits } = lenet.forward({ image });
    rows.forEach((row, n) =>
      guesses.push({ ...row, ...best(logits.data.subarray(n * classes, (n + 1) * classes)) }),
    );
  }
  return guesses;
}

/**
 * The class of the largest logit, and its share in their softmax.
 * @param {Float32Array} logits
 */
function best(logits) {
  const answer = logits.indexOf(Math.max(...logits));
  const top = logits[answer] ?? 0;
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
  return { answer, probability: 1 / total };
}

/**
 * Some that were read rightly, of different classes, and one that was not, so that the picture hides nothing.
 * @param {readonly Guess[]} guesses
 * @param {number} count
 */
function toShow(guesses, count) {
  const wrong = guesses.filter((guess) => guess.answer !== guess.label);
  const kept = Math.min(1, wrong.length);
  const right = Array.from({ length: count - kept }, (_, i) => {
    const ofClass = guesses.filter(
      (guess) => guess.label === (3 * i + 1) % classes && guess.answer === guess.label,
    );
    return ofClass[Math.floor(ofClass.length / 2) + Math.floor(i / classes)];
  });
  return [...right, ...wrong.slice(0, kept)].filter((guess) => guess !== undefined);
}

/**
 * @param {readonly Guess[]} guesses
 * @param {number} width of the terminal
 */
function show(guesses, width) {
  const margin = 5;
  const cell = side - 2 * margin;
  const perRow = Math.max(1, Math.min(6, Math.floor((width + 2) / (cell + 2))));
  const shown = toShow(guesses, 2 * perRow);
  for (let start = 0; start < shown.length; start += perRow) {
    const row = shown.slice(start, start + perRow);
    const pictures = row.map((guess) =>
      pictureLines(crop(guess.image, side, margin), cell, pc.isColorSupported),
    );
    for (let line = 0; line < cell / 2; line++)
      console.log(pictures.map((picture) => picture[line]).join("  "));
    console.log(
      `${row
        .map((guess) => caption(guess, cell))
        .join("  ")
        .trimEnd()}\n`,
    );
  }
}

/**
 * @param {Guess} guess
 * @param {number} width
 */
function caption({ label, answer, probability }, width) {
  const sure = `${(100 * probability).toFixed(1)} %`;
  const [text, colour] =
    answer === label
      ? [`${answer}  ${sure}  right`, pc.green]
      : [`${answer}  ${sure}  no, a ${label}`, pc.red];
  return `${colour(text)}${" ".repeat(Math.max(0, width - text.length))}`;
}

// A folder of its own, which the next demonstration may take away.
rmSync(join(repository, run), { recursive: true, force: true });
dlc(["train", source, "--data", "node_modules", "--log", run, "-o", weights]);
dlc(["build", source, "--weights", weights, "-o", "dist/lenet"]);
/** @type {{ load: () => Promise<LeNet> }} */
const { load } = await import(pathToFileURL(join(repository, "dist", "lenet", "index.js")).href);
const lenet = await load();
const digits = heldOutDigits();
const start = performance.now();
const guesses = classify(lenet, digits);
const elapsed = performance.now() - start;
console.log();
show(guesses, process.stdout.isTTY ? process.stdout.columns : 80);
const right = guesses.filter((guess) => guess.answer === guess.label).length;
console.log(
  `${right} of ${digits.length} digits that it was not trained on read rightly (${((100 * right) / digits.length).toFixed(2)} %), ` +
    `${(elapsed / digits.length).toFixed(2)} ms each.`,
);
console.log(`The module is in dist/lenet; README.md shows how to use it.`);
