import { spawn } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { passSockets } from "./sockets.js";
import type { Sockets } from "./sockets.js";

/** The folder of the package. */
export const APP = dirname(dirname(fileURLToPath(import.meta.url)));
/** Where screenshots are kept to be looked at. */
export const SHOTS = join(APP, "shots");
/** The program; the environment may name another one. */
export const MENSHEN = process.env["WEB_TEST_MENSHEN"] ?? join(APP, "../../target/release/menshen");
const CHROMIUM = process.env["WEB_TEST_CHROMIUM"] ?? "/usr/bin/chromium";
/** How long a service may take to start, in milliseconds; with models it loads some 40 MB first, and for a trial it draws a person. */
const STARTS_WITHIN = 180_000;

/** A folder of pages that were built after the program, instead of its own: for work on them. */
const DIST = process.env["WEB_TEST_DIST"];

/** A running service, and what it said when it started. */
export interface Service {
  url: string;
  setup: string;
  sandboxKey: string;
  /** The page for trying things out, with `--demo`. */
  trial: string;
  stop: () => Promise<void>;
}

/** Sections of the service's configuration file. */
export type Configuration = Readonly<Record<string, Readonly<Record<string, string | number | boolean | readonly string[]>>>>;

/** Starts a real service with an empty database; `args` such as `--sandbox-only` and a configuration come on top, and where it listens. */
export async function startService(args: readonly string[] = [], configuration: Configuration = {}, port = 0): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), "menshen-web-"));
  const file = join(folder, "menshen.toml");
  const sections = Object.entries(configuration).map(([name, keys]) => {
    // A string of JSON is one of TOML.
    const lines = Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`);
    return `[${name}]\n${lines.join("")}`;
  });
  writeFileSync(file, sections.join("\n"));
  const all = ["serve", "--json", "--config", file, "--listen", `127.0.0.1:${port}`, "--data-dir", join(folder, "data"), ...args];
  const child = spawn(MENSHEN, all, { stdio: ["ignore", "pipe", "ignore"] });
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
    trial: greeting["try"] ?? "",
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

/** The operators' keys: the link that gives one works once. */
const operators = new Map<string, string>();

/** Returns the installation's own key. */
export async function operatorKey(service: Service): Promise<string> {
  const known = operators.get(service.setup);
  const operator = known ?? ((await (await fetch(service.setup, { method: "POST" })).json()) as { secret: string }).secret;
  operators.set(service.setup, operator);
  return operator;
}

/** Makes a tenant for real photos and returns its first key. */
export async function liveTenant(service: Service, name: string): Promise<string> {
  const operator = await operatorKey(service);
  const made = await call<{ secret: string }>(service.url, operator, "POST", "/v1/tenants", { name, sandbox: false });
  return made.secret;
}

const KINDS: Record<string, string> = { ".js": "text/javascript; charset=utf-8", ".json": "application/json", ".wasm": "application/wasm" };

/** A door before a service: what comes through is the service's own, but for what a test puts in its place. */
export interface Front {
  url: string;
  stop: () => Promise<void>;
  /** Answers before anything else does, where it returns true: for faults that a real service has seldom. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  sockets: Sockets;
}

/** Returns a port that nobody listens at now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Opens a door before a service. `pages` adds pages by path, under the policy that the service has for its own. */
export async function startFront(service: string, pages: Record<string, string> = {}): Promise<Front> {
  const policy = (await fetch(`${service}/verify`)).headers.get("content-security-policy") ?? "default-src 'none'";
  const server: Server = createServer((asked, response) => {
    const path = new URL(asked.url ?? "/", "http://front").pathname;
    if (front.intercept?.(asked, response)) return;
    const page = pages[path];
    if (page !== undefined) return void response.writeHead(200, { "Content-Type": "text/html", "Content-Security-Policy": policy }).end(page);
    const file = DIST && path.startsWith("/web/") && !path.includes("..") ? join(DIST, path.slice("/web/".length)) : undefined;
    if (file && existsSync(file)) {
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
  const front: Front = { url: "", stop: async () => {}, intercept: undefined, sockets: passSockets(server, service) };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  front.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  front.stop = () =>
    new Promise((resolve) => {
      front.sockets.tear();
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
  const faults = await lookInLight(page, name, sizes);
  // Colours change nothing of the layout.
  await page.setViewportSize({ width: 360, height: 800 });
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await shoot(page, `${name}-dark-360`);
  for (const fault of await axeFaults(page)) faults.push(`${name} dark: ${fault}`);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: null });
  return faults;
}

/** Looks at a screen at every size, in the light only. */
export async function lookInLight(page: Page, name: string, sizes: readonly Size[] = SIZES): Promise<string[]> {
  const faults: string[] = [];
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  for (const size of sizes) {
    await page.setViewportSize(size);
    const over = await overflow(page);
    if (over > 0) faults.push(`${name} ${size.width}: wider than its window by ${over} pixels`);
    if (size.width === 360 || size.width === 1440) await shoot(page, `${name}-light-${size.width}`);
  }
  for (const fault of await axeFaults(page)) faults.push(`${name} light: ${fault}`);
  return faults;
}
