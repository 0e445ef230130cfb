// @ts-check
// tfjs convolves channels-last, so weights are turned once, outside of what is timed, and so would an image of several
// channels be; flatten is turned back to the channels-first order that the first linear layer's weights have.
import { dirname } from "node:path";
import { createRequire } from "node:module";
import { weightOf } from "./weights.mjs";

/** @import { BenchModel, Layer } from "./models.mjs" */
/** @import { Weights } from "./weights.mjs" */

// Not by `import`: who doesn't run benchmarks has no peers installed, and the type checker would miss them.
const requirePeer = createRequire(import.meta.url);
const core = () => requirePeer("@tensorflow/tfjs-core");

/** What tfjs gives, without its types. @typedef {ReturnType<typeof core>} Untyped */

/** One thread, SIMD: what tfjs takes in Node. */
export async function startTfjs() {
  const tf = core();
  const { setWasmPaths, setThreadsCount } = requirePeer("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(`${dirname(requirePeer.resolve("@tensorflow/tfjs-backend-wasm/package.json"))}/wasm-out/`);
  setThreadsCount(1);
  await tf.setBackend("wasm");
  await tf.ready();
  return {
    name: "tfjs-wasm",
    version: String(tf.version_core),
    /** @param {BenchModel} model @param {Weights} weights */
    load: (model, weights) => {
      const [channels, height, width] = model.image;
      if (channels !== 1) throw new Error("the image would have to be turned");
      const steps = stepsOf(tf, model.layers, weights);
      /** @param {Float32Array} image @returns {Float32Array} */
      return (image) =>
        tf.tidy(() => {
          let x = tf.tensor(image, [1, height, width, channels]);
          for (const step of steps) x = step(x);
          return x.dataSync();
        });
    },
  };
}

/** A relu is part of the layer before it, as tfjs has them. @param {Untyped} tf @param {readonly Layer[]} layers @param {Weights} weights */
function stepsOf(tf, layers, weights) {
  return layers.flatMap((layer, place) => {
    const activation = layers[place + 1]?.kind === "relu" ? "relu" : "linear";
    const step = stepOf(tf, layer, weights, activation);
    return step === undefined ? [] : [step];
  });
}

/** @param {Untyped} tf @param {Layer} layer @param {Weights} weights @param {"relu" | "linear"} activation @returns {((x: Untyped) => Untyped) | undefined} */
function stepOf(tf, layer, weights, activation) {
  /** @param {string} name */
  const tensor = (name) => {
    const { data, shape } = weightOf(weights, name);
    return tf.tensor(data, shape);
  };
  switch (layer.kind) {
    case "convolution": {
      const filter = tf.transpose(tensor(`${layer.name}.weight`), [2, 3, 1, 0]);
      const bias = tensor(`${layer.name}.bias`);
      return (x) => tf.fused.conv2d({ x, filter, strides: 1, pad: "valid", bias, activation });
    }
    case "linear": {
      const b = tf.transpose(tensor(`${layer.name}.weight`));
      const bias = tensor(`${layer.name}.bias`);
      return (a) => tf.fused.matMul({ a, b, bias, activation });
    }
    case "pool":
      return (x) => tf.maxPool(x, 2, 2, "valid");
    case "flatten":
      return (x) => tf.reshape(x.shape[3] === 1 ? x : tf.transpose(x, [0, 3, 1, 2]), [1, -1]);
    case "softmax":
      return (x) => tf.softmax(x);
    case "relu":
      return undefined;
    default:
      throw new Error(`bug: no layer ${JSON.stringify(layer)}`);
  }
}
