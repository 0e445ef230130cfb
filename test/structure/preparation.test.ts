import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { contentHash } from "../../tools/content-hash.mjs";
import { installationIsCurrent, nodeTooOld } from "../../tools/prepare.mjs";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "dlc-prepare-"));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

describe("the check of Node", () => {
  it.each(["18.20.0", "20.18.3", "16.0.0"])("refuses %s and says what is needed", (version) => {
    expect(nodeTooOld(version)).toMatch(`dlc needs Node 20.19 or newer; this is ${version}`);
  });
  it.each(["20.19.0", "20.20.2", "22.0.0", "24.1.0"])("takes %s", (version) => {
    expect(nodeTooOld(version)).toBeUndefined();
  });
});

describe("the check of the installation", () => {
  const locked = {
    "": { name: "x" },
    "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
    "node_modules/b-win32": { version: "1.0.0", integrity: "sha512-b", optional: true },
  };
  const installed = { "node_modules/a": { version: "1.0.0", integrity: "sha512-a" } };

  function write(path: string, packages: object): void {
    mkdirSync(join(root, "node_modules"), { recursive: true });
    writeFileSync(join(root, path), JSON.stringify({ packages }));
  }

  it("finds it missing in a fresh clone", () => {
    write("package-lock.json", locked);
    expect(installationIsCurrent(root)).toBe(false);
  });

  it("takes one that matches, whatever its times are, and without other systems' packages", () => {
    write("package-lock.json", locked);
    write("node_modules/.package-lock.json", installed);
    utimesSync(join(root, "node_modules/.package-lock.json"), 0, 0);
    expect(installationIsCurrent(root)).toBe(true);
  });

  it("sees a changed version, changed bytes, a new package and one taken out", () => {
    write("node_modules/.package-lock.json", installed);
    const changes: readonly object[] = [
      { ...locked, "node_modules/a": { version: "1.0.1", integrity: "sha512-a" } },
      { ...locked, "node_modules/a": { version: "1.0.0", integrity: "sha512-c" } },
      { ...locked, "node_modules/c": { version: "1.0.0" } },
      { "": { name: "x" } },
    ];
    for (const packages of changes) {
      write("package-lock.json", packages);
      expect(installationIsCurrent(root)).toBe(false);
    }
  });
});

describe("the hash of sources", () => {
  it("changes with a byte, a name and a new file, and not with times", () => {
    const write = (path: string, text: string): void => {
      mkdirSync(join(root, "src"), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    write("src/a.ts", "1");
    write("b.json", "2");
    const hash = (): string => contentHash(root, ["src", "b.json", "absent"]);
    const seen = [hash()];
    utimesSync(join(root, "src/a.ts"), 0, 0);
    expect(hash()).toBe(seen[0]);
    write("src/a.ts", "2");
    seen.push(hash());
    write("src/c.ts", "");
    seen.push(hash());
    rmSync(join(root, "src/c.ts"));
    write("src/d.ts", "");
    seen.push(hash());
    expect(new Set(seen).size).toBe(seen.length);
    expect(contentHash(root, ["b.json", "src"])).toBe(hash());
  });
});
