import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeSafetensors } from "../../runtime/write-safetensors.ts";
import { dlc, repository, temporaryFolder, type Outcome } from "./run-dlc.ts";

const folder = temporaryFolder();
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return name;
};

/** Exit code 1, something on standard error, no crash in it. */
function expectRefused(outcome: Outcome, text: string | RegExp): void {
  expect(outcome.stderr).toMatch(text);
  expect(outcome).toMatchObject({ status: 1, stdout: "" });
  expect(outcome.stderr).not.toMatch(/at fault|^ {4}at /m);
}

describe("a source that is none", () => {
  const nested = `fn deep(x: real) = ${"(".repeat(2000)}x${")".repeat(2000)}\n`;
  it.concurrent.each([
    ["an empty file", "empty.dl", "", "error[DLC1017]"],
    [
      "binary junk",
      "junk.dl",
      Uint8Array.from({ length: 4096 }, (_, n) => (n * 197) % 256),
      "error[DLC1016]",
    ],
    ["10 MB", "large.dl", "fn f(x: real) = x\n".repeat(600_000), "error[DLC1008]"],
    ["2,000-fold nesting", "nested.dl", nested, "error[DLC1007]"],
    ["an unknown module", "import.dl", "import gone { Layer }\nfn f(x: real) = x\n", "error[DLC2005]"],
  ])("%s is refused by check and build", async (_what, name, content, code) => {
    write(name, content);
    expectRefused(await dlc(folder, ["check", name]), new RegExp(code.replaceAll(/[[\]]/g, "\\$&")));
    expectRefused(await dlc(folder, ["build", name, "-o", "out"]), code.slice(6, 13));
    expect(readdirSync(folder)).not.toContain("out");
  });

  it("an import cycle names its files", async () => {
    write("one.dl", "import two { g }\nfn f(x: real) = g(x)\n");
    write("two.dl", "import one { f }\nfn g(x: real) = f(x)\n");
    expectRefused(await dlc(folder, ["check", "./one.dl"]), /DLC2006[^]*one\.dl → two\.dl → one\.dl/);
  });

  it("a missing file, a folder and a model that isn't there are told in a line", async () => {
    expectRefused(
      await dlc(folder, ["check", "gone.dl"]),
      /^error: cannot read gone\.dl: there is no such file\n$/,
    );
    const { stdout } = await dlc(folder, ["check", "gone.dl", "--json"]);
    expect(JSON.parse(stdout)).toEqual({ error: "cannot read gone.dl: there is no such file" });
    expectRefused(await dlc(folder, ["check", "."]), /^error: cannot read \.: it is a folder\n$/);
    write("functions.dl", "fn f(x: real) = x\n");
    expectRefused(
      await dlc(folder, ["build", "functions.dl"]),
      /^error: functions\.dl has no model to build\n$/,
    );
  });
});

describe("a weights file", () => {
  const source =
    "model Scale()(x: f32[2]) -> (y: f32[2]) {\n  param gain: f32[2] = 1.0\n  y[i] = gain[i] * x[i]\n}\n";
  const gain = (values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
  const file = (name: string, dtype: string, shape: readonly number[], bytes: Uint8Array): Uint8Array =>
    writeSafetensors([{ name, dtype, shape, bytes }]);
  const good = file("gain", "F32", [2], gain([3, 4]));
  const withHeader = (header: object, data: number): Uint8Array => {
    const text = new TextEncoder().encode(JSON.stringify(header));
    const whole = new Uint8Array(8 + text.length + data);
    new DataView(whole.buffer).setUint32(0, text.length, true);
    whole.set(text, 8);
    return whole;
  };
  const longHeader = good.slice();
  new DataView(longHeader.buffer).setUint32(0, 1e6, true);
  const overlapping = withHeader(
    {
      gain: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
      other: { dtype: "F32", shape: [1], data_offsets: [4, 8] },
    },
    8,
  );

  it.concurrent.each([
    ["torn in its data", good.slice(0, -3), "DLC6001", "gain ends at byte 8"],
    ["torn in its header", good.slice(0, 30), "DLC6001", "header"],
    ["of nothing", new Uint8Array(0), "DLC6001", "0 bytes"],
    ["with a header past the end", longHeader, "DLC6001", "1000000 bytes"],
    ["with overlapping ranges", overlapping, "DLC6001", "gain and other overlap"],
    ["with a wrong name", file("gian", "F32", [2], gain([3, 4])), "DLC6002", "gian"],
    ["with a wrong dtype", file("gain", "F64", [2], new Uint8Array(16)), "DLC6003", "f64[2]"],
    ["with a wrong shape", file("gain", "F32", [3], gain([3, 4, 5])), "DLC3004", "f32[3]"],
  ])("%s is refused, and the last build stays", async (what, bytes, code, text) => {
    const name = what.replaceAll(" ", "-");
    const weights = write(`${name}.safetensors`, bytes);
    write("scale.dl", source);
    mkdirSync(join(folder, name), { recursive: true });
    const before = write(join(name, "README.md"), "the last build");
    const outcome = await dlc(folder, ["build", "scale.dl", "--weights", weights, "-o", name]);
    expectRefused(outcome, code);
    expect(outcome.stderr).toContain(text);
    expect(readdirSync(join(folder, name))).toEqual(["README.md"]);
    expect(readFileSync(join(folder, before), "utf8")).toBe("the last build");
  });

  it("with NaN, or with more than is needed, gets a warning, which --strict makes an error", async () => {
    write("scale.dl", source);
    write("nan.safetensors", file("gain", "F32", [2], gain([1, NaN])));
    const checked = await dlc(folder, ["check", "scale.dl", "--weights", "nan.safetensors", "--json"]);
    expect(checked.status).toBe(0);
    expect(JSON.parse(checked.stdout).diagnostics).toMatchObject([
      { code: "DLC6005", severity: "warning", message: "gain has NaN at [1] in nan.safetensors" },
    ]);
    const more = { name: "gain.old", dtype: "F32", shape: [2], bytes: gain([1, 2]) };
    write(
      "more.safetensors",
      writeSafetensors([{ name: "gain", dtype: "F32", shape: [2], bytes: gain([3, 4]) }, more]),
    );
    const run = await dlc(folder, ["run", "scale.dl", "--weights", "more.safetensors", "-i", "x=1,1"]);
    expect(run).toMatchObject({ status: 0, stdout: "y  f32[2]\n  3  4\n  largest: 1 (4)\n" });
    expect(run.stderr).toContain("DLC6004");
    expect(run.stderr).toContain("more.safetensors has gain.old, which Scale does not take");
    const strict = ["build", "scale.dl", "--weights", "nan.safetensors", "--strict", "-o", "strict"];
    expectRefused(await dlc(folder, strict), "DLC6005");
    expect(readdirSync(folder)).not.toContain("strict");
  });
});

describe("what does not fit", () => {
  it("an image of the wrong size is refused with both sizes", async () => {
    const digit = join(repository, "examples/lenet/digit.png");
    const mlp = join(repository, "examples/mlp/mlp.dl");
    const outcome = await dlc(folder, ["run", mlp, "--input", `image=${digit}`]);
    expectRefused(
      outcome,
      /digit\.png is 32×32, but image is f32\[N, 1, 28, 28\]: it takes images of 28×28\n$/,
    );
  });

  it("a row of numbers for two free sizes asks for lists in lists, which the argument itself may be", async () => {
    write("pairs.dl", "model Pairs(x: f32[N, T]) -> (y: f32[N]) { y[n] = sum[t] x[n, t] }\n");
    const row = await dlc(folder, ["run", "pairs.dl", "-i", "x=1,2,3,4"]);
    expectRefused(
      row,
      /does not follow from its length 4; give lists in lists, as \[\[1, 2\], \[3, 4\]\], or a/,
    );
    const lists = await dlc(folder, ["run", "pairs.dl", "-i", "x=[[1, 2], [3, 4]]", "--json"]);
    expect(JSON.parse(lists.stdout)).toMatchObject({ outputs: { y: { shape: [2], data: [3, 7] } } });
  });

  it("a model of more than 4 GiB is refused with its size, before its weights are drawn", async () => {
    write(
      "wide.dl",
      "model Wide()(x: f32[40000]) -> (y: f32[40000]) {\n  param w: f32[40000, 40000] = 0.0\n  y[o] = sum[i] w[o, i] * x[i]\n}\n",
    );
    expectRefused(await dlc(folder, ["build", "wide.dl"]), /DLC5001[^]*6\.0 GiB/);
  });

  it("a folder with other things in it is not replaced", async () => {
    write("scale.dl", "model Scale()(x: f32[2]) -> (y: f32[2]) { y[i] = 2 * x[i] }\n");
    mkdirSync(join(folder, "mine"));
    write("mine/letter.txt", "dear reader");
    expectRefused(await dlc(folder, ["build", "scale.dl", "-o", "mine"]), /^error: mine holds letter\.txt, /);
    expect(readdirSync(join(folder, "mine"))).toEqual(["letter.txt"]);
  });

  it("a read-only folder gets an error of one line", async () => {
    write("scale.dl", "model Scale()(x: f32[2]) -> (y: f32[2]) { y[i] = 2 * x[i] }\n");
    mkdirSync(join(folder, "locked"));
    chmodSync(join(folder, "locked"), 0o555);
    chmodSync(folder, 0o755);
    // For root no folder is read-only.
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const outcome = await dlc(folder, ["build", "scale.dl", "-o", "locked/scale"], nobody);
    expectRefused(outcome, /^error: cannot write locked\/scale: permission denied\n$/);
    expect(readdirSync(join(folder, "locked"))).toEqual([]);
  });
});

describe("a wrong call ends with exit code 2", () => {
  it.concurrent.each([
    ["an unknown command", ["chekc", "a.dl"], "Did you mean check?"],
    ["an unknown option", ["check", "a.dl", "--jsn"], "Did you mean --json?"],
    ["an unknown code", ["explain", "DLC9999"], "there is no code DLC9999"],
    ["a missing argument", ["build"], "missing required argument 'file'"],
    ["a setting without a value", ["check", "a.dl", "--set", "classes"], "NAME=VALUE"],
    ["a seed that is none", ["build", "a.dl", "--seed", "-1"], "whole number"],
    ["a command of a later version", ["bench", "a.dl", "--runs", "3"], "comes with a later version"],
    ["a target of a later version", ["build", "a.dl", "--target", "webgpu"], "comes with a later version"],
    ["an option of a later version", ["build", "a.dl", "--tune"], "comes with a later version"],
  ])("%s", async (_what, args, text) => {
    const { status, stdout, stderr } = await dlc(folder, args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(text);
  });
});
