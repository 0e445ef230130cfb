/** Where a module's file comes from; bytes and modules are taken as they are. */
export type FileSource = string | URL | Response | ArrayBuffer | ArrayBufferView;

/**
 * The bytes of a file. `file:` is read through Node's own modules without importing them, which bundlers could not
 * follow; `data:` is decoded here, since a strict content policy forbids fetching it; all else is fetched.
 */
export async function readFile(source: FileSource): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return bytesOf(source, "load");
  if (isResponse(source)) return bytesOfResponse(source);
  const url = urlOf(source);
  if (url.protocol === "data:") return decodeDataUrl(url.href);
  if (url.protocol === "file:") {
    const { readFile } = globalThis.process.getBuiltinModule("node:fs").promises;
    return new Uint8Array(await readFile(url));
  }
  return bytesOfResponse(await fetch(url));
}

/** Not `instanceof`: Node loads all of fetch, for tens of milliseconds, when a program first names `Response`. */
export function isResponse(source: object | string): source is Response {
  return typeof source === "object" && "headers" in source;
}

/** A text is a URL, relative to the page in a browser; in Node it may be a path. */
function urlOf(source: string | URL): URL {
  if (source instanceof URL) return source;
  const base = "location" in globalThis ? globalThis.location.href : undefined;
  // One letter before a colon is a drive.
  if (base !== undefined || /^[a-z][\w+.-]+:/i.test(source)) return new URL(source, base);
  return globalThis.process.getBuiltinModule("node:url").pathToFileURL(source);
}

/** Bytes in whatever they come; `called` is who needs them. */
export function bytesOf(source: ArrayBuffer | ArrayBufferView, called: string): Uint8Array<ArrayBuffer> {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (!ArrayBuffer.isView(source))
    throw new TypeError(`${called}: bytes are needed, an ArrayBuffer or Uint8Array`);
  return new Uint8Array(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
}

/** Hosts of pages answer with a page, and say that all is well, where a file is missing. */
export async function bytesOfResponse(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
  if (response.headers.get("content-type")?.startsWith("text/html") === true)
    throw new Error(`${response.url}: an HTML page came instead of the file`);
  return new Uint8Array(await response.arrayBuffer());
}

function decodeDataUrl(href: string): Uint8Array<ArrayBuffer> {
  const comma = href.indexOf(",");
  const body = href.slice(comma + 1);
  return decodeBase64(href.slice(0, comma).endsWith(";base64") ? body : btoa(decodeURIComponent(body)));
}

export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let place = 0; place < binary.length; place++) bytes[place] = binary.charCodeAt(place);
  return bytes;
}
