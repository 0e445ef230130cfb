// @ts-check
import { requirements } from "./system.mjs";

/** What an example that is trained on Fashion-MNIST reads, and where: of its result. */
export const fashion = {
  data: requirements.fashion.find,
  files: ["train", "t10k"].flatMap((part) => [
    `${part}-images-idx3-ubyte.gz`,
    `${part}-labels-idx1-ubyte.gz`,
  ]),
};
