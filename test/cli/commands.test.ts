import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode as encodePng } from "fast-png";
import { encode as encodeJpeg } from "jpeg-js";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { dlc, repository, temporaryFolder } from "./run-dlc.ts";

// Each call compiles a model: many of them in one test take long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const lenet = join(repository, "examples/lenet");
const trained = ["--weights", join(lenet, "lenet.safetensors")];

/** A model that hands its image on, so that what was read can be seen. */
const mirror = (shape: string): string =>
  `model Mirror()(image: ${shape}) -> (same: ${shape}) { same = image }\n`;

describe("dlc new", () => {
  it("makes a model that checks, learns, runs and builds as its README says", async () => {
    const folder = temporaryFolder();
    expect(await dlc(folder, ["new", "flowers"])).toMatchObject({ status: 0, stderr: "" });
    const made = join(folder, "flowers");
    expect(readdirSync(made).sort()).toEqual(["README.md", "flowers.csv", "flowers.dl"]);
    const commands = readFileSync(join(made, "README.md"), "utf8").match(/^dlc .*$/gm) ?? [];
    expect(commands).toHaveLength(5);
    const told: string[] = [];
    for (const command of commands) {
      const outcome = await dlc(made, command.split(" ").slice(1));
      expect(outcome).toMatchObject({ status: 0, stderr: "" });
      told.push(outcome.stdout);
    }
    const accuracy = /^FlowersRows, 24 rows: loss \S+ {2}accuracy (\S+)\n$/.exec(told[2] ?? "")?.[1];
    expect(Number(accuracy)).toBeGreaterThan(0.9);
    // The row of the README is one of the third kind.
    expect(told[3]).toContain("largest: 2 ");
    expect(readdirSync(join(made, "dist"))).toEqual(["flowers"]);
    expect(await dlc(made, ["fmt", "--check", "flowers.dl"])).toMatchObject({ status: 0 });
    const long = "a-name-that-is-much-longer-than-others";
    expect(await dlc(folder, ["new", long])).toMatchObject({ status: 0 });
    expect(await dlc(join(folder, long), ["fmt", "--check", `${long}.dl`])).toMatchObject({ status: 0 });
    expect(await dlc(folder, ["new", "flowers"])).toMatchObject({ status: 1 });
    expect(await dlc(folder, ["new", "Flowers!"])).toMatchObject({ status: 2 });
  });
});

describe("dlc build", () => {
  it("says what it made, and makes the same bytes again over it", async () => {
    const folder = temporaryFolder();
    const args = ["build", join(lenet, "lenet.dl"), ...trained, "--json"];
    const first = await dlc(folder, args);
    expect(first).toMatchObject({ status: 0, stderr: "" });
    const [built] = JSON.parse(first.stdout).built;
    expect(built).toMatchObject({ model: "LeNet", folder: "dist/lenet", parameters: 61706 });
    const target = join(folder, "dist/lenet");
    expect(readdirSync(target).sort()).toEqual(built.files.map(({ name }: { name: string }) => name).sort());
    for (const { name, bytes } of built.files)
      expect(readFileSync(join(target, name)).byteLength).toBe(bytes);
    const before = built.files.map(({ name }: { name: string }) => readFileSync(join(target, name), "hex"));
    expect((await dlc(folder, args)).stdout).toBe(first.stdout);
    const after = built.files.map(({ name }: { name: string }) => readFileSync(join(target, name), "hex"));
    expect(after).toEqual(before);
    expect(readdirSync(join(folder, "dist"))).toEqual(["lenet"]);
  });

  it("gives a package another name than that of a module of Node, and says so", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "net.dl"), "model Half(x: f32[N]) -> (y: f32[N]) { y[n] = x[n] / 2 }\n");
    const { status, stdout } = await dlc(folder, ["build", "net.dl"]);
    expect(status).toBe(0);
    expect(stdout).toContain("the package is called net-model: net is a module of Node itself\n");
    expect(readdirSync(join(folder, "dist"))).toEqual(["net-model"]);
    expect(JSON.parse(readFileSync(join(folder, "dist/net-model/package.json"), "utf8")).name).toBe(
      "net-model",
    );
  });

  it("draws weights from the seed and nothing else", async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, "draws.dl"),
      `layer Add()(x: f32[4]) -> (y: f32[4]) {
  param weight: f32[4] ~ random()
  y[i] = x[i] + weight[i]
}
model Draws()(x: f32[4]) -> (y: f32[4]) { y = x |> conv1: Add() }
`,
    );
    const run = await dlc(folder, ["run", "draws.dl", "--seed", "7", "-i", "x=0,0,0,0", "--json"]);
    expect(run).toMatchObject({ status: 0, stderr: "" });
    // The first row of the last table of docs/random.md.
    const expected = [0x067886, 0x8e2c20, 0x83a1fe, 0x124a10].map((word) => word / 2 ** 24);
    expect(JSON.parse(run.stdout).outputs.y).toEqual({ dtype: "f32", shape: [4], data: expected });
  });

  it("gives each of several models a folder, or the one that is asked for", async () => {
    const folder = temporaryFolder();
    const model = (name: string): string => `model ${name}()(x: f32[N]) -> (y: f32[N]) { y[n] = 2 * x[n] }\n`;
    writeFileSync(join(folder, "nets.dl"), model("Small") + model("Large"));
    expect(await dlc(folder, ["build", "nets.dl"])).toMatchObject({ status: 0 });
    expect(readdirSync(join(folder, "dist")).sort()).toEqual(["nets-large", "nets-small"]);
    expect(await dlc(folder, ["build", "nets.dl", "-o", "one"])).toMatchObject({ status: 2 });
    expect(await dlc(folder, ["build", "nets.dl", "-o", "one", "--model", "Large"])).toMatchObject({
      status: 0,
    });
    expect(existsSync(join(folder, "one/nets-large.wasm"))).toBe(true);
  });
});

describe("dlc run", () => {
  const folder = temporaryFolder();
  beforeAll(async () => {
    // Two pixels wide, one high: a red and a half-transparent grey one.
    const rgba = { width: 2, height: 1, channels: 4, data: new Uint8Array([255, 0, 0, 255, 51, 51, 51, 9]) };
    writeFileSync(join(folder, "two.png"), encodePng(rgba));
    writeFileSync(
      join(folder, "deep.png"),
      encodePng({ width: 2, height: 1, channels: 1, depth: 16, data: new Uint16Array([65535, 13107]) }),
    );
    const pixels = { width: 16, height: 8, data: Buffer.alloc(16 * 8 * 4, 102) };
    writeFileSync(join(folder, "flat.jpg"), encodeJpeg(pixels, 100).data);
    writeFileSync(join(folder, "colour.dl"), mirror("f32[N, 3, H, W]"));
    writeFileSync(join(folder, "grey.dl"), mirror("f32[N, 1, H, W]"));
    writeFileSync(join(folder, "whole.dl"), mirror("i32[N, 2]"));
    writeFileSync(join(folder, "single.dl"), mirror("f32"));
    writeFileSync(join(folder, "row.dl"), mirror("f32[1]"));
    // Built once: a module starts faster than a source.
    await dlc(folder, ["build", "whole.dl", "-o", "whole"]);
  });
  const outputOf = async (...args: readonly string[]): Promise<{ shape: number[]; data: number[] }> => {
    const { stdout, stderr } = await dlc(folder, ["run", ...args, "--json"]);
    expect(stderr).toBe("");
    return JSON.parse(stdout).outputs.same;
  };

  it("reads a digit as the demo does, from the source and from the built module", async () => {
    const image = ["--input", `image=${join(lenet, "digit.png")}`];
    const fromSource = await dlc(folder, ["run", join(lenet, "lenet.dl"), ...trained, ...image]);
    expect(fromSource).toMatchObject({ status: 0, stderr: "" });
    expect(fromSource.stdout).toMatch(/^logits {2}f32\[1, 10\]\n[^]*largest: 7 /);
    await dlc(folder, ["build", join(lenet, "lenet.dl"), ...trained, "-o", "lenet"]);
    expect((await dlc(folder, ["run", "lenet", ...image])).stdout).toBe(fromSource.stdout);
  });

  it("takes colours and grey of PNG and JPEG, between 0 and 1", async () => {
    const colour = await outputOf("colour.dl", "-i", "image=two.png");
    expect(colour.shape).toEqual([1, 3, 1, 2]);
    expect(colour.data.map((value) => Math.round(value * 255))).toEqual([255, 51, 0, 51, 0, 51]);
    const grey = await outputOf("grey.dl", "-i", "image=two.png", "-i", "image=deep.png");
    expect(grey.shape).toEqual([2, 1, 1, 2]);
    [0.299, 0.2, 1, 0.2].forEach((value, place) => expect(grey.data[place]).toBeCloseTo(value, 6));
    const jpeg = await outputOf("grey.dl", "-i", "image=flat.jpg");
    expect(jpeg.shape).toEqual([1, 1, 8, 16]);
    expect(jpeg.data.every((value) => Math.abs(value - 0.4) < 0.01)).toBe(true);
  });

  it("takes JSON, text, numbers and what it has written itself", async () => {
    writeFileSync(join(folder, "rows.json"), "[[1, 2], [3, 4], [5, -6]]");
    writeFileSync(join(folder, "rows.txt"), "1 2\n3 4\n5, -6\n");
    const expected = { dtype: "i32", shape: [3, 2], data: [1, 2, 3, 4, 5, -6] };
    const written = ["out.npy", "out.json", "out.txt"];
    const outputs = written.flatMap((file) => ["-o", `same=${file}`]);
    await dlc(folder, ["run", "whole", "-i", "image=rows.json", ...outputs]);
    const values = ["rows.json", "rows.txt", "1,2,3,4,5,-6", "[[1,2],[3,4],[5,-6]]", ...written];
    await Promise.all(
      values.map(async (value) => {
        expect(await outputOf("whole", "-i", `image=${value}`)).toEqual(expected);
      }),
    );
  });

  it("takes one number for a number and for a row of one", async () => {
    expect(await outputOf("single.dl", "-i", "image=3")).toMatchObject({ shape: [], data: [3] });
    expect(await outputOf("row.dl", "-i", "image=3")).toMatchObject({ shape: [1], data: [3] });
  });

  it("shows the value of an equation inside", async () => {
    writeFileSync(
      join(folder, "steps.dl"),
      "model Steps()(x: f32[N]) -> (y: f32[N]) {\n  square[n] = x[n] * x[n]\n  y[n] = square[n] + 1\n}\n",
    );
    const run = await dlc(folder, ["run", "steps.dl", "-i", "x=3", "--show", "square", "--json"]);
    expect(JSON.parse(run.stdout).outputs).toMatchObject({ y: { data: [10] }, square: { data: [9] } });
    expect(await dlc(folder, ["run", "steps.dl", "-i", "x=3", "--show", "sqare"])).toMatchObject({
      status: 2,
      stderr: "error: nothing in the model is called sqare; is it square?\n",
    });
  });

  it("refuses inputs that don't fit, by name, shape and value", async () => {
    const refused = [
      ["whole.dl", "image=0.5,1", "the value of image has 0.5, but image is i32: whole numbers from"],
      [
        "whole.dl",
        "image=1,2,3",
        "the value of image has 3 numbers, but image is i32[N, 2]: a multiple of 2",
      ],
      ["whole", "image=[[1],[2]]", "the value of image has the shape [2, 1], but image is i32[N, 2]"],
      ["whole", "image=[[1],2]", "the value of image has rows of different lengths"],
      ["whole.dl", "image=gone.npy", "cannot read gone.npy: there is no such file"],
      ["whole.dl", "image=two.png", "image is i32[N, 2], which no image fits"],
    ];
    await Promise.all(
      refused.map(async ([file = "", input = "", message = ""]) => {
        const { status, stderr } = await dlc(folder, ["run", file, "-i", input]);
        expect({ status, stderr }).toEqual({
          status: 1,
          stderr: expect.stringContaining(`error: ${message}`),
        });
      }),
    );
    const missing = await dlc(folder, ["run", "whole.dl"]);
    expect(missing).toMatchObject({
      status: 2,
      stderr: "error: the input image, i32[N, 2], is missing: --input image=…\n",
    });
  });
});

describe("dlc fmt", () => {
  it("formats files and standard input, and only looks with --check", async () => {
    const folder = temporaryFolder();
    const messy = "fn   square( x:real )=x^2";
    writeFileSync(join(folder, "messy.dl"), messy);
    expect(await dlc(folder, ["fmt", "--check", "messy.dl"])).toMatchObject({
      status: 1,
      stderr: "messy.dl is not formatted\n",
    });
    expect(readFileSync(join(folder, "messy.dl"), "utf8")).toBe(messy);
    expect(await dlc(folder, ["fmt", "messy.dl"])).toMatchObject({ status: 0 });
    const tidy = "fn square(x: real) = x^2\n";
    expect(readFileSync(join(folder, "messy.dl"), "utf8")).toBe(tidy);
    expect(await dlc(folder, ["fmt", "-"], { stdin: messy })).toMatchObject({ status: 0, stdout: tidy });
    expect(await dlc(folder, ["fmt", "-"], { stdin: "fn (" })).toMatchObject({ status: 1, stdout: "" });
  });
});

describe("dlc explain", () => {
  it("prints the page of a code, and all codes with their titles", async () => {
    const page = await dlc(repository, ["explain", "dlc1010"]);
    expect(page).toMatchObject({ status: 0, stderr: "" });
    expect(page.stdout).toMatch(/^error\[DLC1010\]: an operator after a pipe\n/);
    const all = await dlc(repository, ["explain", "--json"]);
    expect(JSON.parse(all.stdout)).toContainEqual({
      code: "DLC1010",
      severity: "error",
      title: "an operator after a pipe",
    });
  });
});

describe("dlc inspect", () => {
  it.concurrent.each([
    ["ast", /^file\n {2}declarations\[0\]: import/],
    ["types", /^LeNet\(image: f32\[N, 1, 32, 32\]\) -> \(logits: f32\[N, 10\]\)/],
    ["graph", /^graph forward\(N\) \{\n {2}image = input f32\[N, 1, 32, 32\]/],
    ["kernels", /\nkernel conv5x5\w* \(N\)\n/],
    ["loops", /\ncode conv5x5\w*\(image, /],
    ["memory", /^persistent [^]*\nentry forward at N = 1: arena /],
    ["wat", /^\(module\n[^]*\(export "forward"/],
  ])("shows the stage %s", async (stage, text) => {
    const { status, stdout, stderr } = await dlc(lenet, ["inspect", "lenet.dl", "--stage", stage]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(text);
  });

  it("shows the graph after a pass, and names the passes where there is none such", async () => {
    const args = ["inspect", "lenet.dl", "--print-after"];
    const elaborated = await dlc(lenet, [...args, "elaborate"]);
    const recognised = await dlc(lenet, [...args, "recognise"]);
    expect(elaborated.stdout).not.toContain("@convolution");
    expect(recognised.stdout).toContain("@convolution");
    const unknown = await dlc(lenet, [...args, "magic"]);
    expect(unknown).toMatchObject({ status: 2, stdout: "" });
    expect(unknown.stderr).toContain("recognise");
  });
});
