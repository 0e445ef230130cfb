export { loadRememberingTrainer as loadTrainer } from "./memory.ts";
export { decodeBase64 } from "./read-file.ts";
export { tensor } from "./tensor.ts";
