/** An image as rows of pixels, channels side by side, every number between 0 and 1. */
export interface Image {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey with alpha, 3 colour, 4 colour with alpha. */
  readonly channels: number;
  readonly data: Float32Array;
}

/** Whether a file of this name is read as an image. */
export function isImageName(path: string): boolean {
  return /\.(png|jpe?g)$/i.test(path);
}

/** Decodes a PNG or a JPEG file, whichever the bytes are. Throws the decoder's own error where they are neither or torn. */
export function decodeImage(bytes: Uint8Array): Promise<Image> {
  return bytes[0] === 0xff && bytes[1] === 0xd8 ? decodeJpeg(bytes) : decodePng(bytes);
}

async function decodePng(bytes: Uint8Array): Promise<Image> {
  const { decode, convertIndexedToRgb } = await import("fast-png");
  const png = decode(bytes, { checkCrc: true });
  const { width, height, depth, palette } = png;
  if (palette !== undefined) {
    const data = Float32Array.from(convertIndexedToRgb(png), (value) => value / 255);
    return { width, height, channels: palette[0]?.length ?? 3, data };
  }
  const most = 2 ** depth - 1;
  const samples = depth < 8 ? unpack(png.data, width, height, depth) : png.data;
  return { width, height, channels: png.channels, data: Float32Array.from(samples, (value) => value / most) };
}

/** Grey of 1, 2 or 4 bits: several pixels a byte, the first in the highest bits, each row from a byte of its own. */
function unpack(data: ArrayLike<number>, width: number, height: number, depth: number): readonly number[] {
  const rowBytes = Math.ceil((width * depth) / 8);
  const samples: number[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const bit = column * depth;
      const byte = data[row * rowBytes + (bit >> 3)] ?? 0;
      samples.push((byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1));
    }
  }
  return samples;
}

async function decodeJpeg(bytes: Uint8Array): Promise<Image> {
  const { default: jpeg } = await import("jpeg-js");
  const { width, height, data } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
  });
  return { width, height, channels: 3, data: Float32Array.from(data, (value) => value / 255) };
}

/**
 * The planes of an image one after the other, `[channels, height, width]`: one of grey, by the luma of ITU-R BT.601, or
 * three of red, green and blue. Alpha is left out.
 */
export function planesOf(image: Image, channels: 1 | 3): Float32Array {
  const { width, height, data } = image;
  const pixels = width * height;
  const planes = new Float32Array(channels * pixels);
  const isGrey = image.channels < 3;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = pixel * image.channels;
    const red = data[at] ?? 0;
    const green = isGrey ? red : (data[at + 1] ?? 0);
    const blue = isGrey ? red : (data[at + 2] ?? 0);
    if (channels === 1) planes[pixel] = isGrey ? red : 0.299 * red + 0.587 * green + 0.114 * blue;
    else {
      planes[pixel] = red;
      planes[pixels + pixel] = green;
      planes[2 * pixels + pixel] = blue;
    }
  }
  return planes;
}
