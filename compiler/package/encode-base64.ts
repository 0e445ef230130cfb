/** Base64 by what Node, browsers and workers all have. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  // Arguments of one call are limited, so it goes by pieces.
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(binary);
}
