/** What the first bytes of an image say. */
export interface ImageHeader {
  readonly width: number;
  readonly height: number;
  readonly isGrey: boolean;
}

/** As many bytes as mostly hold an image's header. */
export const headerBytes = 2 ** 12;

/**
 * The header of a PNG or JPEG file, from its first bytes: nothing where it is neither, "cut" where the bytes end too soon
 * to say.
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader | "cut" | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return readJpegHeader(view);
  if (bytes[0] !== 0x89 || bytes[1] !== 0x50 || bytes[2] !== 0x4e || bytes[3] !== 0x47) return undefined;
  if (view.byteLength < 26) return "cut";
  // The first chunk is IHDR; colour types 0 and 4 are grey without and with alpha.
  const colour = view.getUint8(25);
  return { width: view.getUint32(16), height: view.getUint32(20), isGrey: colour === 0 || colour === 4 };
}

/** Goes from segment to segment until the one of the frame. */
function readJpegHeader(view: DataView): ImageHeader | "cut" | undefined {
  for (let at = 2; at + 10 <= view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      return {
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
        isGrey: view.getUint8(at + 9) === 1,
      };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return "cut";
}
