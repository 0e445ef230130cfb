import type { Plan } from "../plan/plan.ts";
import { writeIndex, writeInline, writeWorkerd } from "./write-javascript.ts";
import { writeReadme } from "./write-readme.ts";
import { writeTypes, type ModelDocs } from "./write-types.ts";

export interface ModuleParts {
  readonly plan: Plan;
  /** `lenet`: the name of the package and the stem of its files. */
  readonly name: string;
  readonly code: Readonly<Record<"baseline" | "relaxed", Uint8Array>>;
  /** A safetensors file. */
  readonly weights: Uint8Array;
  /** Text of the built runtime. */
  readonly runtime: string;
  readonly docs: ModelDocs;
}

/** Weights up to this size stand in `inline.js` and `workerd.js`; larger ones are given to `load`. */
const inlineLimit = 4 * 2 ** 20;

/** The files of the npm package, by name; texts are UTF-8. */
export async function packageModule(parts: ModuleParts): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const { plan, name, code, weights, runtime, docs } = parts;
  const inlined = weights.byteLength <= inlineLimit ? weights : undefined;
  const files = { stem: name, runtime };
  const contents: readonly (readonly [string, string | Uint8Array])[] = [
    ["index.js", writeIndex(plan, files)],
    ["index.d.ts", await writeTypes(plan, docs)],
    ["inline.js", writeInline(plan, files, code, inlined)],
    ["workerd.js", writeWorkerd(plan, files, inlined)],
    [`${name}.wasm`, code.baseline],
    [`${name}.relaxed.wasm`, code.relaxed],
    [`${name}.safetensors`, weights],
    ["README.md", writeReadme(plan, name, docs, inlined !== undefined)],
  ];
  return new Map([
    [
      "package.json",
      packageJson(
        name,
        contents.map(([path]) => path),
      ),
    ],
    ...contents,
  ]);
}

function packageJson(name: string, paths: readonly string[]): string {
  const types = "./index.d.ts";
  const file = (path: string): string => `./${path}`;
  const content = {
    name,
    version: "0.0.0",
    type: "module",
    sideEffects: false,
    types,
    main: "./index.js",
    // Also tells a later build which files of the folder it may replace.
    files: paths,
    exports: {
      ".": { types, workerd: "./workerd.js", default: "./index.js" },
      "./inline": { types, default: "./inline.js" },
      ...Object.fromEntries(
        [`${name}.wasm`, `${name}.relaxed.wasm`, `${name}.safetensors`, "package.json"].map((path) => [
          file(path),
          file(path),
        ]),
      ),
    },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
