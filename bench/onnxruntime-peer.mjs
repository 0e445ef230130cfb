// @ts-check
import { createRequire } from "node:module";
import { writeOnnx } from "./onnx-file.mjs";

/** @import { BenchModel } from "./models.mjs" */
/** @import { Weights } from "./weights.mjs" */

const requirePeer = createRequire(import.meta.url);

/** One thread, SIMD, every graph optimisation. */
export function startOnnxruntime() {
  const ort = requirePeer("onnxruntime-web");
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  return {
    name: "onnxruntime-web",
    version: String(ort.env.versions.web),
    /** @param {BenchModel} model @param {Weights} weights */
    load: async (model, weights) => {
      const session = await ort.InferenceSession.create(writeOnnx(model, weights), {
        executionProviders: ["wasm"],
        graphOptimizationLevel: "all",
      });
      /** @param {Float32Array} image @returns {Promise<Float32Array>} */
      return async (image) => {
        const { y } = await session.run({ image: new ort.Tensor("float32", image, [1, ...model.image]) });
        return y.data;
      };
    },
  };
}
