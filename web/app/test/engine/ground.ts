// What the engine's test stands on: the built module, a server that can be told to fail, a browser with a camera.

import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, extname, join } from "node:path";
import { chromium, type BrowserContext } from "playwright-core";
import { build } from "vite";

const APP = join(import.meta.dirname, "../..");

/** What the pages are served with: nothing in them may need more. */
const CSP =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; " +
  "connect-src 'self'; worker-src 'self' blob:; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const TYPES: Readonly<Record<string, string>> = { ".js": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };

/** How a file can fail. */
export type Fault = "missing" | "changed" | "short" | "silent";

/** A server of the test. */
export interface Served {
  readonly url: string;
  /** Makes a file fail, or no longer. */
  break(file: string, fault: Fault | undefined): void;
  /** Bytes of answers until now. */
  bytes(): number;
  close(): void;
}

/** Builds the engine's module as a page would carry it. */
export async function buildPage(outDir: string): Promise<void> {
  await build({
    root: APP,
    configFile: false,
    logLevel: "warn",
    base: "./",
    publicDir: false,
    worker: { format: "es" },
    build: {
      target: "es2022",
      outDir,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: false,
      rollupOptions: {
        input: { engine: join(APP, "src/engine/index.ts") },
        preserveEntrySignatures: "strict",
        output: { entryFileNames: "[name].js" },
      },
    },
  });
}

/** Serves the module under /web, models and pictures, with the pages' own policy. */
export async function serve(at: { dist: string; engine: string; models: string; corpus: string }): Promise<Served> {
  const faults = new Map<string, Fault>();
  let sent = 0;
  const places = { "/web/engine/": at.engine, "/web/models/": at.models, "/web/": at.dist, "/corpus/": at.corpus };
  const find = (path: string): string | undefined => {
    for (const [prefix, folder] of Object.entries(places)) {
      if (!path.startsWith(prefix)) continue;
      const file = join(folder, path.slice(prefix.length));
      if (!path.includes("..") && existsSync(file) && statSync(file).isFile()) return file;
    }
    return undefined;
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://test").pathname;
    response.setHeader("Content-Security-Policy", CSP);
    if (path === "/") return void response.setHeader("Content-Type", "text/html").end("<!doctype html><title>engine</title>");
    const file = find(path);
    const fault = file && faults.get(basename(file));
    if (!file || fault === "missing") return void response.writeHead(404).end();
    response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
    response.setHeader("Cache-Control", fault ? "no-store" : "no-cache");
    sent += statSync(file).size;
    if (fault) broken(response, file, fault);
    else createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    break: (file, fault) => void (fault ? faults.set(file, fault) : faults.delete(file)),
    bytes: () => sent,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function broken(response: ServerResponse, file: string, fault: Fault): void {
  const bytes = readFileSync(file);
  if (fault === "changed") bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 0x55;
  if (fault === "changed" && file.endsWith(".json")) bytes[0] = 0x28;
  if (fault === "silent") response.write(bytes.subarray(0, 4_096));
  else response.end(fault === "short" ? bytes.subarray(0, bytes.length >> 1) : bytes);
}

/** Opens a browser whose camera shows a film, where there is one. */
export async function openBrowser(film = ""): Promise<BrowserContext> {
  const camera = film ? [`--use-file-for-fake-video-capture=${film}`] : [];
  const executablePath = process.env["WEB_TEST_CHROMIUM"] ?? "/usr/bin/chromium";
  const browser = await chromium.launch({
    executablePath,
    args: [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", ...camera,
    ],
  });
  const context = await browser.newContext();
  context.on("close", () => void browser.close());
  return context;
}
