import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { APP, call, denyCamera, look, shoot, startBrowser } from "./harness.js";
import { startMailbox } from "./mailbox.js";
import type { Mailbox } from "./mailbox.js";
import { setStage } from "./stage.js";
import type { Stage } from "./stage.js";

type Words = Record<string, string>;
type Json = Record<string, unknown>;
const read = <T>(path: string): T => JSON.parse(readFileSync(join(APP, "../../locales", path), "utf8")) as T;
/** What the service says of official channels and remedies. */
interface Service {
  official: { verdicts: Words; official: Words; lookalike: Words; unknown: string; received: string; file: { faults: Words; nothing_said: string } };
  remedies: Record<string, { title: string; text: string }>;
}
const LANGS = [["en", "en"], ["zh-CN", "zh"]] as const;

let stage: Stage;
let mailbox: Mailbox;
let tenant: string;
let films: string;
let staff: string;
let newer: Door | undefined;
before(async () => {
  mailbox = await startMailbox();
  const mail = { host: "127.0.0.1", port: mailbox.port, security: "none", from: "Menshen <menshen@example.com>" };
  stage = await setStage(["--sandbox-only"], { mail });
  const { url, setup, sandboxKey } = stage.service;
  const { secret } = (await (await fetch(setup, { method: "POST" })).json()) as { secret: string };
  const { items } = await call<{ items: { id: string; name: string }[] }>(url, secret, "GET", "/v1/tenants");
  tenant = items.find(({ name }) => name === "sandbox")?.id ?? "";
  const sha256 = createHash("sha256").update("the app").digest("hex");
  for (const channel of [
    { kind: "domain", value: "menshen.example" },
    { kind: "domain", value: "*.menshen.example" },
    { kind: "mail_sender", value: "help@menshen.example" },
    { kind: "phone", value: "+864001234567" },
    { kind: "social", value: "menshen", platform: "telegram" },
    { kind: "app", value: "com.menshen.app", platform: "android", sha256, release: "3.2.0" },
  ]) await call(url, sandboxKey, "POST", "/v1/channels", channel);
  const text = { en: "The live check pauses for an hour. Nothing you have sent is lost.", "zh-CN": "活体检测暂停一小时，已提交的内容不会丢失。" };
  const ends_at = new Date(Date.now() + 7_200_000).toISOString();
  await call(url, sandboxKey, "POST", "/v1/announcements", { kind: "maintenance", text, ends_at });
  staff = (await call<{ secret: string }>(url, sandboxKey, "POST", "/v1/staff", { name: "Sam", role: "senior" })).secret;
  films = mkdtempSync(join(tmpdir(), "menshen-films-"));
  stage.front.intercept = newer = await newest();
});
after(async () => {
  rmSync(films, { recursive: true, force: true });
  await stage.stop();
  mailbox.stop();
});
afterEach(() => (stage.front.intercept = newer));

/** A folder of pages that were built after the program: then the page itself is not in it, either. */
const DIST = process.env["WEB_TEST_DIST"];
type Door = (asked: IncomingMessage, response: ServerResponse) => boolean;

/** Answers with the page where it was built after the program, under the program's own policy. */
async function newest(): Promise<Door | undefined> {
  if (!DIST || !existsSync(join(DIST, "help.js"))) return undefined;
  const policy = (await fetch(`${stage.service.url}/verify`)).headers.get("content-security-policy") ?? "default-src 'none'";
  const page = readFileSync(join(APP, "../../crates/server/assets/help.html"));
  return (asked, response) => {
    const path = new URL(asked.url ?? "/", "http://front").pathname;
    if (path === "/web/help-worker.js") response.setHeader("Service-Worker-Allowed", "/help");
    if (path !== "/help") return false;
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy, "Cache-Control": "no-store" }).end(page);
    return true;
  };
}

/** Lets a test answer in the place of the service. */
function instead(answer: Door): void {
  stage.front.intercept = (asked, response) => answer(asked, response) || (newer?.(asked, response) ?? false);
}

/** Somebody at the page, in their language. */
class Visitor {
  readonly faults: string[] = [];
  readonly sent: string[] = [];

  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly words: Words,
    readonly service: Service,
  ) {}

  static async open(lang: string, fragment = "#/", browser: Browser = stage.browser, prepare: (page: Page) => Promise<unknown> = async () => {}): Promise<Visitor> {
    const context = await browser.newContext({ locale: lang === "en" ? "en-GB" : "zh-CN", viewport: { width: 360, height: 800 } });
    return Visitor.in(context, lang, fragment, prepare);
  }

  static async in(context: BrowserContext, lang: string, fragment: string, prepare: (page: Page) => Promise<unknown> = async () => {}): Promise<Visitor> {
    const page = await context.newPage();
    const visitor = new Visitor(page, context, read(`pages/help.${lang}.json`), read(`${lang}.json`));
    page.on("pageerror", (error) => visitor.faults.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy/.test(message.text())) visitor.faults.push(message.text());
    });
    page.on("request", (request) => {
      const { origin, pathname } = new URL(request.url());
      if (origin !== stage.front.url && !request.url().startsWith("blob:")) visitor.faults.push(`asked ${origin}`);
      if (request.method() === "POST") visitor.sent.push(`${pathname} ${request.postData() ?? ""}`);
    });
    await prepare(page);
    await page.goto(`${stage.front.url}/help?tenant=${tenant}${fragment}`);
    return visitor;
  }

  t(key: string, params: Record<string, string> = {}): string {
    const text = this.words[key];
    assert.ok(text !== undefined, key);
    return text.replace(/\{(\w+)\}/g, (place, name: string) => params[name] ?? place);
  }

  heading = (key: string) => this.page.getByRole("heading", { name: this.t(key), exact: true }).first().waitFor();
  sees = (text: string) => this.page.getByText(text, { exact: true }).first().waitFor();
  press = (key: string, params: Record<string, string> = {}) => this.page.getByRole("button", { name: this.t(key, params), exact: true }).click();

  async check(value: string, verdict: "official" | "lookalike" | "unknown") {
    await this.page.locator("menshen-check input[name=value]").fill(value);
    await this.press("check.do");
    const shown = this.page.locator(`menshen-check .verdict.${verdict}`);
    await shown.getByRole("heading", { name: this.service.official.verdicts[verdict] ?? "", exact: true }).waitFor();
    assert.equal(await shown.locator(".asked").innerText(), value);
    return shown;
  }

  async look(name: string) {
    this.faults.push(...(await look(this.page, name)));
    await this.page.setViewportSize({ width: 360, height: 800 });
  }

  /** Looks for what is wrong with the device; returns the codes of the remedies, in order. */
  async diagnose(failed: string): Promise<string[]> {
    await this.page.locator("menshen-diagnosis select[name=failed]").selectOption(failed);
    await this.press("diagnosis.start");
    await this.heading("remedies.title");
    return this.remedies();
  }

  async remedies(): Promise<string[]> {
    return this.page.locator("ol.remedies > li").evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset["code"] ?? ""));
  }

  async leave() {
    assert.deepEqual(this.faults, []);
    await this.context.close();
  }
}

/** Writes a film of one picture for a camera: a slope of grey between two lumas, 0 to 255. */
function filmOf(name: string, from: number, to: number): string {
  const [width, height] = [640, 480];
  const luma = Buffer.alloc(width * height);
  for (let at = 0; at < luma.length; at += 1) luma[at] = Math.round(16 + ((from + ((to - from) * (at % width)) / width) * 219) / 255);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), luma, Buffer.alloc((width * height) / 2, 128)]);
  const path = join(films, `${name}.y4m`);
  writeFileSync(path, Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F15:1 Ip A1:1 C420jpeg\n`), frame, frame, frame, frame]));
  return path;
}

/** Moves a page's clock. */
const moveClock = (page: Page, ms: number) =>
  page.addInitScript((ms) => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + ms;
  }, ms);

/** Waits until the page is kept for times without network. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    for (let looks = 0; looks < 100; looks += 1) {
      const cache = await caches.open("menshen-help-1");
      if ((await cache.keys()).length === 3 && navigator.serviceWorker.controller) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("the page was not kept");
  });

for (const [lang, short] of LANGS) {
  test(`what is official is told in the page, what imitates it is reported, and a file is compared: ${short}`, async () => {
    const one = await Visitor.open(lang);
    await one.heading("start.title");
    await one.heading("news.now");
    await one.sees(one.t("status.ready"));
    await one.page.getByText(lang === "en" ? /The live check pauses/ : /活体检测暂停一小时/).waitFor();
    await one.look(`help-start-${short}`);
    await one.page.getByRole("link", { name: one.t("nav.official"), exact: true }).click();
    await one.heading("list.title");
    await one.page.getByText(one.t("list.from.service", { at: "" }).slice(0, 12)).first().waitFor();
    await one.look(`help-official-${short}`);

    const official = await one.check("https://www.menshen.example/login", "official");
    await official.getByText(one.service.official.official["domain"] ?? "", { exact: true }).waitFor();
    await shoot(one.page, `help-verdict-official-${short}`);
    const extra = await one.check("menshen-support.example", "lookalike");
    await extra.getByText(one.service.official.lookalike["extra_words"] ?? "", { exact: true }).waitFor();
    await one.look(`help-verdict-lookalike-${short}`);
    await one.check("https://rnenshen.example", "lookalike");
    const unknown = await one.check("https://weather.example", "unknown");
    await unknown.getByText(one.service.official.unknown, { exact: true }).waitFor();
    // Nothing that was checked has left the browser.
    assert.deepEqual(one.sent, []);

    await one.check(`https://menshen-${short}.example`, "lookalike");
    await one.press("check.report");
    const what = one.page.locator("menshen-report textarea[name=what]");
    assert.equal(await what.inputValue(), `https://menshen-${short}.example`);
    await one.page.locator("menshen-report textarea[name=note]").fill("a message in a group");
    await one.press("report.send");
    await one.sees(one.service.official.received);
    const { url } = stage.service;
    const { items } = await call<{ items: { id: string }[] }>(url, staff, "GET", "/v1/reports");
    const opened = await Promise.all(items.map(({ id }) => call<Json>(url, staff, "GET", `/v1/reports/${id}`)));
    assert.ok(opened.some((report) => report["what"] === `https://menshen-${short}.example` && report["note"] === "a message in a group"));

    const choose = one.page.locator("menshen-files input[type=file]");
    await choose.setInputFiles({ name: "menshen.apk", mimeType: "application/octet-stream", buffer: Buffer.from("the app") });
    await one.heading("files.is");
    await choose.setInputFiles({ name: "menshen.apk", mimeType: "application/octet-stream", buffer: Buffer.alloc(3_000_000, 7) });
    await one.heading("files.is_not");
    await one.sees(createHash("sha256").update(Buffer.alloc(3_000_000, 7)).digest("hex"));
    await one.look(`help-files-${short}`);
    await one.leave();
  });

  test(`without network the page opens and checks by the list that it has kept, until that ends: ${short}`, async () => {
    const one = await Visitor.open(lang);
    await one.heading("news.now");
    await one.page.getByRole("link", { name: one.t("nav.official"), exact: true }).click();
    await one.page.locator("menshen-check input:enabled").waitFor();
    await kept(one.page);
    await one.context.setOffline(true);
    await one.page.reload();
    await one.heading("official.title");
    await one.sees(one.t("offline"));
    await one.page.getByText(one.t("list.from.kept", { at: "" }).slice(0, 14)).first().waitFor();
    await one.check("help@menshen.example", "official");
    await one.check("help@menshem.example", "lookalike");
    const unknown = await one.check("+8613800000000", "unknown");
    await unknown.getByText(one.t("check.by.kept", { at: "" }).slice(0, 12)).waitFor();
    await one.look(`help-offline-${short}`);
    await one.page.getByRole("link", { name: one.t("nav.start"), exact: true }).click();
    await one.heading("news.now");

    // Eight days later the list has ended: nothing is said from it.
    const late = await Visitor.in(one.context, lang, "#/official", (page) => moveClock(page, 8 * 86_400_000));
    await late.sees(one.service.official.file.faults["expired"] ?? "");
    await late.sees(one.t("list.fault.kept"));
    assert.ok(await late.page.locator("menshen-check input[name=value]").isDisabled());
    await late.look(`help-expired-${short}`);
    assert.deepEqual(late.faults, []);
    await one.leave();
  });

  test(`a dark room is told first, and what was seen goes to support with the person's leave: ${short}`, async () => {
    const browser = await startBrowser({ film: filmOf(`dark-${short}`, 4, 44) });
    const one = await Visitor.open(lang, "#/diagnosis", browser);
    await one.heading("diagnosis.title");
    await one.look(`help-diagnosis-${short}`);
    const codes = await one.diagnose("face_login");
    assert.equal(codes[0], "face_lighting");
    assert.ok(codes.includes("other_way") && codes.includes("clear_cache") && !codes.includes("reinstall"), codes.join());
    await one.look(`help-remedies-${short}`);

    // What was done is not told again; what is still seen is.
    const title = one.service.remedies["clear_cache"]?.title ?? "";
    await one.press("reset.button");
    await one.sees(one.t("reset.done"));
    await one.press("remedies.again_of", { title });
    await one.page.locator("ol.remedies > li[data-code=face_lighting]").waitFor();
    await one.heading("remedies.title");
    const second = await one.remedies();
    assert.equal(second[0], "face_lighting");
    assert.ok(!second.includes("clear_cache"), second.join());

    // What the person says of their face: each has its own remedy, and what is not worn none.
    await one.page.locator("menshen-diagnosis summary", { hasText: one.t("diagnosis.look") }).click();
    for (const name of ["glasses", "changed"]) await one.page.locator(`menshen-diagnosis input[name=${name}]`).check();
    await one.look(`help-look-${short}`);
    await one.press("diagnosis.again");
    await one.page.locator("ol.remedies > li[data-code=face_glasses]").waitFor();
    const third = await one.remedies();
    assert.ok(third.includes("refresh_template") && !third.includes("take_off_hat"), third.join());

    // Nobody has signed in: the way to it is told.
    await one.press("attach.write");
    await one.sees(one.t("attach.sign_in"));
    await one.look(`help-sign-in-${short}`);
    const applicant = await openAccount(one.page, `eve.${short}@example.com`, lang);
    await one.press("attach.signed_in");
    await one.page.locator("menshen-attach summary").click();
    await one.page.locator("menshen-attach textarea").fill("My face is not taken in the evening.");
    await one.page.locator("menshen-attach input[name=consent]").check();
    await one.look(`help-attach-${short}`);
    await one.press("attach.send");
    await one.sees(one.t("attach.sent"));
    const { url } = stage.service;
    const { items } = await call<{ items: { id: string; applicant: string }[] }>(url, staff, "GET", "/v1/support/tickets");
    const ticket = items.find((ticket) => ticket.applicant === applicant);
    const shown = await call<{ diagnostics: Json }>(url, staff, "GET", `/v1/support/tickets/${ticket?.id}`);
    const { failed, permission, camera, luminance, camera_width, tried, surface } = shown.diagnostics;
    assert.deepEqual({ failed, permission, camera, camera_width, tried, surface }, { failed: "face_login", permission: "granted", camera: "ready", camera_width: 640, tried: ["cleared_cache"], surface: "browser" });
    assert.ok((luminance as number) > 0.04 && (luminance as number) < 0.2, String(luminance));
    assert.ok((shown.diagnostics["up_kbps"] as number) > 0 && (shown.diagnostics["down_kbps"] as number) > 0);

    await contacted(one, ticket?.id ?? "");
    assert.deepEqual(one.sent.filter((sent) => /data:image|blob/.test(sent)), []);
    await one.leave();
    await browser.close();
  });
}

/** Support calls: the code is real to the person, and another one is not. */
async function contacted(one: Visitor, ticket: string): Promise<void> {
  const made = await call<Json>(stage.service.url, staff, "POST", `/v1/support/tickets/${ticket}/contacts`, { way: "phone" });
  await one.page.getByRole("link", { name: one.t("nav.official"), exact: true }).click();
  await one.press("code.open");
  const field = one.page.locator("menshen-case-code input[name=code]");
  await field.fill(String(made["code"] ?? made["case_code"]));
  await one.press("code.check");
  await one.heading("code.genuine");
  await field.fill("AAAA-AAAA");
  await one.press("code.check");
  await one.heading("code.unknown");
}

/** Opens an account in a page's browser, as the account's page does; returns whose it is. */
async function openAccount(page: Page, email: string, locale: string): Promise<string> {
  const post = (path: string, body: Json) =>
    page.evaluate(async ([path, body]) => {
      const headers = { "Content-Type": "application/json", "Menshen-Page": "1" };
      const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as Record<string, unknown>;
    }, [path, body] as const);
  const { registration } = await post("/v1/account/registrations", { tenant, email, locale });
  const code = await mailbox.next(/\n\n[^]*?(?<!\d)(\d{6})(?!\d)/);
  const { consents } = await post("/v1/account/registrations/code", { registration, code });
  const agreed = (consents as { purpose: string; version: string }[]).map(({ purpose, version }) => ({ purpose, version }));
  const account = await post("/v1/account/registrations/finish", { registration, password: "一只大熊猫 rides nine bikes", consents: agreed, device: null });
  return String(account["applicant"]);
}

test("a camera that is refused is the first thing to put right, and so is a clock that stops codes", async () => {
  const browser = await startBrowser("undecided");
  const refused = await Visitor.open("zh-CN", "#/diagnosis", browser, (page) => denyCamera(page, stage.front.url));
  await refused.heading("diagnosis.title");
  const codes = await refused.diagnose("live_check");
  assert.equal(codes[0], "allow_camera");
  await refused.page.locator("ol.remedies > li.blocks[data-code=allow_camera]").waitFor();
  await refused.look("help-refused-zh");
  await refused.leave();

  // Whoever answers nothing is not kept waiting.
  const silent = await Visitor.open("en", "#/diagnosis", stage.browser, (page) =>
    page.addInitScript(() => (MediaDevices.prototype.getUserMedia = () => new Promise<MediaStream>(() => {}))),
  );
  await silent.page.locator("menshen-diagnosis select[name=failed]").selectOption("document_photo");
  await silent.press("diagnosis.start");
  await silent.sees(silent.t("diagnosis.asks"));
  await silent.look("help-asks-en");
  await silent.press("diagnosis.without");
  await silent.heading("remedies.title");
  assert.equal((await silent.remedies())[0], "allow_camera");
  await silent.leave();
  await browser.close();

  const late = await Visitor.open("en", "#/diagnosis", stage.browser, (page) => moveClock(page, 3_600_000));
  const clock = await late.diagnose("totp");
  assert.equal(clock[0], "set_clock");
  await late.page.locator("ol.remedies > li.blocks[data-code=set_clock]").waitFor();
  await late.sees(late.t("clock.fast", { length: "60 minutes" }));
  await late.look("help-clock-en");
  await late.leave();
});

test("a page in another program's view is sent to the browser, and a version that is too old to a newer one", async () => {
  const inside = await Visitor.open("zh-CN", "#/diagnosis", stage.browser, (page) =>
    page.addInitScript(() => {
      const agent = "Mozilla/5.0 (Linux; Android 15) MicroMessenger/8.0.50";
      Object.defineProperty(Navigator.prototype, "userAgent", { get: () => agent });
    }),
  );
  await inside.heading("diagnosis.title");
  assert.equal((await inside.diagnose("passkey"))[0], "open_in_browser");
  await inside.sees(inside.t("view.web_view", { system: "Android" }));
  await inside.leave();

  const { url, sandboxKey } = stage.service;
  const policy = (toml: string) => call(url, sandboxKey, "PUT", "/v1/policy", { toml });
  await policy('[clients.web]\nat_least = "99.0"');
  const old = await Visitor.open("en", "#/diagnosis");
  await old.heading("diagnosis.title");
  assert.equal((await old.diagnose("sms_code"))[0], "client_outdated");
  await old.page.locator("ul.probes li.fault", { hasText: old.t("probe.version") }).waitFor();
  await old.leave();
  await policy("");
});

test("without network the diagnosis says so and keeps what it saw", async () => {
  const one = await Visitor.open("zh-CN", "#/diagnosis");
  await one.heading("diagnosis.title");
  await one.context.setOffline(true);
  await one.page.locator("menshen-diagnosis select[name=failed]").selectOption("totp");
  await one.press("diagnosis.start");
  await one.heading("remedies.title");
  await one.page.getByText(one.service.remedies["go_online"]?.text ?? "", { exact: true }).waitFor();
  await one.sees(one.t("attach.offline"));
  await one.look("help-diagnosis-offline-zh");
  await one.context.setOffline(false);
  await one.press("diagnosis.again");
  await one.page.locator("ol.remedies > li[data-code=next_code]").waitFor();
  await one.leave();
});

test("a list that was changed on its way, or signed by another key, says nothing", async () => {
  const path = `/v1/public/${tenant}/channels`;
  const good = await (await fetch(stage.service.url + path)).text();
  const key = await (await fetch(`${stage.service.url}/help/key`)).text();
  const one = await Visitor.open("en", "#/");
  const changed = good.replace(/"payload":"(.{40})./, (_, head: string) => `"payload":"${head}_`.replace("_", "B"));
  instead((asked, response) => {
    if (asked.url !== path) return false;
    response.writeHead(200, { "Content-Type": "application/json" }).end(changed);
    return true;
  });
  await one.page.getByRole("link", { name: one.t("nav.official"), exact: true }).click();
  await one.sees(one.t("list.fault.service"));
  await one.sees(one.service.official.file.nothing_said);
  assert.ok(await one.page.locator("menshen-check input[name=value]").isDisabled());
  await one.look("help-changed-en");

  // A key that somebody has from elsewhere: text that is none, another's, and the right one with the list as a file.
  await one.page.locator("menshen-trust summary").click();
  const keys = one.page.locator("menshen-trust textarea[name=keys]");
  await keys.fill("menshen");
  await one.press("trust.open");
  await one.sees(one.t("trust.not_keys"));
  const file = { name: "channels.json", mimeType: "application/json", buffer: Buffer.from(good) };
  await one.page.locator("menshen-trust input[type=file]").setInputFiles(file);
  await keys.fill("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  await one.press("trust.open");
  await one.sees(one.service.official.file.faults["unknown_key"] ?? "");
  await keys.fill(key);
  await one.press("trust.open");
  await one.page.getByText(one.t("list.from.disk", { at: "" }).slice(0, 14)).first().waitFor();
  await one.check("menshen.example", "official");
  await one.look("help-own-key-en");
  await one.leave();
});

test("a browser that cannot check signatures says so and asks the service", async () => {
  const one = await Visitor.open("zh-CN", "#/official", stage.browser, (page) => page.addInitScript(() => Reflect.deleteProperty(globalThis, "WebAssembly")));
  await one.sees(one.t("list.unchecked"));
  const judged = await one.check("menshen-support.example", "lookalike");
  await judged.getByText(one.t("check.by.asked"), { exact: true }).waitFor();
  assert.deepEqual(one.sent, [`/v1/public/${tenant}/channels/check {"value":"menshen-support.example"}`]);
  await one.look("help-unchecked-zh");
  await one.leave();
});

test("another page of the service shows the diagnosis alone", async () => {
  instead((asked, response) => {
    if (asked.url !== "/elsewhere") return false;
    const page = `<!doctype html><html lang="en"><title>Elsewhere</title><body><menshen-diagnosis tenant="${tenant}"></menshen-diagnosis><script type="module" src="/web/help.js"></script>`;
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(page);
    return true;
  });
  const context = await stage.browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(`${stage.front.url}/elsewhere`);
  await page.locator("select[name=failed]").selectOption("mail_code");
  await page.getByRole("button", { name: "Start" }).click();
  await page.locator("ol.remedies > li[data-code=look_in_spam]").waitFor();
  assert.equal(await page.locator("menshen-help").count(), 0);
  await context.close();
});
