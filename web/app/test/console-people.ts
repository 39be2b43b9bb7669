// How people come into the console in a test: invited, enrolled, signed in, as a browser does it.
import { createHmac } from "node:crypto";
import type { Browser, BrowserContext, Page } from "playwright-core";

/** Somebody with a browser of their own. */
export interface Person {
  context: BrowserContext;
  page: Page;
  login: string;
  recovery: string[];
}

/** A password that nobody else has. */
export const PASSWORD = "stone lanterns by the east gate";

/** Returns the code of an authenticator app, RFC 6238 with SHA-1, 30 seconds, six digits. */
export function totp(secret: string, at = Date.now()): string {
  const bits = [...secret.replace(/\s/g, "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const hash = createHmac("sha1", key).update(step).digest();
  const from = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(from) & 0x7fff_ffff) % 1_000_000).padStart(6, "0");
}

/** Opens a browser of one's own on the console; `faults` gets whatever the page complains of. */
export async function visit(browser: Browser, url: string, faults: string[]): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1440, height: 900 }, acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    // Refusals are part of the tests; a broken policy or script is not.
    if (message.type() === "error" && !/status of (401|403|404|409|422|429)/.test(message.text())) faults.push(message.text());
  });
  await page.goto(url);
  return { context, page };
}

/** Fills in an enrolment and keeps what it shows. Leaves the person at the recovery codes. */
export async function enrol(page: Page, login: string): Promise<string[]> {
  const secret = (await page.locator(".secret").textContent()) ?? "";
  await page.getByLabel("Login").fill(login);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByLabel(/Six digits/).fill(totp(secret));
  await page.getByRole("button", { name: "Finish" }).click();
  await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();
  return page.locator(".recovery code").allTextContents();
}

/** Comes in by an invitation. */
export async function comeIn(browser: Browser, url: string, invitation: string, login: string, faults: string[]): Promise<Person> {
  const { context, page } = await visit(browser, `${url}/console#invitation=${invitation}`, faults);
  await page.locator(".secret").waitFor();
  const recovery = await enrol(page, login);
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.locator("nav.side").waitFor();
  return { context, page, login, recovery };
}

/** Signs in with password and a recovery code: a code of the app is good once in half a minute, and tests do not wait. */
export async function signIn(person: Person): Promise<void> {
  const { page } = person;
  await page.getByLabel("Login").fill(person.login);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Code").fill(person.recovery.pop() ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("nav.side").waitFor();
}
