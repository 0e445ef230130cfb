import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { encode as encodePng } from "fast-png";
import { describe, expect, it, vi } from "vitest";
import { writeSafetensors } from "../../runtime/write-safetensors.ts";
import { encodeIdx } from "../data/encode.ts";
import { dlc, type Outcome } from "./run-dlc.ts";
import { csv, flowersFolder } from "./train-project.ts";

/** Exit code 1, one line on standard error that says it all, and no run begun. */
function expectRefused(outcome: Outcome, line: string | RegExp): void {
  if (typeof line === "string") expect(outcome.stderr).toBe(`error: ${line}\n`);
  else expect(outcome.stderr).toMatch(line);
  expect(outcome).toMatchObject({ status: 1, stdout: "" });
  expect(outcome.stderr.trimEnd().split("\n")).toHaveLength(1);
}

const folder = flowersFolder();
/** A model whose data are what a test says. */
function write(name: string, data: string, inputs = "x: f32[N, 2]", label = "label"): string {
  writeFileSync(
    join(folder, `${name}.dl`),
    `import std.nn { Linear, flatten }
import std.loss { crossEntropy }
import std.optim { Sgd }

${data}

model Net(${inputs}) -> (logits: f32[N, 3]) {
  logits = x |> flatten |> fc: Linear(3)
}

train Net on Rows {
  loss      = crossEntropy(logits, ${label})
  optimizer = Sgd(lr: 0.1)
  batch = 4
}
`,
  );
  return `${name}.dl`;
}

const table = (file: string): string => `data Rows()
    (row: f32[M, 2] = csv("${file}", columns: ["a", "b"], header: true),
     kind: i32[M] in 0..3 = csv("${file}", column: "kind", header: true))
 -> (x: f32[M, 2], label: i32[M] in 0..3) { x = row  label = kind }`;

describe("data that are not what they are declared to be", () => {
  it.each([
    [
      "a label out of range",
      "range",
      "a,b,kind\n1,2,0\n1,2,1\n1,2,3\n",
      'range.csv:4: column "kind": 3 is outside the declared range 0..3 (dlc explain DLC6107)',
    ],
    ["an empty file", "empty", "", /^error: empty\.csv: .*\(dlc explain DLC6102\)\n$/],
    [
      "a header and nothing behind it",
      "bare",
      "a,b,kind\n",
      /^error: bare\.csv: .*\(dlc explain DLC6102\)\n$/,
    ],
    [
      "rows of different lengths",
      "ragged",
      "a,b,kind\n1,2,0\n1,2\n1,2,1\n",
      /^error: ragged\.csv:3: .*2.*3.*\(dlc explain DLC6105\)\n$/,
    ],
    [
      "a text where a number should be",
      "words",
      "a,b,kind\n1,2,0\n1,two,1\n",
      'words.csv:3: column "b": "two" is no number (dlc explain DLC6106)',
    ],
    [
      "a column that isn't there",
      "column",
      "a,c,kind\n1,2,0\n",
      /^error: column\.csv.*"b".*\(dlc explain DLC61\d\d\)\n$/,
    ],
  ])("%s", async (_what, name, content, said) => {
    writeFileSync(join(folder, `${name}.csv`), content);
    expectRefused(await dlc(folder, ["train", write(name, table(`${name}.csv`))]), said);
  });

  it("a missing file, and a folder of data that is none", async () => {
    expectRefused(
      await dlc(folder, ["train", write("gone", table("gone.csv"))]),
      "gone.csv: there is no such file in .; --data names another folder (dlc explain DLC6101)",
    );
    expectRefused(
      await dlc(folder, ["train", "flowers.dl", "--data", "nowhere"]),
      "nowhere, where the data should be, is no folder",
    );
    const json = await dlc(folder, ["train", "gone.dl", "--json"]);
    expect(json.status).toBe(1);
    expect(json.stdout).toBe(
      '{"error":"gone.csv: there is no such file in .; --data names another folder (dlc explain DLC6101)"}\n',
    );
  });

  it("an IDX file that was cut off, and labels of another count", async () => {
    const images = encodeIdx(
      "u8",
      [6, 2, 2],
      Array.from({ length: 24 }, (_, at) => at),
    );
    writeFileSync(join(folder, "images.idx"), images);
    writeFileSync(join(folder, "short.idx"), images.subarray(0, images.length - 5));
    writeFileSync(join(folder, "labels.idx"), encodeIdx("u8", [5], [0, 1, 2, 0, 1]));
    const idx = (pixels: string): string => `data Rows()
    (pixels: u8[M, 2, 2] = idx("${pixels}"), kind: u8[M] in 0..3 = idx("labels.idx"))
 -> (x: f32[M, 2, 2], label: i32[M] in 0..3) { x[m, h, w] = real(pixels[m, h, w])  label = i32(kind) }`;
    const model = (name: string, file: string): string => write(name, idx(file), "x: f32[N, 2, 2]");
    expectRefused(
      await dlc(folder, ["train", model("short", "short.idx")]),
      /^error: short\.idx: .*\(dlc explain DLC6103\)\n$/,
    );
    expectRefused(
      await dlc(folder, ["train", model("counts", "images.idx")]),
      "labels.idx: M is 5 here, but 6 in images.idx (dlc explain DLC6109)",
    );
  });

  it("a class folder without images", async () => {
    for (const name of ["cats", "dogs", "owls"])
      mkdirSync(join(folder, "pictures", name), { recursive: true });
    const grey = { width: 2, height: 2, channels: 1, data: new Uint8Array(4) };
    for (const name of ["cats", "owls"])
      writeFileSync(join(folder, "pictures", name, "1.png"), encodePng(grey));
    writeFileSync(join(folder, "pictures/dogs/notes.txt"), "none yet");
    const images = `data Rows()
    (pixels: u8[M, 1, 2, 2] = images("pictures"), kind: i32[M] in 0..3 = images("pictures", labels: true))
 -> (x: f32[M, 1, 2, 2], label: i32[M] in 0..3) { x[m, c, h, w] = real(pixels[m, c, h, w])  label = kind }`;
    expectRefused(
      await dlc(folder, ["train", write("pictures", images, "x: f32[N, 1, 2, 2]")]),
      /^error: pictures\/dogs: .*\(dlc explain DLC6102\)\n$/,
    );
  });
});

describe("what can't be trained", () => {
  it("a model without a train block, and one whose data come from its caller", async () => {
    // Each call compiles a model: many of them in one test take long on a busy machine.
    vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
    writeFileSync(join(folder, "plain.dl"), "model Plain(x: f32[N]) -> (y: f32[N]) { y[n] = 2 * x[n] }\n");
    expectRefused(
      await dlc(folder, ["train", "plain.dl"]),
      /^error: plain\.dl has no train block for Plain; it begins `train Plain on …`/,
    );
    const rows = write("caller", "").replace(".dl", "");
    const source = readFileSync(join(folder, `${rows}.dl`), "utf8");
    writeFileSync(
      join(folder, "caller.dl"),
      source.replace("on Rows", "on (x: f32[N, 2], label: i32[N] in 0..3)"),
    );
    expectRefused(
      await dlc(folder, ["train", "caller.dl"]),
      /^error: the train block of Net takes its data from whoever calls the module; for this command, name a declaration: `data /,
    );
  });

  it("a metric of unknown things, with its place", async () => {
    const name = write("metric", table("range.csv"));
    const source = readFileSync(join(folder, name), "utf8");
    writeFileSync(
      join(folder, name),
      source.replace("  optimizer", "  metric hits = mean(gone)\n  optimizer"),
    );
    const outcome = await dlc(folder, ["train", name]);
    expect(outcome).toMatchObject({ status: 1, stdout: "" });
    expect(outcome.stderr).toMatch(/error\[DLC2001\][^]*metric\.dl:\d+:22/);
    const json = await dlc(folder, ["train", name, "--json"]);
    expect(json.stderr).toBe("");
    expect(JSON.parse(json.stdout)).toMatchObject({ diagnostics: [{ code: "DLC2001" }] });
  });

  it("folds of data that say no part, and more folds than rows", async () => {
    writeFileSync(join(folder, "whole.csv"), "a,b,kind\n1,2,0\n2,1,1\n");
    const name = write("whole", table("whole.csv"));
    const source = readFileSync(join(folder, name), "utf8");
    writeFileSync(join(folder, name), source.replace("  batch", "  test = Rows()\n  batch"));
    expectRefused(
      await dlc(folder, ["train", name, "--folds", "2"]),
      /^error: --folds splits the rows of sources that say a part/,
    );
    expectRefused(
      await dlc(folder, ["train", "flowers.dl", "--folds", "61"]),
      "60 rows can't be split into 61 folds",
    );
    expect(existsSync(join(folder, "runs"))).toBe(false);
  });
});

describe("a checkpoint that does not fit", () => {
  it("is refused by what is wrong with it, and stays as it is", async () => {
    const place = flowersFolder();
    expect(await dlc(place, ["train", "flowers.dl", "--log", "run"])).toMatchObject({ status: 0 });
    const last = join(place, "run/last.safetensors");
    const before = readFileSync(last, "hex");
    const resume = (...more: readonly string[]): Promise<Outcome> =>
      dlc(place, ["train", "flowers.dl", "--epochs", "9", "--resume", "run/last.safetensors", ...more]);
    expectRefused(
      await resume("--set", "hidden=8"),
      /^error: run\/last\.safetensors is the checkpoint of another model: its fc1\.\w+ is f32\[6.*\], not f32\[8/,
    );
    expectRefused(await resume("--seed", "8"), "run/last.safetensors was trained with seed 7, not 8");
    writeFileSync(join(place, "flowers.csv"), csv.split("\n").slice(0, 41).join("\n"));
    expectRefused(await resume(), "run/last.safetensors was trained with rows 48, not 32");
    writeFileSync(join(place, "flowers.csv"), csv);
    const bytes = new Uint8Array(4);
    const other = writeSafetensors([{ name: "w", dtype: "F32", shape: [1], bytes }]);
    mkdirSync(join(place, "other"));
    for (const [name, content] of [
      ["weights", other],
      ["torn", other.subarray(0, 30)],
    ] as const) {
      writeFileSync(join(place, "other/last.safetensors"), content);
      expectRefused(
        await dlc(place, ["train", "flowers.dl", "--resume", "other/last.safetensors"]),
        name === "weights" ? /holds weights, but is no checkpoint/ : /is not a whole safetensors file/,
      );
    }
    writeFileSync(join(place, "plain.safetensors"), other);
    expectRefused(
      await dlc(place, ["train", "flowers.dl", "--resume", "plain.safetensors"]),
      "plain.safetensors holds weights, but is no checkpoint: it does not say where training was; a new training begins with them by --weights",
    );
    expectRefused(
      await dlc(place, ["train", "flowers.dl", "--resume", "gone/last.safetensors"]),
      /^error: cannot read gone/,
    );
    expect(readFileSync(last, "hex")).toBe(before);
  });

  it("eval refuses weights of another model", async () => {
    writeFileSync(
      join(folder, "other.safetensors"),
      writeSafetensors([{ name: "w", dtype: "F32", shape: [1], bytes: new Uint8Array(4) }]),
    );
    const outcome = await dlc(folder, ["eval", "flowers.dl", "--weights", "other.safetensors"]);
    expect(outcome).toMatchObject({ status: 1, stdout: "" });
    expect(outcome.stderr).toContain("error[DLC6002]");
  });
});

describe("a folder that can't be written", () => {
  it("ends the training before its first step, in one line", async () => {
    const place = flowersFolder();
    mkdirSync(join(place, "locked"));
    copyFileSync(join(place, "flowers.csv"), join(place, "locked/flowers.csv"));
    chmodSync(join(place, "locked"), 0o555);
    chmodSync(place, 0o755);
    // For root no folder is read-only.
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    expectRefused(
      await dlc(place, ["train", "flowers.dl", "--log", "locked/run"], nobody),
      "cannot make locked/run: permission denied",
    );
    expectRefused(
      await dlc(place, ["train", "flowers.dl", "-o", "locked/w.safetensors"], nobody),
      "cannot write locked/w.safetensors: permission denied",
    );
    mkdirSync(join(place, "taken.safetensors"));
    expectRefused(
      await dlc(place, ["train", "flowers.dl", "-o", "taken.safetensors"]),
      "cannot write taken.safetensors: it is a folder",
    );
    expect(readdirSync(join(place, "locked"))).toEqual(["flowers.csv"]);
    expect(existsSync(join(place, "runs"))).toBe(false);
  });
});

describe("a wrong call of train and eval ends with exit code 2", () => {
  it.concurrent.each([
    [
      "folds that go on",
      ["train", "a.dl", "--folds", "3", "--resume", "x"],
      "--resume goes on with one training",
    ],
    ["one fold", ["train", "a.dl", "--folds", "1"], "--folds begins with 2"],
    ["no epochs", ["train", "a.dl", "--epochs", "0"], "at least 1"],
    [
      "weights for what has begun",
      ["train", "a.dl", "--resume", "x", "--weights", "y"],
      "--weights is what a training begins with",
    ],
    [
      "a name for weights that says something else",
      ["train", "a.dl", "-o", "a.pt"],
      "should end in .safetensors",
    ],
    ["nothing to judge", ["eval", "a.dl"], "--weights"],
  ])("%s", async (_what, args, text) => {
    const { status, stdout, stderr } = await dlc(folder, args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(text);
  });
});
