export { loadTrainer } from "./trainer.ts";
export { decodeBase64 } from "./read-file.ts";
export { tensor } from "./tensor.ts";
