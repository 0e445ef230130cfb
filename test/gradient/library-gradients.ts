import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileHost } from "../../cli/host.ts";
import { check } from "../../compiler/check/index.ts";
import { differentiate } from "../../compiler/autodiff/index.ts";
import { renderAll } from "../../compiler/diagnostics/index.ts";
import { elaborate } from "../../compiler/elaborate/index.ts";
import { verify, type Graph, type Program, type Tensor } from "../../compiler/graph/index.ts";
import { normalize, optimize } from "../../compiler/optimize/index.ts";
import { readFixture, tensorsUnder } from "../numeric/stored-fixture.ts";

const fixtures = fileURLToPath(new URL("../fixtures", import.meta.url));

/** One computation that PyTorch differentiated: see test/fixtures/README.md. */
export interface GradientCase {
  /** `std.nn Conv2d` */
  readonly declaration: string;
  readonly name: string;
  readonly source: string;
  /** Whether `training` is true. */
  readonly training: boolean;
  /** Those of the declaration, and the cotangent c. */
  readonly inputs: Tensors;
  /** Parameters and states by path. */
  readonly weights: Tensors;
  /** The gradients by name of the output. */
  readonly outputs: Tensors;
  /** What each output is differentiated by: `input/x`, `param/op.weight`. */
  readonly by: Readonly<Record<string, string>>;
}

export type Tensors = Readonly<Record<string, Tensor>>;

interface Description {
  readonly module: string;
  readonly declaration: string;
  readonly cases: readonly {
    readonly name: string;
    readonly training: boolean;
    readonly source: string;
    readonly outputs: Readonly<Record<string, string>>;
  }[];
}

/** Every case of test/fixtures/gradients, in the order of the files' names. */
export function gradientCases(): readonly GradientCase[] {
  return readdirSync(join(fixtures, "gradients"))
    .sort()
    .flatMap((file) => {
      const { description, tensors } = readFixture<Description>(join(fixtures, "gradients", file));
      const library = readFixture(join(fixtures, "library", file)).tensors;
      const { module, declaration, cases } = description;
      return cases.map(({ name, training, source, outputs }): GradientCase => {
        const given = training ? tensors : library;
        const own = tensorsUnder(tensors, `${name}/`);
        const entries = Object.entries(outputs);
        const tensor = (place: string): Tensor => {
          const found = own[place];
          if (found === undefined) throw new Error(`${declaration} ${name} lacks ${place}`);
          return found;
        };
        return {
          declaration: `${module} ${declaration}`,
          name,
          source,
          training,
          inputs: { ...tensorsUnder(given, `${name}/input/`), c: tensor("cotangent") },
          weights: tensorsUnder(given, `${name}/param/`),
          outputs: Object.fromEntries(entries.map(([output, place]) => [output, tensor(place)])),
          by: Object.fromEntries(
            entries.map(([output, place]) => [output, place.replace(/^(gradient|second)\//, "")]),
          ),
        };
      });
    });
}

/** The program of a case as it is written, with its gradients still to be computed. */
export function programOfCase({ source, training }: GradientCase): Program {
  const path = "case.dl";
  const read = (asked: string): string | undefined => {
    if (asked === path) return source;
    // In a model that runs `training` is false; what the library says for training is said here of running.
    const text = fileHost.read(asked);
    return training
      ? text?.replaceAll(/^(?!\/\/).*/gm, (line) => line.replaceAll(/\btraining\b/g, "true"))
      : text;
  };
  const { models, diagnostics } = check({ ...fileHost, read }, path);
  const [model] = models;
  if (model === undefined || diagnostics.length > 0) {
    throw new Error(renderAll(diagnostics, { colour: false }));
  }
  return elaborate(model);
}

/** The graph with its gradients computed; the rules between the rooms hold. */
export function readyGraph(graph: Graph): Graph {
  const made = differentiate(normalize(graph));
  const ready = optimize(made);
  const faults = [
    ...verify(made, { normal: false, differentiated: true }),
    ...verify(ready, { normal: true, differentiated: true }),
  ];
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  return ready;
}
