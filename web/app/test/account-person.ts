import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { APP, look } from "./harness.js";
import type { Mailbox } from "./mailbox.js";
import { FEW } from "./stage.js";

export const PASSWORD = "一只大熊猫 rides nine bikes";
/** The six digits that stand alone in the body of a mail: its code. */
export const CODE = /\n\n[^]*?(?<![\w-])(\d{6})(?![\w-])/;

/** The code that an authenticator app shows now (RFC 6238: SHA-1, 30 seconds, six digits). */
export function totp(secret: string): string {
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

/** Where accounts are: a browser, and what serves their page. */
export interface Place {
  browser: Browser;
  front: { url: string };
}

/** A browser of a person, in their language. */
export class Person {
  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly words: Words,
    readonly faults: string[] = [],
  ) {}

  /** Opens the page of a tenant's accounts. `front` is where it is served; `before` is done with the page before it is opened. */
  static async open({ browser, front }: Place, tenant: string, lang: string, before?: (page: Page) => Promise<void>): Promise<Person> {
    const context = await browser.newContext({ locale: lang === "en" ? "en-GB" : "zh-CN", viewport: { width: 360, height: 800 } });
    // A slow machine, on which several tests run beside each other.
    context.setDefaultTimeout(40_000);
    const page = await context.newPage();
    const person = new Person(page, context, wordsOf(lang));
    page.on("pageerror", (error) => person.faults.push(error.message));
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (origin !== front.url && protocol !== "data:" && protocol !== "blob:") person.faults.push(`asked ${origin}`);
    });
    await before?.(page);
    await page.goto(`${front.url}/account?tenant=${tenant}`);
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

  /** Types the code of the way that is walked. */
  async shows(code: string) {
    const ways = this.page.locator("menshen-ways:visible");
    await ways.locator('input[name="code"]').fill(code);
    await ways.getByRole("button", { name: this.t("go_on"), exact: true }).click();
  }

  /** Confirms what is asked for with a printed code: another way than the first one. */
  async byPrintedCode(code: string) {
    await this.press("factor.recovery_code");
    await this.shows(code);
  }

  async password(login: string, password: string) {
    await this.heading("sign_in.title");
    await this.type("login", login);
    await this.type("password", password);
    await this.press("go_on");
  }

  /** Goes to a page of the account. */
  async go(page: string) {
    await this.page.getByRole("link", { name: this.t(`nav.${page}`), exact: true }).click();
  }

  /** Opens an account by mail. */
  async register(login: string, mailbox: Mailbox, password = PASSWORD) {
    await this.press("outside.register");
    await this.type("to", login);
    await this.press("register.send");
    await this.heading("register.code_title");
    await this.type("code", await mailbox.next(CODE));
    await this.press("go_on");
    await this.heading("register.account_title");
    await this.type("password", password);
    await this.press("register.open");
    await this.heading("overview.title");
  }

  /** Confirms what is asked for with a code by mail. */
  async byMail(mailbox: Mailbox) {
    await this.press("ways.send");
    await this.shows(await mailbox.next(CODE));
  }
}
