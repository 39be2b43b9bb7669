// The pages of whoever runs the service, against a real one: webhooks with a receiver that listens, keys that open, a policy that is tried.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { glance } from "./console-looks.js";
import { comeIn, type Person } from "./console-people.js";
import { APP, call, liveTenant, operatorKey, shoot, startBrowser, startFront, startService, type Front, type Service } from "./harness.js";
import { startReceiver, type Receiver } from "./receiver.js";

let service: Service;
let front: Front;
let browser: Browser;
let receiver: Receiver;
let key = "";
const people = {} as Record<"operator" | "reviewer" | "auditor", Person>;
const faults: string[] = [];
const seen: string[] = [];
const see = async (page: Page, name: string) => void seen.push(...(await glance(page, `operate-${name}`)));

before(async () => {
  // Receivers of tests are on this machine, where no webhook goes unless the operator says so.
  service = await startService(["--offline"], { webhooks: { allow_private: true, timeout_s: 2 } });
  [front, browser, receiver] = await Promise.all([startFront(service.url), startBrowser(), startReceiver()]);
  key = await liveTenant(service, "Example Exchange");
  for (const [role, name] of [["operator", "Olga"], ["reviewer", "Rita"], ["auditor", "Ada"]] as const) {
    const { invitation } = await call<{ invitation: string }>(service.url, key, "POST", "/v1/staff", { name, role });
    people[role] = await comeIn(browser, front.url, invitation, `${name.toLowerCase()}@example.com`, faults);
    await people[role].context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: front.url });
  }
});

after(async () => {
  await browser?.close();
  await Promise.all([front?.stop(), receiver?.stop(), service?.stop()]);
});

/** A test that leaves pictures where it fails. */
const trial = (name: string, body: () => Promise<void>) =>
  test(name, async () => {
    try {
      await body();
    } catch (error) {
      for (const [who, { page }] of Object.entries(people)) await shoot(page, `operate-failed-${who}`).catch(() => undefined);
      throw error;
    }
  });

/** Opens a page by its entry of the navigation. */
async function open(page: Page, entry: string, heading = entry): Promise<void> {
  await page.getByRole("navigation").getByRole("link", { name: entry, exact: true }).click();
  await page.getByRole("heading", { name: heading, exact: true, level: 1 }).waitFor();
}

/** Answers a dialogue that asks whether somebody is sure. */
async function confirm(page: Page, deed: string): Promise<void> {
  await page.getByRole("dialog").getByRole("button", { name: deed, exact: true }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

/** Waits for what the page says, and takes it away, so that the next thing is told from it. */
async function said(page: Page): Promise<string> {
  const text = (await page.locator(".said p").textContent()) ?? "";
  await page.evaluate(() => void window.dispatchEvent(new CustomEvent("menshen-say", { detail: "" })));
  return text;
}

/** A moment as a field of a form takes it, in this machine's time zone. */
const local = (at: number) => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/** A drawn list of one person who does not exist. */
const LISTED =
  '<?xml version="1.0" encoding="UTF-8"?><CONSOLIDATED_LIST dateGenerated="2026-11-02T23:00:03.428Z"><INDIVIDUALS><INDIVIDUAL>' +
  "<DATAID>1</DATAID><FIRST_NAME>FICTUS</FIRST_NAME><SECOND_NAME>EXEMPLARIUS</SECOND_NAME><UN_LIST_TYPE>SPECIMEN</UN_LIST_TYPE>" +
  "</INDIVIDUAL></INDIVIDUALS><ENTITIES></ENTITIES></CONSOLIDATED_LIST>";

/** Asks the service with a key, and returns the status alone. */
const status = async (secret: string, path: string) => (await fetch(service.url + path, { headers: { Authorization: `Bearer ${secret}` } })).status;

trial("the navigation names what a role may do, by what it is for, and folds away on a telephone", async () => {
  const { page } = people.operator;
  const entries = (of: Page) => of.getByRole("navigation").getByRole("link").allTextContents();
  assert.deepEqual((await entries(people.auditor.page)).slice(-1), ["Audit log"]);
  assert.equal((await entries(people.reviewer.page)).includes("Webhooks"), false);
  assert.equal((await entries(page)).includes("Cases"), false);
  await page.setViewportSize({ width: 360, height: 800 });
  const webhooks = page.getByRole("navigation").getByRole("link", { name: "Webhooks" });
  assert.equal(await webhooks.isVisible(), false);
  await page.getByRole("button", { name: /^Pages/ }).click();
  await shoot(page, "operate-navigation-360");
  await webhooks.click();
  await page.getByRole("heading", { name: "Webhooks", level: 1 }).waitFor();
  assert.equal(await webhooks.isVisible(), false);
  await page.setViewportSize({ width: 1440, height: 900 });
});

trial("an address is added with its events, its secret is shown once, and a test arrives signed", async () => {
  const { page } = people.operator;
  await open(page, "Webhooks");
  await page.getByText("No address yet.").waitFor();
  await page.getByLabel("Address").fill("http://example.invalid/hook");
  await page.getByRole("button", { name: "Add an address" }).click();
  assert.match((await page.getByRole("alert").textContent()) ?? "", /This address may not be used/);
  await page.getByLabel("Address").fill(receiver.url);
  await page.getByLabel(/^Failed verification.failed/).check();
  await page.getByLabel(/^Verified verification.verified/).check();
  await page.getByRole("button", { name: "Add an address" }).click();
  const secret = (await page.locator(".once .secret").textContent()) ?? "";
  assert.match(secret, /^whsec_/);
  await page.getByRole("button", { name: "Copy" }).click();
  assert.equal(await said(page), "Copied.");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
  await see(page, "webhooks");
  await page.getByRole("button", { name: "I have kept it" }).click();
  assert.equal(await page.locator(".once").count(), 0);
  await page.getByRole("link", { name: receiver.url }).click();
  await page.getByRole("button", { name: "Send a test" }).click();
  assert.equal(await said(page), "A test is on its way.");
  const got = await receiver.next();
  assert.equal((JSON.parse(got.body) as { type: string }).type, "webhook.test");
  assert.ok(got.signedWith(secret));
  await page.getByRole("cell", { name: "Accepted" }).waitFor();
});

trial("a delivery that fails stands in the log with its answer and its next try, and is sent again by hand", async () => {
  const { page } = people.operator;
  receiver.answer(503);
  await page.getByRole("button", { name: "Send a test" }).click();
  await said(page);
  const failed = await receiver.next();
  const row = page.getByRole("row").nth(1);
  await row.getByText("Failed, is tried again").waitFor();
  assert.match((await row.textContent()) ?? "", /HTTP 503, the receiver did not accept it/);
  assert.match((await row.textContent()) ?? "", /in \d+ sec/);
  await see(page, "webhook");
  receiver.answer(204);
  receiver.forget();
  await row.getByRole("button", { name: /^Send again/ }).click();
  assert.equal(await said(page), "It is sent again.");
  const again = await receiver.next();
  assert.equal(again.id, failed.id);
  await row.getByText("Accepted").waitFor();
});

trial("an address is turned off and on, changed, given another secret, and removed", async () => {
  const { page } = people.operator;
  await page.getByRole("button", { name: "Turn off" }).click();
  await said(page);
  await page.getByText("Off", { exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Send a test" }).isDisabled(), true);
  await page.getByRole("button", { name: "Turn on" }).click();
  await said(page);
  await page.getByRole("button", { name: "Change", exact: true }).click();
  assert.equal(await page.getByLabel(/^Failed verification.failed/).isChecked(), true);
  await page.getByLabel(/^Failed verification.failed/).uncheck();
  await page.getByLabel(/^Verified verification.verified/).uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await said(page);
  await page.getByRole("definition").filter({ hasText: /^All$/ }).waitFor();
  await page.getByLabel("The old secret signs for").selectOption("0");
  await page.getByRole("button", { name: "Draw another secret" }).click();
  await see(page, "webhook-sure");
  await confirm(page, "Draw another secret");
  const fresh = (await page.locator(".once .secret").textContent()) ?? "";
  receiver.forget();
  await page.getByRole("button", { name: "Send a test" }).click();
  const got = await receiver.next();
  assert.ok(got.signedWith(fresh));
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Remove" }).click();
  await confirm(page, "Remove");
  await page.getByText("No address yet.").waitFor();
});

trial("a key is made with what it may, opens until it is revoked, and never again", async () => {
  const { page } = people.operator;
  await open(page, "API keys");
  assert.equal(await page.getByLabel(/staff:write/).count(), 0);
  await page.getByLabel("What it is for").fill("Our shop");
  await page.getByLabel(/^Read verifications and their states/).check();
  await page.getByLabel("Ends after days").fill("30");
  await page.getByRole("button", { name: "Make a key" }).click();
  const secret = (await page.locator(".once .secret").textContent()) ?? "";
  assert.match(secret, /^mk_live_/);
  await see(page, "keys");
  assert.equal(await status(secret, "/v1/verifications"), 200);
  assert.equal(await status(secret, "/v1/policy"), 403);
  const row = page.getByRole("row").filter({ hasText: "Our shop" });
  assert.match((await row.textContent()) ?? "", /Until .* 2026/);
  await row.getByRole("button", { name: "Revoke (Our shop)" }).click();
  await confirm(page, "Revoke");
  await row.getByText(/^Revoked/).waitFor();
  assert.equal(await status(secret, "/v1/verifications"), 401);
});

trial("what is official is named and taken off, and the signed list counts each change", async () => {
  const { page } = people.operator;
  await open(page, "Official channels");
  const number = async () => Number(/\d+/.exec((await page.getByRole("heading", { name: /^Signed list no/ }).textContent()) ?? "")?.[0]);
  await page.getByRole("heading", { name: /^Signed list no/ }).waitFor();
  const before = await number();
  await page.getByLabel("Channel", { exact: true }).fill("*@gmail.com");
  await page.getByLabel("Kind").selectOption("mail_sender");
  await page.getByRole("button", { name: "Name a channel" }).click();
  assert.match((await page.getByRole("alert").textContent()) ?? "", /no channel that can be official/);
  await page.getByLabel("Kind").selectOption("social");
  await page.getByLabel("Platform").selectOption("telegram");
  await page.getByLabel("Channel", { exact: true }).fill("example_exchange");
  await page.getByRole("button", { name: "Name a channel" }).click();
  assert.equal(await said(page), "It stands on the signed list.");
  await page.getByLabel("Channel", { exact: true }).fill("exchange.example");
  await page.getByRole("button", { name: "Name a channel" }).click();
  await page.getByRole("rowheader", { name: "exchange.example" }).waitFor();
  await said(page);
  assert.equal(await number(), before + 2);
  await see(page, "channels");
  await page.getByRole("button", { name: "Take off (exchange.example)" }).click();
  await confirm(page, "Take off");
  await said(page);
  await page.getByRole("rowheader", { name: "exchange.example" }).waitFor({ state: "detached" });
  assert.equal(await number(), before + 3);
});

trial("an announcement is told in both languages, and withdrawn", async () => {
  const { page } = people.operator;
  await open(page, "Announcements");
  await page.getByText("Nothing is announced.").waitFor();
  await page.getByLabel("Kind").selectOption("maintenance");
  await page.getByLabel("In Chinese").fill("周日 02:00 至 04:00 停机维护。");
  await page.getByLabel("In English").fill("No service on Sunday from 02:00 to 04:00.");
  await page.getByLabel("Until").fill(local(Date.now() + 86_400_000));
  await page.getByRole("button", { name: "Announce" }).click();
  await confirm(page, "Announce");
  assert.equal(await said(page), "It is announced.");
  await page.locator("li").getByText("停机维护").waitFor();
  const { tenant } = (await page.evaluate(async () => (await fetch("/v1/session")).json())) as { tenant: { id: string } };
  const { payload } = (await (await fetch(`${service.url}/v1/public/${tenant.id}/announcements`)).json()) as { payload: string };
  assert.match(Buffer.from(payload, "base64").toString(), /No service on Sunday/);
  await see(page, "announcements");
  await page.getByRole("button", { name: /^Withdraw/ }).click();
  await confirm(page, "Withdraw");
  await page.getByText("Nothing is announced.").waitFor();
});

trial("a report of a stranger is opened with a warning and closed with what it is", async () => {
  const { page } = people.reviewer;
  const { tenant } = (await page.evaluate(async () => (await fetch("/v1/session")).json())) as { tenant: { id: string } };
  const sent = await fetch(`${service.url}/v1/public/${tenant.id}/reports`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ kind: "page", what: "https://exchange-example.invalid/<script>", note: "They asked for my code." }) });
  assert.equal(sent.status, 202);
  await open(page, "Reports");
  await page.locator(".row").click();
  await page.getByText("Anybody may have written this.").waitFor();
  assert.match((await page.locator(".detail code").textContent()) ?? "", /exchange-example\.invalid/);
  assert.equal(await page.locator(".detail a").count(), 0);
  await see(page, "reports");
  await page.getByLabel("It pretends to be us: watch it").check();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  assert.equal(await said(page), "The report is closed.");
  await page.getByText("No reports here.").waitFor();
  await page.getByRole("button", { name: "Closed" }).click();
  await page.locator(".row").getByText("It pretends to be us: watch it").waitFor();
});

trial("an app is registered, changed, given another secret, and the keys that sign follow each other", async () => {
  const { page } = people.operator;
  await open(page, "Apps");
  await page.getByLabel("Name, as people are shown it").fill("Example shop");
  await page.getByLabel("Addresses that people are sent back to").fill("http://shop.example/back");
  await page.getByRole("button", { name: "Register an app" }).click();
  assert.match((await page.getByRole("alert").textContent()) ?? "", /An address may not be used/);
  await page.getByLabel("Addresses that people are sent back to").fill("https://shop.example/back\nhttps://shop.example/again");
  await page.getByLabel("Date of birth").check();
  await page.getByRole("button", { name: "Register an app" }).click();
  const secret = (await page.locator(".once .secret").textContent()) ?? "";
  assert.ok(secret.length > 20);
  await see(page, "apps");
  await page.getByRole("button", { name: "Make the next key" }).click();
  await confirm(page, "Make the next key");
  assert.equal(await said(page), "The key was made.");
  await page.getByText(/^will sign from/).waitFor();
  await page.getByRole("link", { name: "Example shop" }).click();
  await page.getByRole("heading", { name: "Example shop", level: 1 }).waitFor();
  assert.equal(await page.getByLabel("Date of birth").isChecked(), true);
  await page.getByLabel("Date of birth").uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  assert.equal(await said(page), "Saved.");
  await page.getByRole("button", { name: "Draw another secret" }).click();
  await confirm(page, "Draw another secret");
  assert.notEqual(await page.locator(".once .secret").textContent(), secret);
  await see(page, "app");
  await page.getByRole("button", { name: "Remove" }).click();
  await confirm(page, "Remove");
  assert.equal(await said(page), "The app was removed.");
  await page.getByText("No app is registered.").waitFor();
});

trial("an invitation code is made with what it gives, and taken back", async () => {
  const { page } = people.operator;
  await open(page, "Invitation codes");
  await page.getByLabel("Code", { exact: true }).fill("panda8");
  await page.getByLabel("Who invites, as people are shown it").fill("Panda community");
  await page.getByLabel("What is gained, JSON").fill("20 %");
  await page.getByRole("button", { name: "Make a code" }).click();
  assert.match((await page.getByRole("alert").textContent()) ?? "", /This is no JSON object/);
  await page.getByLabel("What is gained, JSON").fill('{"fee_discount": "0.20"}');
  await page.getByRole("button", { name: "Make a code" }).click();
  assert.equal(await said(page), "The code can be used.");
  await see(page, "invitations");
  await page.getByRole("button", { name: "Take back (PANDA8)" }).click();
  await confirm(page, "Take back");
  await page.getByRole("row", { name: /PANDA8/ }).getByText(/^Taken back/).waitFor();
});

trial("the versions of lists stand with their hashes, and who audits sees the exceptions", async () => {
  const imported = await fetch(`${service.url}/v1/screening/lists/un`, { method: "PUT", headers: { Authorization: `Bearer ${await operatorKey(service)}`, "Content-Type": "application/xml" }, body: LISTED });
  assert.equal(imported.status, 201, await imported.text());
  const { page } = people.auditor;
  await open(page, "Lists", "Lists of sanctioned people");
  await page.getByRole("row", { name: /UN Security Council/ }).getByText("In force").waitFor();
  assert.match((await page.getByRole("row", { name: /UN Security Council/ }).textContent()) ?? "", /[0-9a-f]{64}/);
  await see(page, "lists");
});

trial("tenants are seen with the installation's own key alone, which the page forgets", async () => {
  const { page } = people.operator;
  await page.goto(`${front.url}/console#/tenants`);
  await page.getByLabel("The installation's key").fill(key);
  await page.getByRole("button", { name: "Open" }).click();
  assert.match((await page.getByRole("alert").textContent()) ?? "", /This key is not good/);
  await page.getByLabel("The installation's key").fill("mk_live_not-a-key-of-anybody");
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("alert").waitFor();
  await see(page, "tenants-closed");
  await page.getByLabel("The installation's key").fill(await operatorKey(service));
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("rowheader", { name: /Example Exchange/ }).waitFor();
  await page.getByLabel("Name").fill("Another Exchange");
  await page.getByRole("button", { name: "Create a tenant" }).click();
  const secret = (await page.locator(".once .secret").textContent()) ?? "";
  assert.equal(await status(secret, "/v1/policy"), 200);
  await see(page, "tenants");
  await page.goto(`${front.url}/console#/keys`);
  await page.goto(`${front.url}/console#/tenants`);
  await page.getByLabel("The installation's key").waitFor();
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.equal(stored.includes("mk_"), false);
});

trial("nothing was wider than its window, nothing failed axe, and no page complained", async () => {
  assert.deepEqual(seen, []);
  assert.deepEqual(faults, []);
});

test("the page knows every event that the service tells of, and words for each in both languages", () => {
  const source = readFileSync(join(APP, "../../crates/core/src/event.rs"), "utf8");
  const events = [...source.matchAll(/serde\(rename = "([a-z_.]+)"\)/g)].map((found) => found[1] ?? "");
  const offered = [...readFileSync(join(APP, "src/console/operate/events.ts"), "utf8").matchAll(/"([a-z_]+\.[a-z_]+)"/g)].map((found) => found[1] ?? "").filter((name) => !name.startsWith("webhook."));
  assert.deepEqual([...new Set(offered)].sort(), events.filter((name) => name !== "webhook.test").sort());
  for (const language of ["en", "zh-CN"]) {
    const words = JSON.parse(readFileSync(join(APP, `../../locales/pages/operate.${language}.json`), "utf8")) as Record<string, string>;
    assert.deepEqual(events.filter((name) => !words[`event.${name}`]), []);
  }
});
