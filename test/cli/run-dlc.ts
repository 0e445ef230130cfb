import { spawn, type SpawnOptions } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../..", import.meta.url));
const program = join(repository, "dist", "dlc.js");

export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface How extends Pick<SpawnOptions, "uid" | "gid" | "env"> {
  readonly stdin?: string;
  /** Sees the process as soon as it runs. */
  readonly started?: (kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the built command in a folder, as a user types it there. */
export function dlc(folder: string, args: readonly string[], how: How = {}): Promise<Outcome> {
  const { stdin = "", started, ...options } = how;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, ...options });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (status, signal) => resolve({ status, signal, stdout, stderr }));
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
    started?.((signal) => child.kill(signal));
  });
}

/** A folder of its own, gone when the tests end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dlc-cli-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
