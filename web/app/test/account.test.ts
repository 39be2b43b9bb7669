import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import { APP, call, look } from "./harness.js";
import { startMailbox } from "./mailbox.js";
import type { Mailbox } from "./mailbox.js";
import { FEW, setStage } from "./stage.js";
import type { Stage } from "./stage.js";

let stage: Stage;
let mailbox: Mailbox;
let tenant: string;
before(async () => {
  mailbox = await startMailbox();
  const mail = { host: "127.0.0.1", port: mailbox.port, security: "none", from: "Menshen <menshen@example.com>" };
  stage = await setStage(["--sandbox-only"], { mail });
  const { secret } = (await (await fetch(stage.service.setup, { method: "POST" })).json()) as { secret: string };
  const { items } = await call<{ items: { id: string; name: string }[] }>(stage.service.url, secret, "GET", "/v1/tenants");
  tenant = items.find(({ name }) => name === "sandbox")?.id ?? "";
});
after(async () => {
  await stage.stop();
  mailbox.stop();
});

const PASSWORD = "一只大熊猫 rides nine bikes";
/** The six digits that stand alone in the body of a mail: its code. */
const CODE = /\n\n[^]*?(?<!\d)(\d{6})(?!\d)/;

/** The code that an authenticator app shows now (RFC 6238: SHA-1, 30 seconds, six digits). */
function totp(secret: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/[^A-Z2-7]/g, "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", key).update(step).digest();
  const at = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

type Words = Record<string, string>;
const wordsOf = (lang: string): Words => JSON.parse(readFileSync(join(APP, `../../locales/pages/account.${lang}.json`), "utf8")) as Words;

/** A browser of a person, in their language. */
class Person {
  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly words: Words,
    readonly faults: string[] = [],
  ) {}

  static async open(lang: string): Promise<Person> {
    const context = await stage.browser.newContext({ locale: lang === "en" ? "en-GB" : "zh-CN", viewport: { width: 360, height: 800 } });
    const page = await context.newPage();
    const person = new Person(page, context, wordsOf(lang));
    page.on("pageerror", (error) => person.faults.push(error.message));
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== stage.front.url) person.faults.push(`asked ${new URL(request.url()).origin}`);
    });
    await page.goto(`${stage.front.url}/account?tenant=${tenant}`);
    return person;
  }

  /** Returns a text of the catalogue. */
  t(key: string): string {
    const text = this.words[key];
    assert.ok(text !== undefined, key);
    return text;
  }

  heading(key: string) {
    return this.page.getByRole("heading", { name: this.t(key), exact: true }).first().waitFor();
  }

  sees(key: string) {
    return this.page.getByText(this.t(key), { exact: true }).first().waitFor();
  }

  press(key: string, params: Record<string, string> = {}) {
    const name = this.t(key).replace(/\{(\w+)\}/g, (_, place: string) => params[place] ?? "");
    return this.page.getByRole("button", { name, exact: true }).click();
  }

  type(name: string, value: string) {
    return this.page.locator(`input[name="${name}"]:visible`).fill(value);
  }

  async look(name: string) {
    this.faults.push(...(await look(this.page, name, FEW)));
    await this.page.setViewportSize({ width: 360, height: 800 });
  }

  /** Confirms what is asked for with a printed code: another way than the first one. */
  async byPrintedCode(code: string) {
    await this.press("factor.recovery_code");
    await this.type("code", code);
    await this.press("go_on");
  }

  async password(login: string, password: string) {
    await this.heading("sign_in.title");
    await this.type("login", login);
    await this.type("password", password);
    await this.press("go_on");
  }
}

for (const [lang, short] of [["en", "en"], ["zh-CN", "zh"]] as const) {
  test(`a person opens an account, secures it, signs in and takes a device away: ${short}`, async () => {
    const login = `ada.${short}@example.com`;
    const one = await Person.open(lang);
    await one.heading("sign_in.title");
    await one.look(`account-sign-in-${short}`);

    await one.press("outside.register");
    await one.type("to", login);
    await one.press("register.send");
    await one.heading("register.code_title");
    await one.type("code", await mailbox.next(CODE));
    await one.press("go_on");
    await one.heading("register.account_title");
    await one.look(`account-password-${short}`);
    await one.type("password", "password1");
    await one.press("register.open");
    await one.sees("problem.password_common");
    await one.type("password", PASSWORD);
    await one.press("register.open");

    await one.heading("overview.title");
    await one.sees("trust.trusted");
    await one.type("phrase", "blue whale 42");
    await one.press("overview.phrase_keep");
    await one.page.locator(".phrase", { hasText: "blue whale 42" }).waitFor();
    await one.look(`account-overview-${short}`);

    // Printed codes, confirmed by a mail; an authenticator app, confirmed by one of them.
    await one.page.getByRole("link", { name: one.t("nav.security") }).click();
    await one.heading("security.title");
    await one.press("security.codes_draw");
    await one.press("ways.send");
    await one.type("code", await mailbox.next(CODE));
    await one.look(`account-confirm-${short}`);
    await one.press("go_on");
    const codes = one.page.locator("ol.codes code");
    await codes.first().waitFor();
    const printed = await codes.allInnerTexts();
    assert.equal(printed.length, 10);
    await one.press("security.app_add");
    await one.byPrintedCode(printed[0] ?? "");
    const secret = await one.page.locator(".qr + p code").innerText();
    await one.look(`account-security-${short}`);
    await one.type("code", totp(secret));
    await one.press("go_on");
    await one.sees("security.app_on");

    // The password is wrong, then right; the app is asked for first, and a printed code does, too.
    await one.press("sign_out");
    await one.password(login, "not it at all");
    await one.sees("problem.sign_in_failed");
    await one.password(login, PASSWORD);
    await one.heading("second.title");
    await one.page.getByText("blue whale 42").waitFor();
    await one.look(`account-second-${short}`);
    await one.type("code", "000000");
    await one.press("go_on");
    await one.sees("problem.factor_wrong");
    await one.byPrintedCode(printed[1] ?? "");
    await one.heading("overview.title");
    await one.sees("trust.trusted");

    // Another phone: it is known after two proofs, and withdrawals are held.
    const other = await Person.open(lang);
    await other.password(login, PASSWORD);
    await other.heading("second.title");
    await other.byPrintedCode(printed[2] ?? "");
    await other.heading("overview.held");
    await other.look(`account-held-${short}`);

    // The first phone takes it away again: its session is over at once.
    await one.page.getByRole("link", { name: one.t("nav.devices") }).click();
    await one.heading("devices.title");
    await one.look(`account-devices-${short}`);
    await one.page.locator("menshen-devices section").first().getByRole("button").click();
    await one.byPrintedCode(printed[3] ?? "");
    await one.sees("devices.revoked");
    await other.page.reload();
    await other.heading("sign_in.title");

    assert.deepEqual([...one.faults, ...other.faults], []);
    await Promise.all([one.context.close(), other.context.close()]);
  });
}
