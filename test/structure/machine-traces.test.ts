import { describe, expect, it } from "vitest";
import { allowedTraces, machineTraces } from "./machine-traces.ts";
import { readRepositoryFile, repositoryFiles } from "./repository-files.ts";

const binary = /\.(safetensors|npy|png|jpg|wasm|ico|gz|pt|onnx|pb)$/;

describe("the files of this repository", () => {
  it("name no machine and no package host", () => {
    const files = repositoryFiles().filter((path) => !binary.test(path) && allowedTraces[path] === undefined);
    const found = files.flatMap((path) =>
      machineTraces(readRepositoryFile(path)).map((trace) => `${path}:${trace}`),
    );
    expect(found).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining(["package-lock.json", "README.md", ".gitattributes", ".ci/run"]),
    );
  });
});

describe("the check for traces of a machine", () => {
  it.each([
    ["a home folder", `"cwd": "/home/ada/dlc"`],
    ["a home folder of macOS", "at /Users/ada/dlc"],
    ["a working folder", "see /work/dlc"],
    ["a file address", `import "file:///home/ada/x.js"`],
    ["a home folder of Windows", "C:\\Users\\ada"],
    ["a resolved package in a lock file", `"resolved": "https://registry.example.org/esbuild.tgz",`],
    ["a host in npm's settings", "registry=https://npm.example.org"],
  ])("sees %s", (_title, text) => {
    expect(machineTraces(`first line\n${text}`)).toHaveLength(1);
    expect(machineTraces(`first line\n${text}`)[0]).toMatch(/^2: /);
  });

  it("passes system paths, relative paths and the word alone", () => {
    const text = ["/usr/bin/chromium", "docs/work/notes.md", "the npm registry", "https://example.org"].join(
      "\n",
    );
    expect(machineTraces(text)).toEqual([]);
  });
});
