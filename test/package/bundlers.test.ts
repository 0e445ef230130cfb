import { cpSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build as esbuild } from "esbuild";
import { rollup } from "rollup";
import { build as viteBuild, createServer } from "vite";
import { afterAll, describe, expect, test } from "vitest";
import webpack from "webpack";
import { tensorOf } from "../../compiler/graph/index.ts";
import { tensorError, tolerance } from "../numeric/tensor-error.ts";
import { requires } from "../requirements.ts";
import { closeBrowser, serve, visit } from "./browser.ts";
import { lenetConsumer, logitsIn, logitsInNode, pageMain } from "./consumer.ts";

const html = `<!doctype html><title>waiting</title><script type="module" src="./main.js"></script>`;

/** The page at `url` computed what Node computes, and the browser had nothing to complain of. */
async function expectSameAsNode(url: string): Promise<void> {
  const logits = await logitsInNode("lenet", await lenetConsumer());
  expect(logits).toHaveLength(30);
  expect(new Set(logits).size).toBeGreaterThan(10);
  const { result, errors } = await visit(url);
  expect(errors).toEqual([]);
  expect(result).toHaveProperty("logits");
  // Chromium has fused multiply-adds, which Node 20 has not: the last bits differ.
  expect(tensorError(tensorOf([3, 10], logitsIn(result)), tensorOf([3, 10], logits))).toBeLessThan(tolerance);
}

async function expectFolderWorks(folder: string): Promise<readonly string[]> {
  const site = await serve(folder);
  try {
    await expectSameAsNode(`${site.origin}/`);
    return site.requests;
  } finally {
    await site.close();
  }
}

test("the module runs in Node from npm's installation, inline too", async () => {
  const consumer = await lenetConsumer();
  expect(await logitsInNode("lenet/inline", consumer)).toEqual(await logitsInNode("lenet", consumer));
});

requires("chromium")("in Chromium under the strict policy", () => {
  afterAll(closeBrowser);

  test("without a bundler: index.js, one code file and the weights, nothing else", async () => {
    const consumer = await lenetConsumer();
    consumer.write("plain/main.js", pageMain("./lenet/index.js"));
    const page = consumer.write("plain/index.html", html);
    const folder = join(page, "..");
    cpSync(consumer.installed, join(folder, "lenet"), { recursive: true });
    const requests = await expectFolderWorks(folder);
    const asked = requests.filter((path) => path.startsWith("/lenet/"));
    expect([...asked].sort()).toEqual([
      "/lenet/index.js",
      "/lenet/lenet.relaxed.wasm",
      "/lenet/lenet.safetensors",
    ]);
  });

  test("Vite, built", async () => {
    const consumer = await lenetConsumer();
    consumer.write("vite/index.html", html.replace("./main.js", "/main.js"));
    const main = consumer.write("vite/main.js", pageMain("lenet"));
    const root = join(main, "..");
    await viteBuild({ root, configFile: false, logLevel: "silent", build: { outDir: "out" } });
    await expectFolderWorks(join(root, "out"));
  });

  test("Vite, in development", async () => {
    const consumer = await lenetConsumer();
    consumer.write("vite-dev/index.html", html.replace("./main.js", "/main.js"));
    const main = consumer.write("vite-dev/main.js", pageMain("lenet"));
    const server = await createServer({
      root: join(main, ".."),
      configFile: false,
      logLevel: "silent",
      server: { host: "127.0.0.1", port: 0, fs: { allow: [consumer.folder] } },
      cacheDir: join(main, "..", "cache"),
    });
    try {
      await server.listen();
      await expectSameAsNode(server.resolvedUrls?.local[0] ?? "");
    } finally {
      await server.close();
    }
  });

  test("webpack", async () => {
    const consumer = await lenetConsumer();
    const entry = consumer.write("webpack/main.js", pageMain("lenet"));
    const page = consumer.write("webpack/out/index.html", html);
    const compiler = webpack({
      mode: "production",
      context: consumer.folder,
      entry,
      output: { path: join(page, ".."), filename: "main.js" },
    });
    await new Promise<void>((resolve, reject) => {
      compiler.run((error, stats) => {
        if (error) reject(error);
        else if (stats?.hasErrors() === true) reject(new Error(stats.toString()));
        else compiler.close(() => resolve());
      });
    });
    await expectFolderWorks(join(page, ".."));
  });

  test("esbuild, inline", async () => {
    const consumer = await lenetConsumer();
    const entry = consumer.write("esbuild/main.js", pageMain("lenet/inline"));
    const page = consumer.write("esbuild/out/index.html", html);
    const folder = join(page, "..");
    await esbuild({ entryPoints: [entry], bundle: true, format: "esm", outdir: folder, logLevel: "silent" });
    const requests = await expectFolderWorks(folder);
    expect(requests.filter((path) => path !== "/favicon.ico")).toEqual(["/", "/main.js"]);
  });

  test("Rollup, inline", async () => {
    const consumer = await lenetConsumer();
    const input = consumer.write("rollup/main.js", pageMain("lenet/inline"));
    const page = consumer.write("rollup/out/index.html", html);
    const bundle = await rollup({ input, plugins: [nodeResolve()] });
    await bundle.write({ dir: join(page, ".."), format: "es" });
    await bundle.close();
    await expectFolderWorks(join(page, ".."));
  });
});

describe("what a bundler may drop", () => {
  test("a program that imports the package and uses nothing of it carries nothing of it", async () => {
    const consumer = await lenetConsumer();
    const input = consumer.write("unused/main.js", `import { load } from "lenet"; console.log("nothing");`);
    const bundle = await rollup({ input, plugins: [nodeResolve()], onwarn: () => undefined });
    const { output } = await bundle.generate({ format: "es" });
    expect(output[0].code.trim()).toBe('console.log("nothing");');
  });

  test("the files that it names are all there", async () => {
    const consumer = await lenetConsumer();
    const manifest: unknown = JSON.parse(readFileSync(join(consumer.installed, "package.json"), "utf8"));
    expect(manifest).not.toHaveProperty("dependencies");
    expect(readdirSync(consumer.installed).sort()).toEqual(
      [
        "README.md",
        "index.d.ts",
        "index.js",
        "inline.js",
        "lenet.relaxed.wasm",
        "lenet.safetensors",
        "lenet.wasm",
        "package.json",
        "workerd.js",
      ].sort(),
    );
    const module: unknown = await import(pathToFileURL(join(consumer.installed, "index.js")).href);
    expect(Object.keys(module ?? {}).sort()).toEqual(["load", "tensor"]);
  });
});
