// @ts-check
// `npm run picture`: the README's picture of a rendered error, from the real output of the command.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { terminalSvg } from "./terminal-svg.mjs";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));

export const picturePath = "docs/images/error.svg";

/**
 * `dlc check` of the example LeNet whose image was made 28×28, against the weights of the 32×32 one.
 * @returns {string} the picture
 */
export function errorPicture() {
  const folder = mkdtempSync(join(tmpdir(), "dlc-picture-"));
  try {
    const example = join(repository, "examples", "lenet");
    const source = readFileSync(join(example, "lenet.dl"), "utf8");
    const smaller = source.replace("f32[N, 1, 32, 32]", "f32[N, 1, 28, 28]").replace("32×32", "28×28");
    if (smaller === source) throw new Error("examples/lenet/lenet.dl no longer takes an image of 32×32");
    writeFileSync(join(folder, "lenet.dl"), smaller);
    copyFileSync(join(example, "lenet.safetensors"), join(folder, "lenet.safetensors"));
    const args = ["check", "lenet.dl", "--weights", "lenet.safetensors"];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(repository, "dist", "dlc.js"), ...args],
      {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, FORCE_COLOR: "1", NO_COLOR: undefined },
      },
    );
    if (status !== 1)
      throw new Error(`dlc check should have refused it, but ended with ${status}:\n${stderr}${stdout}`);
    const prompt = `\u001b[2m$\u001b[22m dlc ${args.join(" ")}`;
    return terminalSvg(
      `${prompt}\n${stderr}${stdout}`,
      `What dlc ${args.join(" ")} says of a LeNet on 28×28 images`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  mkdirSync(dirname(join(repository, picturePath)), { recursive: true });
  writeFileSync(join(repository, picturePath), errorPicture());
}
