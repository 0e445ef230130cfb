import { decodeImage, type Image } from "../data/decode-image.ts";
import { InputError } from "./exit.ts";
import { readGiven } from "./host.ts";

/** Reads and decodes a PNG or a JPEG file. */
export async function readImage(path: string): Promise<Image> {
  const bytes = readGiven(path);
  try {
    return await decodeImage(bytes);
  } catch (error) {
    throw new InputError(
      `${path} can't be read as an image: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
