import { spawn } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";

/** The folder of the package. */
export const APP = dirname(dirname(fileURLToPath(import.meta.url)));
/** Where screenshots are kept to be looked at. */
export const SHOTS = join(APP, "shots");
/** The program; the environment may name another one. */
const MENSHEN = process.env["WEB_TEST_MENSHEN"] ?? join(APP, "../../target/release/menshen");
const CHROMIUM = process.env["WEB_TEST_CHROMIUM"] ?? "/usr/bin/chromium";
/** How long a service may take to start, in milliseconds; with models it loads some 40 MB first. */
const STARTS_WITHIN = 60_000;

/** What the pages get from the server: nothing in them may need more. */
export const CSP =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; " +
  "connect-src 'self'; worker-src 'self' blob:; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** A running service, and what it said when it started. */
export interface Service {
  url: string;
  setup: string;
  sandboxKey: string;
  stop: () => Promise<void>;
}

/** Starts a real service with an empty database; `args` such as `--sandbox-only` and environment come on top. */
export async function startService(args: readonly string[] = [], environment: Record<string, string> = {}): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), "menshen-web-"));
  const all = ["serve", "--json", "--listen", "127.0.0.1:0", "--data-dir", join(folder, "data"), ...args];
  const child = spawn(MENSHEN, all, { stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, ...environment } });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const greeting = await new Promise<Record<string, string>>((resolve, reject) => {
    let text = "";
    const clock = setTimeout(() => reject(new Error("the service did not start in time")), STARTS_WITHIN);
    void ended.then(() => reject(new Error("the service ended before it started")));
    child.stdout.on("data", (bytes: Buffer) => {
      text += bytes.toString();
      for (const line of text.split("\n").slice(0, -1)) {
        if (!line.includes('"url"')) continue;
        clearTimeout(clock);
        resolve(JSON.parse(line) as Record<string, string>);
      }
    });
  });
  return {
    url: greeting["url"] ?? "",
    setup: greeting["setup"] ?? "",
    sandboxKey: greeting["sandbox_key"] ?? "",
    stop: async () => {
      child.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Calls the service as an integrator's server does, and returns the answer's JSON. */
export async function call<T>(url: string, key: string, method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method, headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" } };
  if (body !== undefined) init.body = JSON.stringify(body);
  const answer = await fetch(url + path, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path.replace(/[0-9a-f-]{36}/g, "ID")}: ${answer.status} ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** Makes a tenant for real photos and returns its first key. */
export async function liveTenant(service: Service, name: string): Promise<string> {
  const { secret: operator } = (await (await fetch(service.setup, { method: "POST" })).json()) as { secret: string };
  const made = await call<{ secret: string }>(service.url, operator, "POST", "/v1/tenants", { name, sandbox: false });
  return made.secret;
}

const KINDS: Record<string, string> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".onnx": "application/octet-stream",
  ".html": "text/html; charset=utf-8",
};

/** A page's shell, as the server gives it: nothing but a script. */
export const shell = (script: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
  `<title>Menshen</title><script type="module" src="/web/${script}"></script></head><body></body></html>`;

/** A server of the built pages, before a service. */
export interface Front {
  url: string;
  stop: () => Promise<void>;
  /** Answers before anything else does, where it returns true: for faults that a real service has seldom. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
}

/** Serves `dist` with the policy of the pages, and hands everything else to the service. `pages` adds shells by path. */
export async function startFront(service: string, pages: Record<string, string> = {}): Promise<Front> {
  const shells: Record<string, string> = { "/verify": shell("hosted.js"), "/console": shell("console.js"), ...pages };
  const front: Front = { url: "", stop: async () => {}, intercept: undefined };
  const server: Server = createServer((asked, response) => {
    const path = new URL(asked.url ?? "/", "http://front").pathname;
    if (front.intercept?.(asked, response)) return;
    response.setHeader("Content-Security-Policy", CSP);
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Referrer-Policy", "no-referrer");
    const page = shells[path];
    if (page !== undefined) return void response.setHeader("Content-Type", KINDS[".html"] ?? "").end(page);
    if (path === "/favicon.ico") return void response.writeHead(204).end();
    const file = join(APP, "dist", path.replace(/^\/web\//, ""));
    if (path.startsWith("/web/") && !path.includes("..") && existsSync(file)) {
      response.setHeader("Content-Type", KINDS[extname(file)] ?? "application/octet-stream");
      return void createReadStream(file).pipe(response);
    }
    const { hostname, port } = new URL(service);
    const onward = request({ hostname, port, path: asked.url, method: asked.method, headers: asked.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.writeHead(502).end());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  front.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  front.stop = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return front;
}

/** What a browser's camera is: a Y4M file that is shown and allowed, or one of which nothing is decided yet. */
export type Camera = { film: string } | "undecided";

/** Starts Chromium, without a camera where none is named. */
export function startBrowser(camera?: Camera): Promise<Browser> {
  const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  const fake = camera === undefined ? [] : ["--use-fake-device-for-media-stream"];
  if (typeof camera === "object") fake.push("--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${camera.film}`);
  const args = ["--disable-component-update", "--disable-sync", ...quiet, ...fake];
  return chromium.launch({ executablePath: CHROMIUM, args });
}

/** Denies the camera to a page's origin, as the person's answer to the browser would. */
export async function denyCamera(page: Page, url: string): Promise<void> {
  const wire = await page.context().newCDPSession(page);
  const permission = { name: "camera" };
  await wire.send("Browser.setPermission" as "Browser.grantPermissions", { permission, setting: "denied", origin: new URL(url).origin } as never);
}

/** A width and height at which every screen must be whole. */
export interface Size {
  width: number;
  height: number;
}

/** The sizes at which every screen is looked at. */
export const SIZES: readonly Size[] = [
  { width: 320, height: 640 },
  { width: 360, height: 800 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const AXE_SOURCE = readFileSync(AXE, "utf8");

/** Returns what axe-core finds wrong with a page, one line each. */
export async function axeFaults(page: Page): Promise<string[]> {
  // Injected past the page's own policy, as a browser's extension would be.
  await page.evaluate(AXE_SOURCE);
  return page.evaluate(async () => {
    interface Finding { id: string; nodes: { html: string; target: unknown[] }[] }
    const { axe } = globalThis as unknown as { axe: { run: (on: Document, how: object) => Promise<{ violations: Finding[] }> } };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html, target }) => `${id}: ${JSON.stringify(target)} ${html.slice(0, 160)}`));
  });
}

/** Returns by how many pixels a page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - document.documentElement.clientWidth);

/** Keeps a picture of a page as it is now. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

/** Looks at a screen at every size, light and dark: returns what is wrong with it, and keeps pictures of the narrow and the wide. */
export async function look(page: Page, name: string, sizes: readonly Size[] = SIZES): Promise<string[]> {
  const faults: string[] = [];
  const check = async (scheme: string) => {
    for (const fault of await axeFaults(page)) faults.push(`${name} ${scheme}: ${fault}`);
  };
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  for (const size of sizes) {
    await page.setViewportSize(size);
    const over = await overflow(page);
    if (over > 0) faults.push(`${name} ${size.width}: wider than its window by ${over} pixels`);
    if (size.width === 360 || size.width === 1440) await shoot(page, `${name}-light-${size.width}`);
  }
  await check("light");
  // Colours change nothing of the layout.
  await page.setViewportSize({ width: 360, height: 800 });
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await shoot(page, `${name}-dark-360`);
  await check("dark");
  await page.emulateMedia({ colorScheme: "light", reducedMotion: null });
  return faults;
}
