// @ts-check
// Just enough of ONNX's protocol buffers to write a chain of layers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
import { weightOf } from "./weights.mjs";

/** @import { BenchModel, Layer } from "./models.mjs" */
/** @import { Weight, Weights } from "./weights.mjs" */

/** @param {number} value @returns {number[]} */
function varint(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** @param {number} field @param {number} value */
const integer = (field, value) => Buffer.from([...varint(field * 8), ...varint(value)]);

/** @param {number} field @param {string | Uint8Array} content */
function bytes(field, content) {
  const data = Buffer.from(content);
  return Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(data.length)]), data]);
}

/** @param {number} field @param {readonly Uint8Array[]} parts */
const message = (field, parts) => bytes(field, Buffer.concat(parts));

const float = 1;

/** A TensorProto of f32. @param {string} name @param {Weight} weight */
const tensor = (name, { shape, data }) => [
  ...shape.map((size) => integer(1, size)),
  integer(2, float),
  bytes(8, name),
  bytes(9, new Uint8Array(data.buffer)),
];

/** A ValueInfoProto of f32. @param {string} name @param {readonly number[]} shape */
const valueInfo = (name, shape) => [
  bytes(1, name),
  message(2, [
    message(1, [
      integer(1, float),
      message(
        2,
        shape.map((size) => message(1, [integer(1, size)])),
      ),
    ]),
  ]),
];

/** An attribute that is one integer or several. @param {string} name @param {number | readonly number[]} value */
const attribute = (name, value) =>
  typeof value === "number"
    ? [bytes(1, name), integer(3, value), integer(20, 2)]
    : [bytes(1, name), ...value.map((one) => integer(8, one)), integer(20, 7)];

/** A NodeProto. @param {string} operator @param {readonly string[]} inputs @param {string} output @param {Record<string, number | readonly number[]>} attributes */
const node = (operator, inputs, output, attributes = {}) => [
  ...inputs.map((name) => bytes(1, name)),
  bytes(2, output),
  bytes(4, operator),
  ...Object.entries(attributes).map(([name, value]) => message(5, attribute(name, value))),
];

/** @param {Layer} layer @param {string} input @param {string} output */
function nodeOf(layer, input, output) {
  switch (layer.kind) {
    case "convolution":
      return node("Conv", [input, `${layer.name}.weight`, `${layer.name}.bias`], output);
    case "linear":
      return node("Gemm", [input, `${layer.name}.weight`, `${layer.name}.bias`], output, { transB: 1 });
    case "pool":
      return node("MaxPool", [input], output, { kernel_shape: [2, 2], strides: [2, 2] });
    case "flatten":
      return node("Flatten", [input], output);
    case "relu":
      return node("Relu", [input], output);
    case "softmax":
      return node("Softmax", [input], output);
    default:
      throw new Error(`bug: no layer ${JSON.stringify(layer)}`);
  }
}

/**
 * A ModelProto: the input is `image`, of one row, the output `y`, of ten numbers.
 * @param {BenchModel} model
 * @param {Weights} weights
 */
export function writeOnnx({ layers, image }, weights) {
  const last = layers.length - 1;
  const names = layers.flatMap((layer) =>
    layer.kind === "convolution" || layer.kind === "linear"
      ? [`${layer.name}.weight`, `${layer.name}.bias`]
      : [],
  );
  const graph = [
    ...layers.map((layer, place) =>
      message(1, nodeOf(layer, place === 0 ? "image" : `h${place - 1}`, place === last ? "y" : `h${place}`)),
    ),
    bytes(2, "model"),
    ...names.map((name) => message(5, tensor(name, weightOf(weights, name)))),
    message(11, valueInfo("image", [1, ...image])),
    message(12, valueInfo("y", [1, 10])),
  ];
  return new Uint8Array(
    Buffer.concat([integer(1, 8), message(7, graph), message(8, [bytes(1, ""), integer(2, 17)])]),
  );
}
