import { bytesOfResponse, isResponse, readFile, type FileSource } from "./read-file.ts";

/** Which build of the code is in use. */
export type Variant = "relaxed" | "baseline";

/** One function that is `f32x4.relaxed_madd` of three zeros: an engine that validates it has relaxed SIMD. */
const relaxedProbe = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0,
  253, 15, 65, 0, 253, 15, 253, 133, 2, 11,
];

export function bestVariant(): Variant {
  return WebAssembly.validate(new Uint8Array(relaxedProbe)) ? "relaxed" : "baseline";
}

/** Compiles a file's code, while it arrives where its server says what it is. */
export async function compileCode(source: FileSource | WebAssembly.Module): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  const fetched = isResponse(source) ? source : isHttp(source) ? await fetch(source) : undefined;
  if (fetched === undefined) return WebAssembly.compile(await readFile(source));
  const isWasm = fetched.headers.get("content-type")?.startsWith("application/wasm") === true;
  return fetched.ok && isWasm
    ? WebAssembly.compileStreaming(fetched)
    : WebAssembly.compile(await bytesOfResponse(fetched));
}

function isHttp(source: FileSource): source is string | URL {
  return (typeof source === "string" || source instanceof URL) && /^https?:/.test(String(source));
}
