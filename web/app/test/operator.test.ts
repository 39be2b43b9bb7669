// The pages of whoever runs the service, against a real one: webhooks with a receiver that listens, keys that open, a policy that is tried.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
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

/** Waits until the page says something; what it said before may still stand there. */
const says = (page: Page, text: string) => page.locator(".said").getByText(text, { exact: true }).waitFor();

/** A moment as a field of a form takes it, in this machine's time zone. */
const local = (at: number) => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/** Somebody of the first level, as an integrator hands them in; waits until the machine has judged. */
async function judged(person: { country: string; name: string; birth_date: string; number: string }): Promise<void> {
  const { id: applicant } = await call<{ id: string }>(service.url, key, "POST", "/v1/applicants", { external_id: person.number });
  const { id } = await call<{ id: string }>(service.url, key, "POST", "/v1/verifications", { applicant, level: "L1" });
  await call(service.url, key, "PUT", `/v1/verifications/${id}/data`, { document: "passport", ...person });
  await call(service.url, key, "POST", `/v1/verifications/${id}/submit`);
  while ((await call<{ processing: boolean }>(service.url, key, "GET", `/v1/verifications/${id}`)).processing) await sleep(100);
}

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
  await says(page, "Copied.");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
  await see(page, "webhooks");
  await page.getByRole("button", { name: "I have kept it" }).click();
  assert.equal(await page.locator(".once").count(), 0);
  await page.getByRole("link", { name: receiver.url }).click();
  await page.getByRole("button", { name: "Send a test" }).click();
  await says(page, "A test is on its way.");
  const got = await receiver.next();
  assert.equal((JSON.parse(got.body) as { type: string }).type, "webhook.test");
  assert.ok(got.signedWith(secret));
  await page.getByRole("cell", { name: "Accepted" }).waitFor();
});

trial("a delivery that fails stands in the log with its answer and its next try, and is sent again by hand", async () => {
  const { page } = people.operator;
  receiver.answer(503);
  await page.getByRole("button", { name: "Send a test" }).click();
  const failed = await receiver.next();
  const row = page.getByRole("row").nth(1);
  await row.getByText("Failed, is tried again").waitFor();
  assert.match((await row.textContent()) ?? "", /HTTP 503, the receiver did not accept it/);
  assert.match((await row.textContent()) ?? "", /in \d+ sec/);
  await see(page, "webhook");
  receiver.answer(204);
  receiver.forget();
  await row.getByRole("button", { name: /^Send again/ }).click();
  await says(page, "It is sent again.");
  const again = await receiver.next();
  assert.equal(again.id, failed.id);
  await row.getByText("Accepted").waitFor();
});

trial("an address is turned off and on, changed, given another secret, and removed", async () => {
  const { page } = people.operator;
  await page.getByRole("button", { name: "Turn off" }).click();
  await page.getByText("Off", { exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Send a test" }).isDisabled(), true);
  await page.getByRole("button", { name: "Turn on" }).click();
  await page.getByRole("button", { name: "Change", exact: true }).click();
  assert.equal(await page.getByLabel(/^Failed verification.failed/).isChecked(), true);
  await page.getByLabel(/^Failed verification.failed/).uncheck();
  await page.getByLabel(/^Verified verification.verified/).uncheck();
  await page.getByRole("button", { name: "Save" }).click();
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
  await says(page, "The key was revoked.");
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
  await says(page, "It stands on the signed list.");
  await page.getByLabel("Channel", { exact: true }).fill("exchange.example");
  await page.getByRole("button", { name: "Name a channel" }).click();
  await page.getByRole("rowheader", { name: "exchange.example" }).waitFor();
  await page.getByRole("heading", { name: `Signed list no. ${before + 2}`, exact: true }).waitFor();
  await see(page, "channels");
  await page.getByRole("button", { name: "Take off (exchange.example)" }).click();
  await confirm(page, "Take off");
  await page.getByRole("rowheader", { name: "exchange.example" }).waitFor({ state: "detached" });
  await page.getByRole("heading", { name: `Signed list no. ${before + 3}`, exact: true }).waitFor();
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
  await says(page, "It is announced.");
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
  await says(page, "The report is closed.");
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
  await says(page, "The key was made.");
  await page.getByText(/^will sign from/).waitFor();
  await page.getByRole("link", { name: "Example shop" }).click();
  await page.getByRole("heading", { name: "Example shop", level: 1 }).waitFor();
  assert.equal(await page.getByLabel("Date of birth").isChecked(), true);
  await page.getByLabel("Date of birth").uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await says(page, "Saved.");
  await page.getByRole("button", { name: "Draw another secret" }).click();
  await confirm(page, "Draw another secret");
  assert.notEqual(await page.locator(".once .secret").textContent(), secret);
  await see(page, "app");
  await page.getByRole("button", { name: "Remove" }).click();
  await confirm(page, "Remove");
  await says(page, "The app was removed.");
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
  await says(page, "The code can be used.");
  await see(page, "invitations");
  await page.getByRole("button", { name: "Take back (PANDA8)" }).click();
  await confirm(page, "Take back");
  await page.getByRole("row", { name: /PANDA8/ }).getByText(/^Taken back/).waitFor();
});

trial("whoever runs the installation imports a list, and who audits sees its versions and the exceptions", async () => {
  const { page } = people.auditor;
  await open(page, "Lists", "Lists of sanctioned people");
  const take = async (files: Parameters<ReturnType<Page["locator"]>["setInputFiles"]>[0], key: string) => {
    await page.getByRole("combobox", { name: /^List/ }).selectOption("un");
    await page.getByLabel("Files").setInputFiles(files);
    await page.getByLabel("The installation's key", { exact: true }).fill(key);
    await page.getByRole("button", { name: "Import a list" }).click();
  };
  const file = (name: string, text: string) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(text) });
  const refused = page.locator("menshen-list-import .refusal");
  await take(file("un.xml", LISTED), "mk_live_not-the-key");
  assert.match(await refused.innerText(), /key/i);
  const key = await operatorKey(service);
  await take([file("sdn.csv", ""), file("other.csv", "")], key);
  await refused.getByText(/sdn\.csv, alt\.csv and add\.csv/).waitFor();
  await take(file("un.xml", LISTED.slice(0, LISTED.length / 2)), key);
  await refused.getByText(/not whole/).waitFor();
  await see(page, "lists-refused");
  await take(file("un.xml", LISTED), key);
  await says(page, "UN Security Council: in force. Entries: 1.");
  await page.getByRole("row", { name: /UN Security Council/ }).getByText("In force").waitFor();
  assert.match((await page.getByRole("row", { name: /UN Security Council/ }).textContent()) ?? "", /[0-9a-f]{64}/);
  assert.equal(await page.getByLabel("The installation's key", { exact: true }).inputValue(), "");
  await see(page, "lists");
});

trial("a policy is tried on past cases before it is put in force, and its faults stand at their place", async () => {
  const { page } = people.operator;
  for (const person of [
    { country: "UTO", name: "Anna Eriksson", birth_date: "1990-05-05", number: "L898902C3" },
    { country: "UTO", name: "Berta Olsen", birth_date: "1991-06-06", number: "L898903C3" },
    { country: "CHN", name: "Li Na", birth_date: "1992-07-07", number: "E12345678" },
  ]) await judged(person);
  await open(page, "Policy");
  const text = page.getByLabel("Text (TOML)");
  const own = await text.inputValue();
  assert.match((await page.locator(".plots").textContent()) ?? "", /Every other.*Passport/);
  const selected = () => text.evaluate((area: HTMLTextAreaElement) => area.value.slice(0, area.selectionStart).split("\n").length);
  const lineOf = (all: string, part: string) => all.slice(0, all.indexOf(part)).split("\n").length;
  for (const [from, to, at] of [
    ["near_expiry_days = 30", "near_expiry_days = = 30", "near_expiry_days"],
    ["near_expiry_days = 30", "near_expiry_daze = 30", "near_expiry_daze"],
    ["kind_certain = 0.75", "kind_certain = 7.5", "kind_certain"],
  ] as const) {
    const wrong = own.replace(from, to);
    assert.notEqual(wrong, own);
    await text.fill(wrong);
    await page.getByRole("button", { name: "Try on past cases" }).click();
    const line = lineOf(wrong, at);
    await page.getByRole("alert").getByText(new RegExp(`^Line ${line}, column`)).waitFor();
    assert.equal(await selected(), line);
  }
  await see(page, "policy-fault");
  // One of the three came with a document that is accepted no longer.
  const strict = own.replace(/^version = .*$/m, 'version = "strict"').replace('CHN = ["prc_id_card", "passport"]', 'CHN = ["prc_id_card"]');
  await text.fill(strict);
  await page.getByRole("button", { name: "Try on past cases" }).click();
  await page.getByText("3 past cases were judged again. 2 would end as they did. 1 would end otherwise.").waitFor();
  const change = page.locator(".tried tbody tr");
  assert.equal(await change.count(), 1);
  assert.match((await change.textContent()) ?? "", /approved.*Document not accepted/s);
  await page.getByText("Write a client's oldest version into the text").click();
  await page.getByLabel("Client", { exact: true }).fill("android");
  await page.getByLabel("Oldest version").fill("3.2.0");
  await page.getByRole("button", { name: "Write", exact: true }).click();
  await page.getByText("The text has changed since it was tried.").waitFor();
  assert.equal(await text.evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart, area.selectionEnd)), 'at_least = "3.2.0"');
  await see(page, "policy-tried");
  await page.getByRole("button", { name: "Put in force" }).click();
  await page.getByText("This text was not tried on past cases.").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Try on past cases" }).click();
  await page.getByText("The text has changed since it was tried.").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Put in force" }).click();
  await page.getByText("One past case would end otherwise.").waitFor();
  await confirm(page, "Put in force");
  await page.getByText("android", { exact: true }).waitFor();
  const { identity, toml } = await call<{ identity: string; toml: string }>(service.url, key, "GET", "/v1/policy");
  assert.match(identity, /^strict/);
  assert.match(toml, /at_least = "3\.2\.0"/);
});

trial("models are drawn with what was measured of them, and a weak one is said to approve nobody", async () => {
  const { page } = people.operator;
  await open(page, "Models", "Models and calibration");
  await page.getByText(/approves nobody alone/).waitFor();
  const told = await call<{ models: { name: string; in_use: boolean; calibration?: { points: { threshold: number; fnmr?: number }[] } }[] }>(service.url, key, "GET", "/v1/models");
  const used = told.models.find((model) => model.in_use);
  const point = used?.calibration?.points.at(-1);
  const table = page.getByRole("region", { name: used?.name ?? "", exact: true });
  assert.match((await table.textContent()) ?? "", new RegExp(String(point?.threshold).replace(".", "\\.")));
  assert.match((await page.locator(".det svg").first().getAttribute("aria-label")) ?? "", new RegExp(used?.name ?? "?"));
  assert.equal(await page.locator(".det > svg .det-mark").count(), told.models.flatMap((model) => model.calibration?.points ?? []).filter((one) => one.fnmr).length);
  await see(page, "models");
});

trial("a hold forbids an erasure until it is lifted; erasing asks for the end of the id", async () => {
  const { page } = people.operator;
  const { id } = await call<{ id: string }>(service.url, key, "POST", "/v1/applicants", { external_id: "to be erased" });
  await open(page, "Retention and holds");
  await page.getByText("5", { exact: false }).first().waitFor();
  await page.getByLabel("Applicant id").fill("019a0000-0000-7000-8000-000000000000");
  await page.getByRole("button", { name: "Look up" }).click();
  assert.match((await page.getByRole("alert").textContent()) ?? "", /no such record/);
  await page.getByLabel("Applicant id").fill(id);
  await page.getByRole("button", { name: "Look up" }).click();
  await page.getByLabel("Reason, a word or a case number").fill("case-2026-7");
  await page.getByRole("button", { name: "Place a hold" }).click();
  await says(page, "The hold is placed.");
  await page.getByText("Until it is lifted", { exact: true }).waitFor();
  const erase = async () => {
    await page.getByRole("button", { name: "Erase", exact: true }).click();
    const deed = page.getByRole("dialog").getByRole("button", { name: "Erase", exact: true });
    assert.equal(await deed.isDisabled(), true);
    await page.getByRole("dialog").getByRole("textbox").fill(id.slice(-6));
    return deed;
  };
  const deed = await erase();
  await see(page, "erase");
  await deed.click();
  assert.match((await page.getByRole("alert").textContent()) ?? "", /A legal hold forbids this/);
  await page.getByRole("button", { name: "Lift (case-2026-7)" }).click();
  await confirm(page, "Lift");
  await says(page, "The hold is lifted.");
  await see(page, "retention");
  await (await erase()).click();
  await says(page, "The person was erased.");
  await page.getByText("Erased", { exact: true }).waitFor();
  const { erased_at } = await call<{ erased_at?: string }>(service.url, key, "GET", `/v1/applicants/${id}`);
  assert.ok(erased_at);
});

trial("health says what is wrong and what to do, looks again by itself, and says when nothing answers", async () => {
  const { page } = people.operator;
  await open(page, "Health");
  await page.getByText("No mail server is named.").waitFor();
  await page.getByText("Set [mail] in the configuration.").waitFor();
  assert.match((await page.locator(".facts").first().textContent()) ?? "", /SQLite, ready/);
  await see(page, "health");
  const { toml } = await call<{ toml: string }>(service.url, key, "GET", "/v1/policy");
  await call(service.url, key, "PUT", "/v1/policy", { toml: `${toml}\n[screening]\nrequired = true\nlists = ["eu"]\n` });
  // The page looks again without anybody's doing.
  await page.getByText("EU financial sanctions: the policy asks for this list, and it was never imported.").waitFor({ timeout: 25_000 });
  await see(page, "health-fault");
  await call(service.url, key, "PUT", "/v1/policy", { toml });
  front.intercept = (request, response) => {
    if (!request.url?.startsWith("/v1/health")) return false;
    response.writeHead(429, { "Content-Type": "application/problem+json" }).end(JSON.stringify({ code: "busy", detail: "", status: 429, title: "", type: "" }));
    return true;
  };
  await page.getByText("Too much to do at the moment.").waitFor({ timeout: 25_000 });
  await page.getByText(/^What stands below is from/).waitFor();
  front.intercept = undefined;
  await page.getByText(/^What stands below is from/).waitFor({ state: "detached", timeout: 25_000 });
});

trial("tenants are seen with the installation's own key alone, which the page forgets", async () => {
  const { page } = people.operator;
  await page.goto(`${front.url}/console#/tenants`);
  await page.getByLabel("The installation's key", { exact: true }).fill(key);
  await page.getByRole("button", { name: "Open" }).click();
  assert.match((await page.getByRole("alert").textContent()) ?? "", /This key is not good/);
  await page.getByLabel("The installation's key", { exact: true }).fill("mk_live_not-a-key-of-anybody");
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("alert").waitFor();
  await see(page, "tenants-closed");
  await page.getByLabel("The installation's key", { exact: true }).fill(await operatorKey(service));
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("rowheader", { name: /Example Exchange/ }).waitFor();
  await page.getByLabel("Name").fill("Another Exchange");
  await page.getByRole("button", { name: "Create a tenant" }).click();
  const secret = (await page.locator(".once .secret").textContent()) ?? "";
  assert.equal(await status(secret, "/v1/policy"), 200);
  await see(page, "tenants");
  await page.goto(`${front.url}/console#/keys`);
  await page.goto(`${front.url}/console#/tenants`);
  await page.getByLabel("The installation's key", { exact: true }).waitFor();
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
