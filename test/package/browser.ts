import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join, normalize } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { requirements } from "../../tools/system.mjs";

/** The policy that contracts promise to be enough. */
export const strictPolicy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

export interface Site {
  readonly origin: string;
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[];
  readonly close: () => Promise<void>;
}

/** Serves a folder on the loopback address under the strict policy. */
export async function serve(folder: string): Promise<Site> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
    requests.push(path);
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": types[extname(file)] ?? "application/octet-stream",
      "content-security-policy": strictPolicy,
    });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    requests,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

let browser: Promise<Browser> | undefined;

/** One headless Chromium for all suites of a run. */
function sharedBrowser(): Promise<Browser> {
  const executablePath = requirements.chromium.find();
  if (executablePath === undefined) throw new Error("no Chromium");
  browser ??= chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return browser;
}

export async function closeBrowser(): Promise<void> {
  const open = browser;
  browser = undefined;
  await (await open)?.close();
}

export interface Visit {
  /** What the page put into its title. */
  readonly result: unknown;
  /** Messages of the console that are errors, policy violations among them. */
  readonly errors: readonly string[];
}

/** Opens a page and waits until it has put JSON into its title. */
export async function visit(url: string): Promise<Visit> {
  const page = await (await sharedBrowser()).newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    // The browser asks for an icon that no page has.
    if (message.type() === "error" && !message.location().url.endsWith("/favicon.ico"))
      errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  try {
    await page.goto(url);
    await page
      .waitForFunction(() => document.title.startsWith("{"), undefined, { timeout: 20_000 })
      .catch(() => {
        throw new Error(`${url} never finished: ${errors.join("; ")}`);
      });
    return { result: JSON.parse(await page.title()), errors };
  } finally {
    await page.close();
  }
}
