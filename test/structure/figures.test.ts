import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  figureFaults,
  formatFigure,
  pagesWithFigures,
  refreshFigures,
  writeResult,
} from "../../tools/figures.mjs";
import { readRepositoryFile } from "./repository-files.ts";

describe("the figures of this repository's pages", () => {
  it("are those of result files whose sources have not changed since", () => {
    const pages = pagesWithFigures();
    expect(pages.flatMap((page) => figureFaults(page, readRepositoryFile(page)))).toEqual([]);
    expect(pages).toContain("README.md");
  });
});

describe("the check of figures", () => {
  let root = "";
  const cited = "LeNet is <!-- figure: bench/results/size.json#lenet.gzip -->16.1 KB<!-- /figure --> small.";
  const faults = (text: string): readonly string[] => figureFaults("page.md", text, root);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dlc-figures-"));
    mkdirSync(join(root, "runtime"));
    writeFileSync(join(root, "runtime/index.ts"), "export {};");
    writeFileSync(
      join(root, "package-lock.json"),
      JSON.stringify({ packages: { "node_modules/binaryen": { version: "132.0.0" } } }),
    );
    writeResult(
      "bench/results/size.json",
      {
        command: "node bench/size.mjs",
        seed: 7,
        source: ["runtime"],
        packages: ["binaryen"],
        figures: { "lenet.gzip": { value: 16_120, unit: "bytes" } },
      },
      root,
    );
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it("passes a figure that is in its file", () => {
    expect(faults(cited)).toEqual([]);
    const result = JSON.parse(readFileSync(join(root, "bench/results/size.json"), "utf8"));
    expect(result).toMatchObject({
      command: "node bench/size.mjs",
      seed: 7,
      versions: { node: process.versions.node, binaryen: "132.0.0" },
      source: { runtime: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it("sees another value, and puts the right one in its place", () => {
    const wrong = cited.replace("16.1", "12.0");
    expect(faults(wrong)).toEqual([
      "page.md: bench/results/size.json#lenet.gzip is 16.1 KB, the page says 12.0 KB (npm run figures)",
    ]);
    expect(refreshFigures(wrong, root)).toBe(cited);
  });

  it("sees a source that changed since, and one that is new", () => {
    const old = [
      "page.md: bench/results/size.json was measured before runtime changed; run: node bench/size.mjs",
    ];
    writeFileSync(join(root, "runtime/more.ts"), "export {};");
    expect(faults(cited)).toEqual(old);
    rmSync(join(root, "runtime/more.ts"));
    expect(faults(cited)).toEqual([]);
    writeFileSync(join(root, "runtime/index.ts"), "export { };");
    expect(faults(cited)).toEqual(old);
  });

  it.each([
    ["a missing file", cited.replace("size.json", "gone.json"), "gone.json is not a result file"],
    ["a missing figure", cited.replace("lenet.gzip", "alexnet.gzip"), "has no figure alexnet.gzip"],
    [
      "a marker that is not closed",
      cited.replace("<!-- /figure -->", ""),
      "a figure marker that is not whole",
    ],
    ["a measured number without a file", "It takes 3.4 ms.", `"3.4 ms" comes from no result file`],
    ["an accuracy without a file", "It reaches 97.5 % accuracy.", "comes from no result file"],
  ])("sees %s", (_title, text, fault) => {
    expect(faults(text).join("\n")).toContain(fault);
  });

  it("sees a result file that doesn't say where it comes from", () => {
    const path = join(root, "bench/results/size.json");
    const whole = JSON.parse(readFileSync(path, "utf8"));
    for (const field of ["command", "seed", "versions", "source", "figures"]) {
      writeFileSync(path, JSON.stringify({ ...whole, [field]: undefined }));
      expect(faults(cited)).toEqual(["page.md: bench/results/size.json is not a result file"]);
    }
    writeFileSync(path, JSON.stringify({ ...whole, source: {} }));
    expect(faults(cited)).toEqual(["page.md: bench/results/size.json names no source"]);
  });

  it("leaves code and limits alone", () => {
    expect(faults("```\n3.4 ms\n```\n`5 ms`, at most 4 GiB, 28×28")).toEqual([]);
  });

  it("refuses to write a result without its source", () => {
    const result = { command: "x", seed: null, source: ["gone.ts"], figures: {} };
    expect(() => writeResult("x.json", result, root)).toThrow("gone.ts doesn't exist");
  });

  it("takes versions from the lock file that has them", () => {
    writeFileSync(
      join(root, "bench/package-lock.json"),
      JSON.stringify({ packages: { "node_modules/peer": { version: "4.5.6" } } }),
    );
    const result = { command: "x", seed: null, source: ["runtime"], packages: ["peer"], figures: {} };
    writeResult("bench/results/x.json", { ...result, lock: "bench/package-lock.json" }, root);
    const written = JSON.parse(readFileSync(join(root, "bench/results/x.json"), "utf8"));
    expect(written.versions).toEqual({ node: process.versions.node, peer: "4.5.6" });
  });

  it("writes numbers as people read them", () => {
    expect([
      formatFigure({ value: 812, unit: "bytes" }),
      formatFigure({ value: 246_823, unit: "bytes" }),
      formatFigure({ value: 6.4032, unit: "us" }),
      formatFigure({ value: 0.1184, unit: "ms" }),
      formatFigure({ value: 1480, unit: "ms" }),
      formatFigure({ value: 0.9745, unit: "share" }),
      formatFigure({ value: 61706, unit: "count" }),
      formatFigure({ value: 2.504, unit: "ratio" }),
      formatFigure({ value: 0.00000123, unit: "error" }),
    ]).toEqual(["812 B", "247 KB", "6.40 µs", "0.118 ms", "1.48 s", "97.45 %", "61,706", "2.50×", "1.2e-6"]);
  });
});
