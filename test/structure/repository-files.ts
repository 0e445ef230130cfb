import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../..", import.meta.url));

/** The folders that `.gitignore` names (`dist/`), besides git's own. */
const ignored = new Set([
  ".git",
  ...readFileSync(join(repository, ".gitignore"), "utf8")
    .split("\n")
    .filter((line) => line.endsWith("/"))
    .map((line) => line.slice(0, -1)),
]);

/** Every file of the repository that is not ignored, relative to its root; a clone without its `.git` has them too. */
export function repositoryFiles(folder = ""): readonly string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    if (ignored.has(entry.name) || entry.name.endsWith(".tsbuildinfo")) return [];
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? repositoryFiles(path) : [path];
  });
}

export function readRepositoryFile(path: string): string {
  return readFileSync(join(repository, path), "utf8");
}
