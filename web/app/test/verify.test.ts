import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call, SIZES } from "./harness.js";
import { startMailbox } from "./mailbox.js";
import type { Mailbox } from "./mailbox.js";
import { newPerson, Visit } from "./people.js";
import { CHINESE, ENGLISH, FEW, photo, setStage } from "./stage.js";
import type { Stage } from "./stage.js";

let stage: Stage;
let mailbox: Mailbox;
before(async () => {
  mailbox = await startMailbox();
  const mail = { host: "127.0.0.1", port: mailbox.port, security: "none", from: "Menshen <menshen@example.com>" };
  stage = await setStage(["--sandbox-only"], { mail });
});
after(async () => {
  await stage.stop();
  mailbox.stop();
});

const DESK = { locale: "en-GB", viewport: { width: 1024, height: 800 } };
const PHONE = { locale: "zh-CN", viewport: { width: 360, height: 800 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

/** Nothing was wrong with what was looked at. */
async function clean(visit: Visit): Promise<void> {
  assert.deepEqual(visit.errors, []);
  assert.deepEqual(visit.faults, []);
  await visit.context.close();
}

test("a person goes the whole way, is told what failed, and repeats only that", async () => {
  const { service, front, browser } = stage;
  const person = await newPerson(service, service.sandboxKey, front);
  const visit = await Visit.open(browser, ENGLISH, "en", DESK, SIZES);
  const { page } = visit;
  await page.goto(person.link);
  await visit.at("consent.heading", false);
  assert.equal(new URL(page.url()).hash, "", "the token left the address");
  await visit.see("consent");
  await visit.agree();
  await visit.at("document.heading");
  await page.getByLabel(visit.word("document.country")).selectOption("UTO");
  await visit.see("document");
  await visit.typePassport("MAGIC name_mismatch");
  await visit.see("form");

  await page.reload();
  await visit.at("form.heading", false);
  assert.equal(await page.getByLabel(visit.word("form.name"), { exact: true }).inputValue(), "MAGIC name_mismatch", "what was typed survives a reload");
  await visit.press("form.next");
  await visit.at("prepare.front.heading");
  await visit.see("prepare-front");
  await page.getByLabel(visit.word("prepare.file"), { exact: true }).setInputFiles(photo("front"));
  await visit.at("review.good");
  await visit.see("review-good");
  await visit.press("next");
  await visit.at("prepare.selfie.heading");
  await visit.see("prepare-selfie");
  await page.reload();
  await visit.at("prepare.selfie.heading", false);
  await visit.file(photo("selfie"));
  await visit.at("submit.heading");
  await visit.see("submit");
  await visit.press("submit.send");
  await visit.at("failed.heading");
  await visit.see("failed");
  const kept = await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith("menshen.draft")));
  assert.deepEqual(kept, [], "the draft ends with the submission");

  await visit.press("failed.again");
  await visit.at("form.heading");
  await visit.see("form-again");
  await visit.type("Anna Maria Eriksson");
  await visit.press("form.next");
  await visit.at("submit.heading");
  await visit.press("submit.send");
  await visit.at("verified.heading");
  await visit.see("verified");
  await clean(visit);
});

test("on a phone in Chinese a case goes to a person, and support is asked", async () => {
  const { service, front, browser } = stage;
  const person = await newPerson(service, service.sandboxKey, front);
  const visit = await Visit.open(browser, CHINESE, "zh", PHONE, FEW);
  const { page } = visit;
  await page.goto(person.link);
  await visit.at("consent.heading", false);
  await visit.see("consent");
  await visit.agree();
  await visit.at("document.heading");
  await page.getByLabel(visit.word("document.country")).selectOption("CHN");
  await visit.see("document");
  await page.getByRole("button", { name: new RegExp(`^${visit.word("kind.prc_id_card")}`) }).click();
  await visit.at("form.heading");
  await page.getByLabel(visit.word("form.name"), { exact: true }).fill("MAGIC REVIEW");
  await page.getByLabel(visit.word("form.number.prc"), { exact: true }).fill("110101198904149989");
  await visit.press("form.next");
  await page.getByText("请核对后重填").or(page.locator(".wrong")).first().waitFor();
  await visit.see("form-wrong");
  await page.getByLabel(visit.word("form.number.prc"), { exact: true }).fill("110101198904149988");
  await visit.see("form");
  await visit.press("form.next");
  await visit.at("prepare.front.heading");
  await visit.see("prepare-front");
  await visit.file(photo("front"));
  await visit.at("prepare.back.heading");
  await visit.see("prepare-back");
  await visit.file(photo("back"));
  await visit.at("prepare.selfie.heading");
  await visit.file(photo("selfie"));
  await visit.at("submit.heading");
  await visit.see("submit");
  await visit.press("submit.send");
  await visit.at("pending.heading");
  await visit.see("pending");

  await visit.press("support.ask");
  await visit.at("support.ask");
  await page.getByLabel(visit.word("support.text"), { exact: true }).fill("拍照时提示模糊");
  await page.getByText(visit.word("support.diagnostics.show")).click();
  await visit.see("support-ask");
  await page.getByLabel(visit.word("support.picture"), { exact: true }).setInputFiles(photo("front"));
  await visit.press("support.send");
  await page.getByText("拍照时提示模糊").waitFor();
  await visit.see("support-thread");
  await page.getByLabel(visit.word("support.more"), { exact: true }).fill("补充：已换手机");
  await visit.press("support.write");
  await page.getByText("补充：已换手机").waitFor();
  await visit.press("support.all");
  await visit.at("support.heading");
  await visit.see("support-list");
  await visit.press("back");
  await visit.at("pending.heading");
  await page.getByLabel("语言").selectOption("en");
  await page.getByRole("heading", { name: ENGLISH["pending.heading"] ?? "" }).waitFor();
  await clean(visit);
});

test("what failed in the photos is shown with its remedy, and only that is taken again", async () => {
  const { service, front, browser } = stage;
  const person = await newPerson(service, service.sandboxKey, front);
  const visit = await Visit.open(browser, ENGLISH, "en", DESK, FEW);
  await visit.begin(person.link);
  await visit.typePassport("MAGIC doc_glare face_covered");
  await visit.press("form.next");
  await visit.at("prepare.front.heading");
  await visit.file(photo("front"));
  await visit.at("prepare.selfie.heading");
  await visit.file(photo("selfie"));
  await visit.at("submit.heading");
  await visit.press("submit.send");
  await visit.at("failed.heading");
  await visit.see("failed-photos");
  await visit.press("failed.again");
  await visit.at("prepare.front.heading");
  await visit.see("prepare-front-again");
  await visit.file(photo("other"));
  await visit.at("prepare.selfie.heading");
  await visit.see("prepare-selfie-again");
  await clean(visit);
});

test("the keyboard alone does", async () => {
  const { service, front, browser } = stage;
  const person = await newPerson(service, service.sandboxKey, front, "L1");
  const visit = await Visit.open(browser, ENGLISH, "en", DESK, []);
  const { keyboard } = visit.page;
  const press = async (...keys: string[]) => {
    for (const key of keys) await keyboard.press(key);
  };
  await visit.page.goto(person.link);
  await visit.at("consent.heading", false);
  await press("Tab", "Tab", "Space", "Tab", "Enter");
  await visit.at("document.heading");
  await press("Tab");
  await keyboard.type("Utopia");
  await press("Tab", "Enter");
  await visit.at("form.heading");
  await press("Tab");
  await keyboard.type("Anna Maria Eriksson");
  await press("Tab");
  await keyboard.type("L898902C3");
  for (const part of ["31", "1", "1990"]) {
    await press("Tab");
    await keyboard.type(part);
  }
  await press("Tab", "Tab", "Enter");
  await visit.at("submit.heading");
  await press("Tab", "Enter");
  await visit.at("verified.heading");
  await clean(visit);
});

test("who disagrees appeals: proof, statement, pictures, waiting", async () => {
  const { service, front, browser } = stage;
  const person = await newPerson(service, service.sandboxKey, front, "L1");
  const visit = await Visit.open(browser, ENGLISH, "en", DESK, SIZES);
  const { page } = visit;
  await visit.begin(person.link);
  await visit.typePassport("MAGIC name_mismatch");
  await visit.press("form.next");
  await visit.at("submit.heading");
  await visit.press("submit.send");
  await visit.at("failed.heading");
  await visit.press("appeal.begin");
  await visit.at("appeal.heading");
  await visit.see("appeal-begin");
  await page.getByLabel(visit.word("appeal.words"), { exact: true }).fill("It is printed so on my new card.");
  await visit.press("appeal.start");
  await visit.at("appeal.prove");
  await visit.see("appeal-no-contact");
  const { appeal } = await call<{ appeal: { id: string } }>(service.url, service.sandboxKey, "GET", `/v1/verifications/${person.id}`);
  await call(service.url, service.sandboxKey, "POST", `/v1/appeals/${appeal.id}/vouch`);
  await page.reload();
  await visit.at("appeal.open", false);
  await visit.see("appeal-open");
  await visit.press("appeal.go_on");
  await visit.at("statement.heading");
  await visit.see("statement");
  await visit.press("statement.show");
  await visit.at("statement.write");
  await visit.see("statement-write");
  await page.getByLabel(visit.word("statement.photo"), { exact: true }).setInputFiles(photo("selfie"));
  await visit.at("appeal.hand_in");
  await page.getByLabel(visit.word("appeal.attach"), { exact: true }).setInputFiles(photo("front"));
  await page.getByText("1 picture added").waitFor();
  await visit.see("appeal-hand-in");
  await visit.press("appeal.submit");
  await visit.at("appeal.waiting");
  await visit.see("appeal-waiting");
  await clean(visit);
});

test("a code to an address from the time of registration shows whose appeal it is; a wrong one is told", async () => {
  const { service, front, browser } = stage;
  const person = await newPerson(service, service.sandboxKey, front, "L1", { email: "anna@example.com" });
  const visit = await Visit.open(browser, CHINESE, "zh", PHONE, FEW);
  const { page } = visit;
  await visit.begin(person.link);
  await visit.typePassport("MAGIC name_mismatch");
  await visit.press("form.next");
  await visit.at("submit.heading");
  await visit.press("submit.send");
  await visit.at("failed.heading");
  await visit.press("appeal.begin");
  await visit.at("appeal.heading");
  await visit.press("appeal.start");
  await visit.at("appeal.prove");
  await page.getByRole("button", { name: "a•••@example.com" }).click();
  await page.getByText(visit.word("problem.code_sent")).waitFor();
  await page.getByLabel(visit.word("appeal.code"), { exact: true }).fill("000000");
  await visit.press("appeal.code.send");
  await page.getByRole("status").filter({ hasText: "验证码" }).waitFor();
  await visit.see("appeal-code");
  await page.getByLabel(visit.word("appeal.code"), { exact: true }).fill(await mailbox.find(/\b\d{6}\b/));
  await visit.press("appeal.code.send");
  await visit.at("statement.heading");
  await visit.press("appeal.withdraw");
  await visit.at("failed.heading");
  await clean(visit);
});
