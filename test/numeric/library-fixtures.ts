import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Tensor } from "../../compiler/graph/tensor.ts";
import { parse } from "../../grammar/index.ts";
import { readFixture, tensorsUnder } from "./stored-fixture.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** One computation that PyTorch did: see test/fixtures/README.md. */
export interface LibraryCase {
  readonly name: string;
  readonly source: string;
  /** Of the initial parameters, where the file has none. */
  readonly seed: number | undefined;
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Parameters and states by path. */
  readonly weights: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

export interface LibraryFixture {
  /** `std.nn Conv2d` */
  readonly declaration: string;
  readonly cases: readonly LibraryCase[];
}

interface Description {
  readonly module: string;
  readonly declaration: string;
  readonly cases: readonly { readonly name: string; readonly source: string; readonly seed?: number }[];
}

/** Every fixture of a declaration of stdlib/, in the order of the files' names. */
export function libraryFixtures(): readonly LibraryFixture[] {
  const folder = join(repository, "test", "fixtures", "library");
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const { description, tensors } = readFixture<Description>(join(folder, file));
      return {
        declaration: `${description.module} ${description.declaration}`,
        cases: description.cases.map(({ name, source, seed }) => ({
          name,
          source,
          seed,
          inputs: tensorsUnder(tensors, `${name}/input/`),
          weights: tensorsUnder(tensors, `${name}/param/`),
          outputs: tensorsUnder(tensors, `${name}/output/`),
        })),
      };
    });
}

/** Every function and layer that a module of stdlib/ declares: `std.nn Conv2d`. */
export function libraryDeclarations(): readonly string[] {
  const folder = join(repository, "stdlib");
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      const { declarations } = parse({ path: file, text }).file;
      return declarations.flatMap((one) =>
        one.kind === "function" || one.kind === "layer"
          ? [`std.${basename(file, ".dl")} ${one.name.text}`]
          : [],
      );
    });
}
