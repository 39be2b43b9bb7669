// The demo exchange beside a real service, in a real browser: an account through OpenID Connect, a withdrawal that is refused in words,
// a verification in its embedded element, its webhook, a withdrawal that is confirmed, one that is held. `scripts/test-demo` runs it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { APP, call, look, shoot, startBrowser } from "./harness.js";
import { FEW } from "./stage.js";

/** The demo as it was built; none where nobody has. */
const DEMO = process.env["WEB_TEST_DEMO"];
const MENSHEN = process.env["WEB_TEST_MENSHEN"] ?? join(APP, "../../target/release/menshen");
const skip = DEMO === undefined && "scripts/test-demo builds the exchange";

interface Demo {
  exchange: string;
  url: string;
  console: string;
  invitation: string;
  stop: () => Promise<number | null>;
}

/** Returns a port that is free now. */
async function free(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/** Starts the demo as `scripts/demo` does, with a sandbox, so that no photo is looked at. */
async function startDemo(data: string, port: string, exchange: string): Promise<Demo> {
  const args = ["--json", "--sandbox", "--menshen", MENSHEN, "--data-dir", data, "--port", port, "--exchange-port", exchange, "--", "--offline"];
  const child = spawn(process.execPath, [DEMO ?? "", ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const said = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (bytes: Buffer) => {
      text += bytes.toString();
      if (text.includes("\n")) resolve(text);
    });
    void ended.then(() => reject(new Error("the demo ended before it started")));
  });
  const stop = () => (child.kill("SIGINT"), ended);
  return { ...(JSON.parse(said) as Omit<Demo, "stop">), stop };
}

let demo: Demo;
let browser: Browser;
const data = mkdtempSync(join(tmpdir(), "menshen-exchange-"));
const ports = [free(), free()] as const;
before(async () => {
  if (skip) return;
  demo = await startDemo(data, await ports[0], await ports[1]);
  browser = await startBrowser();
});
after(async () => {
  if (skip) return;
  await browser.close();
  await demo.stop();
  rmSync(data, { recursive: true, force: true });
});

type Words = Record<string, string>;
const read = (path: string): Words => JSON.parse(readFileSync(join(APP, "../..", path), "utf8")) as Words;
const PASSWORD = "一只大熊猫 rides nine bikes";
const ANOTHER = "thirteen herons at the ford";

/** Somebody with a browser, who goes to and fro between the exchange and their account at Menshen. */
class Person {
  readonly faults: string[] = [];

  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly lang: "en" | "zh-CN",
    readonly mail: string,
    readonly here: Words,
    readonly there: Words,
  ) {
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy|CORS policy/.test(message.text())) this.faults.push(message.text());
    });
    page.on("request", (request) => {
      const { origin } = new URL(request.url());
      if (![demo.exchange, demo.url, "null"].includes(origin)) this.faults.push(`asked ${origin}`);
    });
  }

  static async open(lang: "en" | "zh-CN", mail: string): Promise<Person> {
    const context = await browser.newContext({ locale: lang === "en" ? "en-GB" : "zh-CN", viewport: { width: 360, height: 800 } });
    context.setDefaultTimeout(40_000);
    // Pages that were built after the program, as elsewhere in these tests.
    const dist = process.env["WEB_TEST_DIST"];
    if (dist !== undefined) {
      await context.route(`${demo.url}/web/**`, (route) => {
        const path = join(dist, new URL(route.request().url()).pathname.slice("/web/".length));
        return existsSync(path) ? route.fulfill({ path }) : route.continue();
      });
    }
    const [here, there] = [read(`demo/exchange/src/texts/${lang}.json`), read(`locales/pages/account.${lang}.json`)];
    return new Person(await context.newPage(), context, lang, mail, here, there);
  }

  /** Returns a text of a catalogue. */
  t(words: Words, key: string, places: Words = {}): string {
    const text = words[key];
    assert.ok(text !== undefined, key);
    return text.replace(/\{(\w+)\}/g, (_, place: string) => places[place] ?? "");
  }

  /** Waits for a page by its heading. */
  async at(words: Words, key: string, places: Words = {}): Promise<void> {
    const heading = this.page.getByRole("heading", { name: this.t(words, key, places), exact: true }).first();
    // Where it does not come, what came instead is worth a look.
    await heading.waitFor().catch(async (error: unknown) => {
      await shoot(this.page, "exchange-failed");
      throw error;
    });
  }

  press(words: Words, key: string): Promise<void> {
    return this.page.getByRole("button", { name: this.t(words, key), exact: true }).first().click();
  }

  follow(key: string): Promise<void> {
    return this.page.getByRole("link", { name: this.t(this.here, key), exact: true }).first().click();
  }

  type(name: string, value: string): Promise<void> {
    return this.page.locator(`input[name="${name}"]:visible`).fill(value);
  }

  sees(text: string): Promise<void> {
    return this.page.getByText(text).first().waitFor();
  }

  /** Looks at the page of the exchange as it is now. */
  async look(name: string): Promise<void> {
    this.faults.push(...(await look(this.page, `exchange-${name}-${this.lang.slice(0, 2)}`, FEW)));
    await this.page.setViewportSize({ width: 360, height: 800 });
  }

  /** Reads codes as whoever tries out the demo does: in its mailbox. `before` is how many mails were there already. */
  async code(before: number): Promise<string> {
    for (let looks = 0; looks < 150; looks += 1) {
      const letters = (await this.letters()).slice(0, -before || undefined);
      const found = letters.map((text) => /(?<!\d)(\d{6})(?!\d)/.exec(text)?.[1]).find((code) => code !== undefined);
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("no code came");
  }

  /** The mails to this person, newest first. */
  async letters(): Promise<string[]> {
    const page = await (await fetch(`${demo.exchange}/mailbox`)).text();
    return page.split("<article>").slice(1).filter((one) => one.includes(this.mail)).map((one) => /<pre>([^]*)<\/pre>/.exec(one)?.[1] ?? "");
  }

  /** Opens an account at Menshen, where the exchange has sent the browser. */
  async register(invitation: string): Promise<void> {
    const { there } = this;
    await this.at(there, "sign_in.title");
    await this.press(there, "outside.register");
    const before = (await this.letters()).length;
    await this.type("to", this.mail);
    await this.press(there, "register.send");
    await this.at(there, "register.code_title");
    await this.type("code", await this.code(before));
    await this.press(there, "go_on");
    await this.at(there, "register.account_title");
    await this.page.getByText(this.t(there, "register.invited"), { exact: true }).click();
    await this.type("invitation", invitation);
    await this.press(there, "register.invitation_show");
    await this.sees(invitation);
    await this.type("password", PASSWORD);
    for (const box of await this.page.getByRole("checkbox").all()) await box.check();
    await this.press(there, "register.open");
  }

  /** Signs in at Menshen with a password and a code by mail. */
  async signIn(password: string): Promise<void> {
    const { there } = this;
    await this.at(there, "sign_in.title");
    await this.type("login", this.mail);
    await this.type("password", password);
    await this.press(there, "go_on");
    await this.at(there, "second.title");
    const before = (await this.letters()).length;
    // The page waits by itself where another code has just gone out.
    const field = this.page.locator('input[name="code"]:visible');
    await this.press(there, "ways.send");
    await field.waitFor({ timeout: 90_000 });
    await field.fill(await this.code(before));
    await this.press(there, "go_on");
  }

  /** Says that the exchange may have it, with what it asks for. */
  async consent(): Promise<void> {
    await this.at(this.there, "oidc.title", { app: "Lantern" });
    for (const box of await this.page.getByRole("checkbox").all()) await box.check();
    await this.press(this.there, "oidc.go_on");
  }

  /** Says no, as the page of accounts does; returns where the browser goes then. */
  async deny(): Promise<string> {
    const request = new URL(this.page.url()).hash.slice("#oidc=".length);
    const own = { "Menshen-Page": "1" };
    const answer = await fetch(`${demo.url}/v1/account/oidc/${request}/deny`, { method: "POST", headers: own });
    return ((await answer.json()) as { redirect: string }).redirect;
  }

  /** Sets another password by a code, as whoever has forgotten it. */
  async reset(): Promise<void> {
    const { tenant } = JSON.parse(readFileSync(join(data, "exchange-sandbox/kept.json"), "utf8")) as { tenant: string };
    const headers = { "Menshen-Page": "1", "Content-Type": "application/json" };
    const post = async (path: string, more: object) => {
      const body = JSON.stringify({ ...more, tenant, login: this.mail });
      const answer = await fetch(`${demo.url}/v1/account/password-resets${path}`, { method: "POST", headers, body });
      assert.ok(answer.ok, `${path} ${answer.status}`);
    };
    const before = (await this.letters()).length;
    await post("", {});
    await post("/finish", { code: await this.code(before), password: ANOTHER });
  }

  /** Asks the exchange for a withdrawal. */
  async ask(amount: string): Promise<void> {
    await this.page.goto(`${demo.exchange}/withdraw`);
    await this.at(this.here, "withdraw.title");
    await this.type("amount", amount);
    await this.type("address", "TQ7fDemoAddress1");
    await this.press(this.here, "withdraw.ask");
  }

  /** Hands in what the embedded element would, with its token: in a sandbox the name chooses the outcome. */
  async verified(name: string): Promise<void> {
    const element = this.page.locator("menshen-verify");
    const [token, id] = [(await element.getAttribute("token")) ?? "", (await element.getAttribute("verification")) ?? ""];
    const send = <T>(method: string, path: string, body?: unknown) => call<T>(demo.url, token, method, path, body);
    const { applicant } = await send<{ applicant: string }>("GET", `/v1/verifications/${id}`);
    await send("POST", `/v1/applicants/${applicant}/consents`, { purpose: "biometric_template", version: "1" });
    const typed = { document: "passport", country: "UTO", name, birth_date: "1990-01-31", number: `L${this.lang.length}98902C3` };
    await send("PUT", `/v1/verifications/${id}/data`, typed);
    for (const part of ["front", "selfie"]) {
      const headers = { Authorization: `Bearer ${token}`, "Content-Type": "image/jpeg" };
      const put = await fetch(`${demo.url}/v1/verifications/${id}/captures/${part}`, { method: "PUT", headers, body: `${this.mail} ${part}` });
      assert.ok(put.ok, `${part} ${put.status}`);
    }
    await send("POST", `/v1/verifications/${id}/submit`);
  }
}

const REASONS = (lang: string) => (JSON.parse(readFileSync(join(APP, `../../locales/${lang}.json`), "utf8")) as { reasons: Record<string, { title: string }> }).reasons;

for (const lang of ["en", "zh-CN"] as const) {
  test(`a person plays the whole story: ${lang}`, { skip }, async () => {
    const reasons = REASONS(lang);
    const one = await Person.open(lang, `ada.${lang.slice(0, 2)}@example.com`);
    const { here, there, page } = one;
    await page.goto(demo.exchange);
    await one.at(here, "front.title");
    await one.look("front");
    await one.press(here, "front.sign_in");
    await one.register(demo.invitation);
    await one.consent();

    await one.at(here, "home.title");
    await one.sees("10000 USDT");
    await one.look("home-unverified");

    await one.ask("nothing");
    await one.sees(one.t(here, "withdraw.fault.amount"));
    await one.look("ask");
    await one.ask("250.5");
    await one.at(here, "withdraw.may_not");
    await one.sees(reasons["entitlement_limited"]?.title ?? "");
    await one.sees(one.t(here, "device.trusted"));
    await one.look("refused");

    await one.press(here, "home.verify");
    await one.at(here, "verify.title");
    await page.locator("menshen-verify section.screen").first().waitFor();
    await one.look("verify");
    await one.verified("MAGIC APPROVED");

    await one.follow("nav.activity");
    for (let looks = 0; looks < 100 && !(await page.getByText(one.t(here, "event.verification.verified")).isVisible()); looks += 1) {
      await page.waitForTimeout(200);
      await page.reload();
    }
    await one.sees("verification.verified");
    await one.press(here, "activity.forge");
    await one.sees(one.t(here, "doubt.signature_wrong"));
    await one.look("activity");

    await one.ask("600");
    await one.at(here, "withdraw.may_not");
    await one.sees("500 USDT");
    await one.ask("250.5");
    await one.at(here, "withdraw.may");
    await one.look("allowed");
    await one.press(here, "withdraw.confirm");
    await one.signIn(PASSWORD);
    await one.consent();
    await one.at(here, "withdraw.done");
    await one.look("withdrawn");
    await page.goto(demo.exchange);
    await one.sees("9749.5 USDT");
    await one.look("home-verified");

    // Whoever would not confirm it has withdrawn nothing.
    await one.ask("10");
    await one.press(here, "withdraw.confirm");
    await one.at(there, "sign_in.title");
    await page.goto(await one.deny());
    await one.at(here, "withdraw.unconfirmed");
    await page.goto(demo.exchange);
    await one.sees("9749.5 USDT");

    // Out, here and there; in again, by everything that is needed. The name was verified meanwhile, and they share it.
    await one.press(here, "sign_out");
    await one.sees(one.t(here, "front.bye"));
    await page.goto(`${demo.exchange}/withdraw`);
    await one.at(here, "front.title");
    await one.press(here, "front.sign_in");
    await one.signIn(PASSWORD);
    await one.consent();
    await one.at(here, "home.hello", { name: "MAGIC APPROVED" });

    // A password that was set by a code ends all sessions and holds withdrawals: the exchange says so, and until when.
    await one.reset();
    await one.ask("10");
    await one.at(here, "withdraw.may_not");
    await one.sees(one.t(here, "hold.password_reset"));
    await one.sees(one.t(here, "device.ended"));
    assert.match((await page.getByRole("main").textContent()) ?? "", /UTC/);
    await one.page.getByRole("button", { name: one.t(here, "withdraw.sign_in"), exact: true }).waitFor();
    await one.look("held");

    await page.goto(`${demo.exchange}/mailbox`);
    await one.look("mailbox");
    assert.deepEqual(one.faults, []);
    await one.context.close();
  });
}

test("the guide shows the exchange's own lines", () => {
  const root = join(APP, "../..");
  const one = (text: string) => text.replace(/\s+/g, " ").trim();
  const folder = join(root, "demo/exchange/src");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const code = files.map((name) => one(readFileSync(join(folder, name), "utf8")));
  const guide = readFileSync(join(root, "docs/integrate.md"), "utf8");
  const shown = [...guide.matchAll(/^```ts demo$([^]*?)^```$/gm)].map(([, block]) => one(block ?? ""));
  assert.ok(shown.length >= 8);
  for (const block of shown) assert.ok(code.some((text) => text.includes(block)), block);
});

test("another site's form does nothing, nor does a page of another name", { skip }, async () => {
  const form = { method: "POST", redirect: "manual" as const, body: new URLSearchParams({ csrf: "x" }) };
  const foreign = await fetch(`${demo.exchange}/sign-in`, { ...form, headers: { Origin: "https://evil.example" } });
  assert.equal(foreign.status, 403);
  const own = await fetch(`${demo.exchange}/sign-in`, { ...form, headers: { Origin: demo.exchange } });
  assert.equal(own.status, 403, "without the session's own mark");
  const hook = await fetch(`${demo.exchange}/webhooks`, { method: "POST", body: "{}" });
  assert.equal(hook.status, 400);
  const sms = await fetch(`${demo.exchange}/sms`, { method: "POST", body: "{}" });
  assert.equal(sms.status, 401);
});

test("another start finds everything that was made, and nothing secret is in its logs", { skip }, async () => {
  const kept = readFileSync(join(data, "exchange-sandbox/kept.json"), "utf8");
  const log = readFileSync(join(data, "exchange-sandbox/menshen.log"), "utf8");
  const { siteKey, setUpKey, app, webhook } = JSON.parse(kept) as { siteKey: string; setUpKey: string; app: { id: string; secret: string }; webhook: { secret: string } };
  for (const secret of [siteKey, setUpKey, app.secret, webhook.secret]) assert.ok(!log.includes(secret));
  assert.equal(await demo.stop(), 0);
  demo = await startDemo(data, await ports[0], await ports[1]);
  const again = JSON.parse(readFileSync(join(data, "exchange-sandbox/kept.json"), "utf8")) as { app: { id: string }; siteKey: string };
  assert.equal(again.app.id, app.id);
  assert.equal(again.siteKey, siteKey);
  assert.match(demo.console, /#invitation=mi_/, "nobody has used the first one");
});
