// The console against a real service with real cases: people are invited, sign in, claim, look, decide, answer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { comeIn, enrol, PASSWORD, signIn, visit, type Person } from "./console-people.js";
import { glance } from "./console-looks.js";
import { call, seed, type Seeded } from "./console-seed.js";
import { shoot, startBrowser, startFront, startService, type Front, type Service } from "./harness.js";

let service: Service;
let front: Front;
let browser: Browser;
let seeded: Seeded;
let url = "";
const faults: string[] = [];
const seen: string[] = [];
const people = {} as Record<"operator" | "reviewer" | "senior" | "auditor", Person>;
const see = async (page: Page, name: string) => void seen.push(...(await glance(page, name)));

before(async () => {
  service = await startService(["--offline"]);
  front = await startFront(service.url);
  url = front.url;
  browser = await startBrowser();
  seeded = await seed({ url: service.url, setup: service.setup });
});

after(async () => {
  await browser?.close();
  await front?.stop();
  await service?.stop();
});

/** The state of a verification, as the integrator reads it. */
const verification = (id: string) => call<{ status: string; next: { step: string }[] }>(service.url, `/v1/verifications/${id}`, seeded.key);

/** Opens the first case of a queue that nobody holds. */
async function claim(page: Page, queue: string): Promise<void> {
  await page.goto(`${url}/console#/queue`);
  await page.getByRole("button", { name: new RegExp(`^${queue}`) }).first().click();
  // The cursor begins at the first case that can be taken.
  await page.getByRole("button", { name: /^(Claim|Go on)/ }).click();
  await page.locator(".case-body").waitFor();
}

async function lookAt(page: Page, purpose = "Compare the faces"): Promise<void> {
  await page.getByRole("button", { name: purpose }).click();
  await page.locator("menshen-picture image").nth(2).waitFor();
}

/** Waits for what the page says, and takes it away, so that the next thing is told from it. */
async function said(page: Page): Promise<string> {
  const text = (await page.locator(".said p").textContent()) ?? "";
  await page.evaluate(() => void window.dispatchEvent(new CustomEvent("menshen-say", { detail: "" })));
  return text;
}

/** A test that leaves pictures where it fails. */
/** A session that ended at its second cue, as the service hands it over. */
const LIVENESS = {
  frames: 96, one_face: 95, continuity: 0.61, spoof: null, frozen: 0.1, repeated: 0,
  signs: { light: null, relief: { residual: 0.21, turn: 31 }, cuts: 0, grain: 0.03, noise: 1.4, moire: 0.05, border: 0.1, bands: 0.004, flicker: 0.01 },
  live: {
    mode: "usual", bits: 31.5, cues_left: 1, colours: 0, replayed: 0, stopped: { kind: "not_done" },
    cues: [{ cue: "turn_left", shown_ms: 1800, began_ms: 2500 }, { cue: "nod", shown_ms: 5100, began_ms: null }],
    timing: { frames: 96, lost: 2, rate: 9.9, bent: 0, claimed_jitter_ms: 5.2, reconnects: 1 },
    source: { virtual_camera: false, unnamed: false, contradictory: false },
  },
};

const trial = (name: string, body: () => Promise<void>) =>
  test(name, async () => {
    try {
      await body();
    } catch (error) {
      for (const [who, { page }] of Object.entries(people)) await shoot(page, `console-failed-${who}`).catch(() => undefined);
      throw error;
    }
  });

trial("an invitation leads to a sign-in of one's own, and leaves no trace in the address", async () => {
  const invited = await comeIn(browser, url, seeded.invitations.operator, "olga@example.com", faults);
  people.operator = invited;
  const { page } = invited;
  await page.getByRole("navigation").getByRole("link", { name: "Staff" }).click();
  await page.getByRole("heading", { name: "Staff" }).waitFor();
  assert.equal(invited.recovery.length, 10);
  await page.getByLabel("Name").fill("Rita Moreno");
  await page.getByRole("button", { name: "Make the invitation" }).click();
  const link = (await page.locator(".notice code").textContent()) ?? "";
  assert.match(link, /\/console#invitation=mi_/);
  await see(page, "staff");

  const rita = await visit(browser, url + new URL(link).pathname + new URL(link).hash, faults);
  await rita.page.locator(".qr").waitFor();
  assert.equal(await rita.page.evaluate(() => location.href.includes("mi_")), false);
  await see(rita.page, "enrol");
  const recovery = await enrol(rita.page, "rita@example.com");
  await see(rita.page, "recovery");
  await rita.page.getByRole("button", { name: "I have kept them" }).click();
  await rita.page.getByRole("heading", { name: "Cases" }).waitFor();
  people.reviewer = { ...rita, login: "rita@example.com", recovery };
  people.senior = await comeIn(browser, url, seeded.invitations.senior, "sam@example.com", faults);
  people.auditor = await comeIn(browser, url, seeded.invitations.auditor, "ada@example.com", faults);
});

trial("who signs in shows a password and a second thing, and the page keeps no secret", async () => {
  const { page } = people.reviewer;
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Login").waitFor();
  await see(page, "sign-in");
  await page.getByLabel("Login").fill("rita@example.com");
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Continue" }).click();
  assert.equal(await page.getByRole("alert").textContent(), "Login or password is wrong.");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Code").waitFor();
  await see(page, "factor");
  await page.getByLabel("Code").fill("000000");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByRole("button", { name: "Start again" }).click();
  await signIn(people.reviewer);
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie);
  assert.equal(stored.replace('{"menshen-language":"en"}', ""), "");
});

trial("a queue is worked through by the keyboard", async () => {
  const { page } = people.reviewer;
  await page.locator(".row").first().waitFor();
  assert.equal(await page.locator(".row").count(), seeded.pending.length);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  assert.equal(await page.locator('.row[aria-current="true"]').getAttribute("data-case"), await page.locator(".row").nth(1).getAttribute("data-case"));
  await see(page, "queue");
  await page.keyboard.press("?");
  await page.getByRole("heading", { name: "What the keys do" }).waitFor();
  await see(page, "help");
  await page.keyboard.press("Escape");
  await page.getByLabel("Waiting time").selectOption("60");
  await page.getByText("Nothing waits here.").waitFor();
  await page.getByLabel("Waiting time").selectOption("");
  // The second came with a card of two sides.
  await page.locator(".row").nth(1).focus();
  await page.keyboard.press("Enter");
  await page.locator(".purpose").waitFor();
});

trial("pictures come after a purpose, which the log keeps, and are zoomed, turned and drawn upon", async () => {
  const { page } = people.reviewer;
  let looks = 0;
  page.on("request", (request) => void (looks += request.url().includes("/images/") ? 1 : 0));
  assert.equal(await page.locator("menshen-picture").count(), 0);
  await see(page, "purpose");
  assert.equal(looks, 0);
  await lookAt(page);
  // The portrait is a part of the front: three photos, four pictures.
  await page.locator("menshen-picture image").nth(3).waitFor();
  assert.equal(looks, 3);
  const glass = page.locator("menshen-picture .glass").first();
  const moved = () => glass.locator("svg > g").getAttribute("transform");
  const before = await moved();
  await glass.focus();
  await page.keyboard.press("+");
  assert.notEqual(await moved(), before);
  await page.keyboard.press("r");
  assert.match((await moved()) ?? "", /rotate\(90\)/);
  await page.keyboard.press("0");
  assert.equal(await moved(), before);
  await glass.hover();
  await page.mouse.wheel(0, -400);
  assert.notEqual(await moved(), before);
  await page.keyboard.press("0");
  assert.equal(await glass.locator(".region.field").count(), 0);
  await page.keyboard.press("o");
  await glass.locator(".region.field").nth(4).waitFor();
  await see(page, "case");
  await page.getByLabel("Note for colleagues").fill("The portrait looks right.");
  await page.getByRole("button", { name: "Keep the note" }).click();
  await page.getByText("The portrait looks right.").waitFor();
});

trial("a live check is explained: what was asked, when it was answered, and every sign", async () => {
  const { page } = people.reviewer;
  const cases = /\/v1\/review\/cases\/[\w-]+$/;
  await page.route(cases, async (route) => {
    const response = await route.fetch();
    const found = (await response.json()) as { evidence: { measured: Record<string, unknown> } };
    found.evidence.measured["liveness"] = LIVENESS;
    await route.fulfill({ response, json: found });
  });
  await page.reload();
  await page.getByRole("heading", { name: "Live check" }).waitFor();
  await page.getByText("answered after 0.7 s").waitFor();
  await page.getByText("The last action was not seen in its time.").waitFor();
  assert.equal(await page.locator("section.live dt").count(), 15);
  assert.equal(await page.locator("section.live").getByText("not measured").count(), 3);
  await see(page, "live");
  await page.locator("section.live").scrollIntoViewIfNeeded();
  await shoot(page, "console-live-scrolled");
  await page.unroute(cases);
  await page.reload();
  await page.locator(".reasons").first().waitFor();
  assert.equal(await page.getByRole("heading", { name: "Live check" }).count(), 0);
});

trial("an approval takes a second person, who sees neither vote nor note of the first", async () => {
  const { page } = people.reviewer;
  const id = /case\/([\w-]+)/.exec(page.url())?.[1] ?? "";
  await page.keyboard.press("a");
  await page.getByRole("heading", { name: "Approve" }).waitFor();
  await page.keyboard.press("Control+Enter");
  assert.match(await said(page), /A second person must agree/);
  await page.goto(`${url}/console#/case/${id}`);
  await page.getByText("You have voted in this case. Others go on.").waitFor();

  const senior = people.senior.page;
  await senior.goto(`${url}/console#/case/${id}`);
  await senior.getByText(/second pair of eyes/).waitFor();
  await senior.getByRole("button", { name: "Claim" }).click();
  await lookAt(senior);
  assert.equal(await senior.getByText("The portrait looks right.").count(), 0);
  await senior.keyboard.press("a");
  await senior.keyboard.press("Control+Enter");
  assert.match(await said(senior), /Settled/);
  const states = await Promise.all(seeded.pending.map(verification));
  assert.equal(states.filter(({ status }) => status === "verified").length, 1);
});

trial("a refusal has reasons, and one person gives it", async () => {
  const { page } = people.reviewer;
  await claim(page, "Review");
  await page.keyboard.press("x");
  await page.getByRole("heading", { name: "Refuse" }).waitFor();
  await page.getByLabel("Find a reason").fill("face");
  await page.getByLabel("Faces not alike").check();
  await see(page, "refuse");
  await page.getByRole("button", { name: /^Refuse/ }).last().click();
  await said(page);
  const states = await Promise.all(seeded.pending.map(verification));
  assert.equal(states.filter(({ status }) => status === "failed").length, 1);
});

trial("one step is asked for again", async () => {
  const { page } = people.reviewer;
  await claim(page, "Review");
  await page.keyboard.press("g");
  const confirm = page.getByRole("button", { name: /^Ask again/ }).last();
  await page.getByLabel("Selfie", { exact: true }).check();
  await page.getByLabel("Face blurred").check();
  await see(page, "ask-again");
  await confirm.click();
  await said(page);
  const states = await Promise.all(seeded.pending.map(verification));
  assert.equal(states.filter(({ next }) => next.some(({ step }) => step === "selfie")).length, 1);
});

trial("an appeal shows the disputed reason, the differing character and the statement", async () => {
  const { page } = people.senior;
  await claim(page, "Appeals");
  assert.deepEqual(await page.locator(".compare .differs mark").allTextContents(), ["溪", "曦"]);
  await lookAt(page, "Read the fields");
  await page.locator(".statement menshen-picture").waitFor();
  await page.locator(".region.reason").first().waitFor();
  await see(page, "appeal");
  await page.keyboard.press("a");
  await page.keyboard.press("Control+Enter");
  assert.match(await said(page), /A second person must agree/);
});

trial("a ticket is answered with a case code, and closed", async () => {
  const { page } = people.reviewer;
  await page.goto(`${url}/console#/tickets`);
  await page.locator("a.row").first().click();
  await page.locator(".messages menshen-picture").waitFor();
  await see(page, "ticket");
  await page.getByRole("button", { name: "Draw a code" }).click();
  await page.getByText(/good until/).first().waitFor();
  await page.getByLabel("Your answer").fill("Hold the card flat in daylight, please.");
  await page.getByRole("button", { name: "Send the answer" }).click();
  assert.match(await said(page), /case code [\w-]{9}/);
  await page.getByRole("button", { name: "Close the ticket" }).click();
  await page.getByText("The ticket is closed.").waitFor();
});

trial("figures stand in plots and in tables", async () => {
  const { page } = people.senior;
  await page.goto(`${url}/console#/statistics`);
  await page.getByRole("heading", { name: "Reasons by week" }).waitFor();
  await page.locator(".plot summary").first().click();
  assert.equal(await page.locator(".plot").first().locator("tbody tr").count(), 12);
  await see(page, "statistics");
});

trial("a hit in a list is read and cleared with a reason", async () => {
  const { page } = people.senior;
  await page.goto(`${url}/console#/hits`);
  await page.locator(".row").first().click();
  await page.getByText("FICTUS EXEMPLARIUS").first().waitFor();
  await see(page, "hits");
  await page.getByLabel("Reason").fill("Another place of birth, by the passport.");
  await page.getByRole("button", { name: "Another person: clear" }).click();
  assert.match(await said(page), /Kept/);
  await page.getByText("No hits here.").waitFor();
  await page.getByRole("button", { name: "Cleared" }).click();
  await page.locator(".row").first().waitFor();
  assert.equal(await page.locator(".row").count(), 1);
});

trial("a new password holds at once, and ends what was open elsewhere", async () => {
  const auditor = people.auditor;
  const elsewhere = await visit(browser, `${url}/console`, faults);
  await signIn({ ...auditor, ...elsewhere });
  const { page } = auditor;
  await page.goto(`${url}/console#/account`);
  await page.getByText("this one").waitFor();
  await see(page, "account");
  await page.getByLabel("Present password").fill("not the password");
  await page.getByLabel("New password").fill("four paper umbrellas");
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Present password").fill(PASSWORD);
  await page.getByRole("button", { name: "Change the password" }).click();
  assert.match(await said(page), /The password is changed/);
  await elsewhere.page.goto(`${url}/console#/queue`);
  await elsewhere.page.reload();
  await elsewhere.page.getByLabel("Login").waitFor();
  await elsewhere.context.close();
});

trial("a colleague gets another role, and is let in no longer", async () => {
  const { page } = people.operator;
  await page.goto(`${url}/console#/staff`);
  await page.getByLabel("Name").fill("Otto");
  await page.getByRole("button", { name: "Make the invitation" }).click();
  await page.getByText("Give this link to Otto").waitFor();
  await page.getByLabel("Role (Otto)").selectOption("auditor");
  assert.match(await said(page), /The role holds/);
  const otto = async () => {
    const { items } = await call<{ items: { name: string; role: string; disabled_at: string | null }[] }>(service.url, "/v1/staff", seeded.key);
    return items.find(({ name }) => name === "Otto");
  };
  assert.equal((await otto())?.role, "auditor");
  await page.getByRole("button", { name: "Disable (Otto)" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  assert.match(await said(page), /no longer/);
  assert.notEqual((await otto())?.disabled_at, null);
});

trial("an auditor reads codes and the log, and what a role may not do is not offered", async () => {
  const { page } = people.auditor;
  await page.goto(`${url}/console#/audit`);
  await page.locator("tbody tr").first().waitFor();
  await page.getByLabel("Action").selectOption("review.image_read");
  await page.getByText("compare_faces").nth(2).waitFor();
  assert.ok((await page.locator("tbody tr").count()) >= 3);
  await see(page, "audit");
  for (const name of ["Download a signed checkpoint", /Download the proof of entry/]) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name }).first().click()]);
    assert.equal(await download.failure(), null);
  }
  assert.equal(await page.getByRole("link", { name: "Tickets" }).count(), 0);
  await page.goto(`${url}/console#/queue`);
  await page.getByRole("button", { name: /^Appeals/ }).click();
  await page.locator(".row").first().click();
  assert.equal(await page.getByRole("button", { name: /^Claim/ }).count(), 0);
  await page.goto(`${url}/console#/staff`);
  await page.getByText("Your role may not do this.").waitFor();
  await see(page, "closed");
});

trial("a session that was ended elsewhere ends here", async () => {
  const { page, context } = people.senior;
  await context.clearCookies();
  await page.goto(`${url}/console#/tickets`);
  await page.getByLabel("Login").waitFor();
});

test("nothing was broken on the way: no policy, no script, no overflow, no fault that axe-core sees", () => {
  assert.deepEqual([...faults, ...seen], []);
});
