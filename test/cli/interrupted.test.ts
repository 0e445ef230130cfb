import { existsSync, mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { writeSafetensors } from "../../runtime/write-safetensors.ts";
import { writeFolder } from "../../cli/write-aside.ts";
import { dlc, temporaryFolder, type Outcome } from "./run-dlc.ts";

const folder = temporaryFolder();
const size = 5000;

/** Ends the command as soon as it has begun to write. */
async function interrupted(signal: NodeJS.Signals): Promise<Outcome> {
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  const watcher = watch(folder, (_event, name) => {
    if (name?.includes(".new-") === true) kill(signal);
  });
  try {
    const args = ["build", "large.dl", "--weights", "large.safetensors", "-o", "out"];
    return await dlc(folder, args, { started: (how) => (kill = how) });
  } finally {
    watcher.close();
  }
}

function oldOutput(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(join(folder, "out")).map((name) => [name, readFileSync(join(folder, "out", name), "hex")]),
  );
}

const litter = (): readonly string[] => readdirSync(folder).filter((name) => name.startsWith("."));

describe("an interrupted build", () => {
  let before: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    const small = "model Large()(x: f32[2]) -> (y: f32[2]) { y[i] = 2 * x[i] }\n";
    writeFileSync(join(folder, "large.dl"), small);
    expect(await dlc(folder, ["build", "large.dl", "-o", "out"])).toMatchObject({ status: 0 });
    before = oldOutput();
    const large = `model Large()(x: f32[${size}]) -> (y: f32[${size}]) {
  param w: f32[${size}, ${size}] = 0.0
  y[o] = sum[i] w[o, i] * x[i]
}
`;
    writeFileSync(join(folder, "large.dl"), large);
    const bytes = new Uint8Array(4 * size * size);
    const weights = writeSafetensors([{ name: "w", dtype: "F32", shape: [size, size], bytes }]);
    writeFileSync(join(folder, "large.safetensors"), weights);
  });

  it("by the keyboard leaves the last one whole, and no litter", async () => {
    const { status, signal, stdout } = await interrupted("SIGINT");
    expect({ status, signal, stdout }).toEqual({ status: null, signal: "SIGINT", stdout: "" });
    expect(oldOutput()).toEqual(before);
    expect(litter()).toEqual([]);
  });

  it("by kill leaves the last one whole, and the next build sweeps up", async () => {
    const { signal, stdout } = await interrupted("SIGKILL");
    expect({ signal, stdout }).toEqual({ signal: "SIGKILL", stdout: "" });
    expect(oldOutput()).toEqual(before);
    expect(litter()).toHaveLength(1);
    const args = ["build", "large.dl", "--weights", "large.safetensors", "-o", "out"];
    expect(await dlc(folder, args)).toMatchObject({ status: 0 });
    expect(litter()).toEqual([]);
    expect(oldOutput()).not.toEqual(before);
  });
});

describe("a process that was killed between the two renames", () => {
  it("has its old folder put back by the next, even if that one fails", async () => {
    const target = join(temporaryFolder(), "out");
    // No process has this number: the largest of Linux is 2^22.
    const aside = join(dirname(target), ".out.old-99999999.dlc");
    mkdirSync(aside);
    writeFileSync(join(aside, "kept.txt"), "the last build");
    await expect(writeFolder(target, new Map([["new.txt", "a new one"]]))).rejects.toThrow("holds kept.txt");
    expect(existsSync(aside)).toBe(false);
    expect(readFileSync(join(target, "kept.txt"), "utf8")).toBe("the last build");
  });
});
