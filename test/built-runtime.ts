import { fileURLToPath } from "node:url";
import { buildRuntime } from "../tools/build-runtime.mjs";

let texts: Promise<Record<string, string>> | undefined;

/** The minified text of `runtime/entry-NAME.ts`, built from the source as it is now. */
export async function builtRuntime(name: string): Promise<string> {
  texts ??= buildRuntime(fileURLToPath(new URL("..", import.meta.url)));
  const text = (await texts)[name];
  if (text === undefined) throw new Error(`there is no runtime/entry-${name}.ts`);
  return text;
}
