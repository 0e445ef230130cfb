// @ts-check

/**
 * A layer as every peer has it: convolutions without padding and of stride 1, pools of 2, and what follows them.
 * @typedef {{ kind: "convolution"; name: string } | { kind: "pool" } | { kind: "flatten" } | { kind: "relu" }
 *   | { kind: "linear"; name: string } | { kind: "softmax" }} Layer
 */

/**
 * @typedef {object} BenchModel
 * @property {string} name of the folder in examples/
 * @property {string} title
 * @property {readonly [number, number, number]} image channels, height, width
 * @property {string} output whose numbers are compared
 * @property {string} [weights] in the folder; initial ones where this is left out
 * @property {readonly Layer[]} layers what `examples/NAME/NAME.dl` says, for the peers
 */

/** @type {Layer} */
const pool = { kind: "pool" };
/** @type {Layer} */
const relu = { kind: "relu" };
/** @type {Layer} */
const flatten = { kind: "flatten" };
/** @type {Layer} */
const softmax = { kind: "softmax" };
/** @param {string} name @returns {Layer} */
const convolution = (name) => ({ kind: "convolution", name });
/** @param {string} name @returns {Layer} */
const linear = (name) => ({ kind: "linear", name });

/** @type {readonly BenchModel[]} */
export const benchModels = [
  {
    name: "mlp",
    title: "MLP 784-128-10",
    image: [1, 28, 28],
    output: "logits",
    layers: [flatten, linear("fc1"), relu, linear("fc2")],
  },
  {
    name: "lenet",
    title: "LeNet 32×32",
    image: [1, 32, 32],
    output: "logits",
    weights: "lenet.safetensors",
    layers: [
      ...[convolution("conv1"), relu, pool, convolution("conv2"), relu, pool, flatten],
      ...[linear("fc1"), relu, linear("fc2"), relu, linear("fc3")],
    ],
  },
  {
    name: "keras-cnn",
    title: "Keras CNN 28×28",
    image: [1, 28, 28],
    output: "probability",
    layers: [
      ...[convolution("conv1"), relu, pool, convolution("conv2"), relu, pool, flatten],
      ...[linear("dense"), softmax],
    ],
  },
];
