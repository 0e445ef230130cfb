import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { dlc, repository, type Outcome } from "./run-dlc.ts";
import { flowersFolder } from "./train-project.ts";

// Each call compiles a model: many of them in one test take long on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const program = join(repository, "dist", "dlc.js");

/** Runs the command and sends it a signal as soon as it has printed a line that matches. */
function signalled(folder: string, args: readonly string[], at: RegExp, signals = 1): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: folder });
    let [stdout, stderr, sent] = ["", "", 0];
    const send = (): void => {
      if (sent < signals) child.kill("SIGINT");
      sent += 1;
    };
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      if (sent === 0 && at.test(stdout)) send();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
      if (stderr.includes("stopping after this step")) send();
    });
    child.on("error", reject);
    child.on("close", (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
}

const hexOf = (...path: readonly string[]): string => readFileSync(join(...path), "hex");

describe("a training that is interrupted", () => {
  // Dropout draws at every step, and the rate falls with the steps: nothing that a step depends on may be lost.
  const folder = flowersFolder({
    "import std.nn { Linear, relu }": "import std.nn { Linear, relu, dropout }",
    "|> relu |> fc2": "|> relu |> dropout(0.2) |> fc2",
    "epochs = 4": "epochs = 400",
    "Sgd(lr: 0.1, momentum: 0.9)": "Sgd(lr: 0.1 / (1 + 0.01 * real(iteration)), momentum: 0.9)",
  });
  beforeAll(async () => {
    expect(await dlc(folder, ["train", "flowers.dl", "--log", "whole"])).toMatchObject({ status: 0 });
  });

  it("by the keyboard ends after its step with a checkpoint, from which it goes on bit for bit", async () => {
    const args = ["train", "flowers.dl", "--log", "part", "--json"];
    const stopped = await signalled(folder, args, /"kind":"epoch","epoch":7,[^]*"kind":"step"/);
    expect(stopped).toMatchObject({ status: 130, signal: null });
    expect(stopped.stderr).toBe("\nstopping after this step, with a checkpoint; once more ends at once\n");
    const last: unknown = JSON.parse(stopped.stdout.trimEnd().split("\n").at(-1) ?? "");
    expect(last).toMatchObject({ kind: "stopped", reason: { kind: "signal" } });
    expect(existsSync(join(folder, "part/flowers.safetensors"))).toBe(false);
    expect(existsSync(join(folder, "part/report.html"))).toBe(true);

    const resumed = await dlc(folder, ["train", "flowers.dl", "--resume", "part/last.safetensors"]);
    expect(resumed).toMatchObject({ status: 0, stderr: "" });
    expect(resumed.stdout).toMatch(/^Flowers3 on Flowers, in part\n.*going on in epoch \d+ after step \d/);
    for (const name of ["last", "best", "flowers"]) {
      expect(hexOf(folder, "part", `${name}.safetensors`), name).toBe(
        hexOf(folder, "whole", `${name}.safetensors`),
      );
    }
  });

  it("says in a terminal's words how to go on", async () => {
    const args = ["train", "flowers.dl", "--log", "some words", "--seed", "3", "--set", "hidden=8"];
    const { status, stdout } = await signalled(folder, args, /^epoch 5\//m);
    expect(status).toBe(130);
    const told = stdout.trimEnd().split("\n").slice(-2);
    expect(told[0]).toMatch(/^stopped in epoch \d+ after step \d$/);
    // Without its seed and its size the model would be another one, and the checkpoint refused.
    const again = ["train", "flowers.dl", "--set", "hidden=8", "--seed", "3", "--resume"];
    expect(told[1]).toBe(`go on with: dlc ${again.join(" ")} 'some words/last.safetensors'`);
    const resumed = await dlc(folder, [...again, "some words/last.safetensors"]);
    expect(resumed).toMatchObject({ status: 0, stderr: "" });
  });

  it("can be made longer: more epochs from the last checkpoint are those of one long training", async () => {
    const short = ["train", "flowers.dl", "--epochs", "3", "--log", "longer"];
    expect(await dlc(folder, short)).toMatchObject({ status: 0 });
    mkdirSync(join(folder, "kept"));
    copyFileSync(join(folder, "longer/last.safetensors"), join(folder, "kept/three.safetensors"));
    const more = [
      "train",
      "flowers.dl",
      "--epochs",
      "6",
      "--resume",
      "kept/three.safetensors",
      "--log",
      "six",
    ];
    expect(await dlc(folder, more)).toMatchObject({ status: 0, stderr: "" });
    const one = ["train", "flowers.dl", "--epochs", "6", "--log", "once"];
    expect(await dlc(folder, one)).toMatchObject({ status: 0 });
    expect(hexOf(folder, "six/last.safetensors")).toBe(hexOf(folder, "once/last.safetensors"));
  });
});

describe("a loss that is no number", () => {
  it("ends the training; what went bad first is told with its line, and the checkpoint before stays", async () => {
    const folder = flowersFolder();
    expect(await dlc(folder, ["train", "flowers.dl", "--log", "run"])).toMatchObject({ status: 0 });
    const before = hexOf(folder, "run/last.safetensors");
    const source = readFileSync(join(folder, "flowers.dl"), "utf8");
    // From the fifth epoch on, the logarithm of a negative number.
    const bad = source.replace(
      "loss            = crossEntropy(logits, label)",
      "margin          = log(real(5 - epoch) - 1.5)\n  loss            = crossEntropy(logits, label) + margin",
    );
    writeFileSync(join(folder, "flowers.dl"), bad);
    const args = ["train", "flowers.dl", "--epochs", "9", "--resume", "run/last.safetensors"];
    const { status, stdout } = await dlc(folder, args);
    expect(status).toBe(1);
    const line = bad.split("\n").findIndex((text) => text.includes("margin          =")) + 1;
    expect(stdout).toContain(
      `stopped: loss is NaN in epoch 5, step 1; the first bad value is margin: NaN (flowers.dl:${line})\n`,
    );
    expect(hexOf(folder, "run/last.safetensors")).toBe(before);
  });

  it("names the learning rate where that is no number, not the parameters that it has spoilt", async () => {
    const folder = flowersFolder({ "lr: 0.1": "lr: 0.1 * sqrt(7 - real(iteration))" });
    const { status, stdout } = await dlc(folder, ["train", "flowers.dl"]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/; the first bad value is lr: NaN \(flowers\.dl:\d+\)\n/);
  });

  it("names the stage of the model whose numbers overflow, and the parameter where one is spoilt", async () => {
    const folder = flowersFolder({ "lr: 0.1": "lr: 1e30" });
    const { status, stdout } = await dlc(folder, ["train", "flowers.dl", "--json"]);
    expect(status).toBe(1);
    const last: unknown = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
    const line =
      readFileSync(join(folder, "flowers.dl"), "utf8")
        .split("\n")
        .findIndex((text) => text.includes("fc2:")) + 1;
    expect(last).toMatchObject({
      kind: "stopped",
      reason: {
        kind: "diverged",
        metric: "loss",
        value: "NaN",
        fault: { source: { file: "flowers.dl", line } },
      },
    });
    expect(stdout).toMatch(/"fault":\{"what":"(value|parameter)","name":"(model\.)?fc[12]\./);
  });
});

describe("a disk that is full", () => {
  it("ends the training with the reason; the checkpoint before is whole, and nothing else is left", async () => {
    const folder = flowersFolder();
    expect(await dlc(folder, ["train", "flowers.dl", "--log", "run"])).toMatchObject({ status: 0 });
    const before = hexOf(folder, "run/last.safetensors");
    const names = readdirSync(join(folder, "run")).sort();
    // No file may grow beyond one block of 512 bytes: the checkpoint is larger.
    const command = `ulimit -f 1; exec "${process.execPath}" "${program}" train flowers.dl --epochs 8 --resume run/last.safetensors`;
    const outcome = await new Promise<Outcome>((resolve, reject) => {
      const child = spawn("bash", ["-c", command], { cwd: folder });
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      child.on("error", reject);
      child.on("close", (status, signal) => resolve({ status, signal, stdout, stderr }));
    });
    expect(outcome).toMatchObject({ status: 1, signal: null });
    expect(outcome.stderr).toMatch(
      /^error: cannot write run\/best\.safetensors: the file would be larger than the system permits\n$/,
    );
    expect(hexOf(folder, "run/last.safetensors")).toBe(before);
    expect(readdirSync(join(folder, "run")).sort()).toEqual(names);
  });
});
