import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { call, liveTenant, SIZES, startBrowser } from "./harness.js";
import { newPerson, Visit } from "./people.js";
import type { Person } from "./people.js";
import { CHINESE, ENGLISH, FEW, photo, setStage } from "./stage.js";
import type { Stage } from "./stage.js";
import { filmOf } from "./y4m.js";

let stage: Stage;
let films: string;
before(async () => {
  stage = await setStage(["--offline"]);
  films = mkdtempSync(join(tmpdir(), "menshen-films-"));
  for (const part of ["front", "back"] as const) await filmOf(stage.browser, photo(part), join(films, `${part}.y4m`));
  await filmOf(stage.browser, photo("selfie"), join(films, "selfie.y4m"), 960, 960);
});
after(async () => {
  rmSync(films, { recursive: true, force: true });
  await stage.stop();
});

const DESK = { locale: "en-GB", viewport: { width: 1024, height: 800 } };
const PHONE = { locale: "zh-CN", viewport: { width: 360, height: 800 }, isMobile: true, hasTouch: true };

/** Nothing was wrong with what was looked at. */
async function clean(visit: Visit): Promise<void> {
  assert.deepEqual(visit.errors, []);
  assert.deepEqual(visit.faults, []);
  await visit.context.close();
}

/** Waits for a photo's verdict; where the engine in the page has not taken it by itself, the shutter is pressed. */
async function shoot(visit: Visit): Promise<void> {
  const button = visit.page.getByRole("button", { name: visit.word("camera.shoot") });
  const taken = visit.page.locator(".shot");
  await taken.waitFor({ timeout: 6_000 }).catch(() => button.click());
  await taken.waitFor();
}

/** A person's page before a camera that shows one thing. */
async function visitWith(part: "front" | "back" | "selfie", person: Person, words: typeof ENGLISH, prefix: string, act: (visit: Visit) => Promise<void>) {
  const browser = await startBrowser({ film: join(films, `${part}.y4m`) });
  try {
    const visit = await Visit.open(browser, words, prefix, prefix === "zh" ? PHONE : DESK, prefix === "zh" ? FEW : SIZES);
    await visit.page.goto(person.link);
    await act(visit);
    await clean(visit);
  } finally {
    await browser.close();
  }
}

test("a drawn person is verified before a camera, side by side of the card, on a real tenant", async () => {
  const { service, front } = stage;
  const key = await liveTenant(service, "Exchange");
  const person = await newPerson(service, key, front);
  await visitWith("front", person, CHINESE, "zh", async (visit) => {
    const { page } = visit;
    await visit.at("consent.heading", false);
    await visit.agree();
    await visit.at("document.heading");
    await page.getByLabel(visit.word("document.country")).selectOption("CHN");
    await page.getByRole("button", { name: new RegExp(`^${visit.word("kind.prc_id_card")}`) }).click();
    await visit.at("form.heading");
    await page.getByLabel(visit.word("form.name"), { exact: true }).fill("陈若曦");
    await page.getByLabel(visit.word("form.number.prc"), { exact: true }).fill("110101198904149988");
    await visit.press("form.next");
    await visit.at("prepare.front.heading");
    await visit.press("prepare.open");
    await visit.at("camera.front");
    await page.locator("video").evaluate((video: HTMLVideoElement) => new Promise((resolve) => (video.videoWidth > 0 ? resolve(0) : video.addEventListener("playing", resolve))));
    await visit.see("camera-front");
    await shoot(visit);
    await visit.at("review.good");
    await visit.see("review-front");
    await visit.press("next");
    await visit.at("prepare.back.heading");
  });
  await visitWith("back", person, ENGLISH, "en", async (visit) => {
    await visit.at("prepare.back.heading", false);
    await visit.press("prepare.open");
    await visit.at("camera.back");
    await shoot(visit);
    await visit.at("review.good");
    await visit.press("next");
    await visit.at("prepare.selfie.heading");
    // A card is no face.
    await visit.press("prepare.open");
    await visit.at("camera.selfie");
    await shoot(visit);
    await Promise.race([visit.at("review.again"), visit.at("review.unsure")]);
    await visit.see("review-no-face");
  });
  await visitWith("selfie", person, ENGLISH, "en", async (visit) => {
    await visit.at("prepare.selfie.heading", false);
    await visit.press("prepare.open");
    await visit.at("camera.selfie");
    await visit.page.locator("video").evaluate((video: HTMLVideoElement) => new Promise((resolve) => (video.videoWidth > 0 ? resolve(0) : video.addEventListener("playing", resolve))));
    await visit.see("camera-selfie");
    await shoot(visit);
    await visit.at("review.good");
    await visit.press("next");
    await visit.at("submit.heading");
    await visit.press("submit.send");
    const ends = [visit.word("pending.heading"), visit.word("verified.heading")].join("|");
    await visit.page.getByRole("heading", { level: 2, name: new RegExp(`^(${ends})$`) }).waitFor();
    await visit.see("real-result");
  });
  const { status, reasons } = await call<{ status: string; reasons: { code: string | null }[] }>(service.url, key, "GET", `/v1/verifications/${person.id}`);
  assert.ok(status === "pending" || status === "verified", `${status} ${reasons.map(({ code }) => code)}`);
});
