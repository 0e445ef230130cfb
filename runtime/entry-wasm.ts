export { loadModel } from "./load.ts";
export { decodeBase64 } from "./read-file.ts";
export { tensor } from "./tensor.ts";
