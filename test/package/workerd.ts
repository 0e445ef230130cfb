import { spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { requirements } from "../../tools/system.mjs";

export interface Worker {
  /** What the worker answers to a request for `/`. */
  readonly ask: () => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** Runs `main.js` of this folder in workerd, with the `.wasm` files beside it as its compiled modules. */
export async function startWorker(folder: string): Promise<Worker> {
  const binary = requirements.workerd.find();
  if (binary === undefined) throw new Error("no workerd");
  const modules = readdirSync(folder)
    .filter((name) => name.endsWith(".wasm"))
    .map((name) => `(name = "./${name}", wasm = embed "${name}")`);
  writeFileSync(
    join(folder, "worker.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
     const config :Workerd.Config = (
       services = [(name = "main", worker = .worker)],
       sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
     );
     const worker :Workerd.Worker = (
       modules = [${['(name = "main.js", esModule = embed "main.js")', ...modules].join(", ")}],
       compatibilityDate = "2026-01-01",
     );`,
  );
  const child = spawn(binary, ["serve", "worker.capnp", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let complaints = "";
  child.stderr?.on("data", (chunk: Buffer) => (complaints += chunk.toString()));
  const port = await Promise.race([
    portOf(child.stdio[3]),
    ended.then(() => Promise.reject(new Error(`workerd ended: ${complaints}`))),
  ]);
  return {
    ask: async () => {
      const response = await fetch(`http://127.0.0.1:${port}/`);
      if (!response.ok) throw new Error(`workerd answers ${response.status}: ${complaints}`);
      return response.json();
    },
    close: () => {
      child.kill();
      return ended;
    },
  };
}

/** The port that the system chose: workerd says it on the control pipe, a JSON object a line. */
async function portOf(control: unknown): Promise<number> {
  let text = "";
  if (!(control instanceof Readable)) throw new Error("workerd has no control pipe");
  for await (const chunk of control) {
    text += String(chunk);
    const found = /"event":"listen".*?"port":(\d+)/.exec(text);
    if (found?.[1] !== undefined) return Number(found[1]);
  }
  throw new Error(`workerd told no port: ${text}`);
}
