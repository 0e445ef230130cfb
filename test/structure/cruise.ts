import { existsSync } from "node:fs";
import { join } from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { options, resolution, ruleSet } from "../../.dependency-cruiser.mjs";

const roots = [
  "grammar",
  "compiler",
  "runtime",
  "data",
  "training",
  "language-server",
  "cli",
  "tools",
  "bench",
  "test",
];

export interface Cruised {
  /** The files read, relative to the root. */
  readonly modules: readonly string[];
  /** `rule: from → to`, a cycle with its whole way round. */
  readonly violations: readonly string[];
}

/** Every import under `root`, type imports too, held against the rules of `.dependency-cruiser.mjs`. */
export async function cruiseImports(root: string): Promise<Cruised> {
  const present = roots.filter((folder) => existsSync(join(root, folder)));
  const { output } = await cruise(
    present,
    { ...options, ruleSet, validate: true, baseDir: root },
    resolution,
  );
  if (typeof output === "string") throw new Error(`dependency-cruiser said: ${output}`);
  return { modules: ownModules(output), violations: output.summary.violations.map(describeViolation) };
}

function ownModules(result: ICruiseResult): readonly string[] {
  return result.modules.map((module) => module.source).filter((path) => /^[^.].*\.(ts|mjs)$/.test(path));
}

function describeViolation(violation: ICruiseResult["summary"]["violations"][number]): string {
  const way = violation.cycle?.map((step) => step.name).join(" → ") ?? violation.to;
  return `${violation.rule.name}: ${violation.from} → ${way}`;
}
