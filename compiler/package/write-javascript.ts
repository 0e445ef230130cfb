import { encodeBase64 } from "./encode-base64.ts";
import { writeSpec } from "./write-spec.ts";
import type { Plan } from "../plan/plan.ts";

/** How the code of a module finds its files. */
export interface ModuleFiles {
  /** `lenet`: the files are lenet.wasm, lenet.relaxed.wasm and lenet.safetensors. */
  readonly stem: string;
  /** The built `runtime/entry-wasm.ts`, which exports loadModel, decodeBase64 and tensor; where the model trains
   * `runtime/entry-train.ts`, with loadTrainer for loadModel. */
  readonly runtime: string;
}

const header = (plan: Plan): string =>
  `// ${plan.name}, compiled by dlc. No dependencies; the source of the model names its parameters.\n`;

/** For Node, browsers, workers, Vite and webpack: the files lie beside it, found by literal URLs. */
export function writeIndex(plan: Plan, { stem, runtime }: ModuleFiles): string {
  const url = (file: string): string => `()=>new URL("./${file}",import.meta.url)`;
  return assemble(plan, runtime, [
    `code:{baseline:${url(`${stem}.wasm`)},relaxed:${url(`${stem}.relaxed.wasm`)}}`,
    `weights:${url(`${stem}.safetensors`)}`,
  ]);
}

/** For bundlers and single files that carry no files of their own: the code, and where given the weights, as text. */
export function writeInline(
  plan: Plan,
  { runtime }: ModuleFiles,
  code: Readonly<Record<"baseline" | "relaxed", Uint8Array>>,
  weights: Uint8Array | undefined,
): string {
  const decode = (bytes: Uint8Array): string => `()=>__runtime.decodeBase64("${encodeBase64(bytes)}")`;
  return assemble(plan, runtime, [
    `code:{baseline:${decode(code.baseline)},relaxed:${decode(code.relaxed)}}`,
    weights === undefined ? missingWeights : `weights:${decode(weights)}`,
  ]);
}

/** For Cloudflare's workerd, which compiles only code that a module imports. */
export function writeWorkerd(
  plan: Plan,
  { stem, runtime }: ModuleFiles,
  weights: Uint8Array | undefined,
): string {
  const imports = `import __baseline from "./${stem}.wasm";\nimport __relaxed from "./${stem}.relaxed.wasm";\n`;
  const text = assemble(plan, runtime, [
    "code:{baseline:()=>__baseline,relaxed:()=>__relaxed}",
    weights === undefined ? missingWeights : `weights:()=>__runtime.decodeBase64("${encodeBase64(weights)}")`,
  ]);
  return imports + text;
}

const missingWeights = `weights:()=>{throw new TypeError("the weights are too large to stand in this file: give load({ weights })")}`;

function assemble(plan: Plan, runtime: string, files: readonly string[]): string {
  return [
    header(plan),
    asObject(runtime),
    `const __spec=${writeSpec(plan)};\n`,
    `const __files={${files.join(",")}};\n`,
    `export const load=(options)=>__runtime.${plan.training ? "loadTrainer" : "loadModel"}(__spec,__files,options);\n`,
    "export const tensor=__runtime.tensor;\n",
  ].join("");
}

/**
 * The runtime's text is a module of its own that ends in one export list. As a function that returns what the list
 * names it can stand in another module without its short names meeting those around it; `@__PURE__` lets bundlers drop
 * it with what uses it.
 */
function asObject(runtime: string): string {
  const found = /export\s*\{([^}]*)\}\s*;?\s*$/.exec(runtime);
  if (found === null) throw new Error("bug: the built runtime does not end in its exports");
  const fields = (found[1] ?? "").split(",").map((item) => {
    const [local, exported] = item.trim().split(/\s+as\s+/);
    return `${exported ?? local}:${local}`;
  });
  const body = runtime.slice(0, found.index);
  return `const __runtime=/* @__PURE__ */(()=>{${body}return{${fields.join(",")}}})();\n`;
}
