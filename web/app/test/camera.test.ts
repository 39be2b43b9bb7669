import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { comeIn } from "./console-people.js";
import { call, liveTenant, shoot as picture, SIZES, startBrowser } from "./harness.js";
import { newPerson, Visit } from "./people.js";
import { CHINESE, claims, ENGLISH, FEW, photo, setStage, usualModels } from "./stage.js";
import type { Stage } from "./stage.js";
import { filmOf } from "./y4m.js";

let stage: Stage;
let films: string;
let models: string;
before(async () => {
  models = usualModels();
  stage = await setStage(["--offline", "--demo", "--models-dir", models]);
  films = mkdtempSync(join(tmpdir(), "menshen-films-"));
  for (const part of ["front", "back"] as const) await filmOf(stage.browser, photo(part), join(films, `${part}.y4m`));
  await filmOf(stage.browser, photo("selfie"), join(films, "selfie.y4m"), 960, 960);
});
after(async () => {
  for (const folder of [films, models]) rmSync(folder, { recursive: true, force: true });
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
  // The engine may be faster than the finger.
  await taken.waitFor({ timeout: 6_000 }).catch(() => button.click({ timeout: 5_000 }).catch(() => undefined));
  await taken.waitFor();
}

/** A person's page before a camera that shows one thing. */
async function visitWith(part: "front" | "back" | "selfie", link: string, words: typeof ENGLISH, prefix: string, act: (visit: Visit) => Promise<void>) {
  const browser = await startBrowser({ film: join(films, `${part}.y4m`) });
  const visit = await Visit.open(browser, words, prefix, prefix === "zh" ? PHONE : DESK, prefix === "zh" ? FEW : SIZES);
  try {
    await visit.page.goto(link);
    await act(visit);
    await clean(visit);
  } catch (error) {
    await picture(visit.page, `failed-camera-${part}`);
    throw error;
  } finally {
    await browser.close();
  }
}

/** Presses a button of the page for trying things out, and returns the link that it makes. */
async function linkBy(page: Page, which: "person" | "reviewer"): Promise<string> {
  await page.locator(`#${which}`).click();
  const link = new URL((await page.locator(`#${which}-link a`).getAttribute("href")) ?? "", page.url());
  return `${stage.front.url}${link.pathname}${link.hash}`;
}

test("whoever tries it out verifies the drawn person before a camera, side by side of the card, and decides the case", async () => {
  const { service, front, browser } = stage;
  const begins = await Visit.open(browser, ENGLISH, "en", DESK, SIZES);
  await begins.page.goto(`${front.url}${new URL(service.trial).pathname}`);
  await begins.page.locator("#claims tr").first().waitFor();
  await begins.see("try");
  const link = await linkBy(begins.page, "person");
  const invitation = await linkBy(begins.page, "reviewer");
  await clean(begins);

  await visitWith("front", link, CHINESE, "zh", async (visit) => {
    const { page } = visit;
    await visit.at("consent.heading", false);
    await visit.agree();
    await visit.at("document.heading");
    await page.getByLabel(visit.word("document.country")).selectOption("CHN");
    await page.getByRole("button", { name: new RegExp(`^${visit.word("kind.prc_id_card")}`) }).click();
    await visit.at("form.heading");
    await page.getByLabel(visit.word("form.name"), { exact: true }).fill(claims().name);
    await page.getByLabel(visit.word("form.number.prc"), { exact: true }).fill(claims().number);
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
  await visitWith("back", link, ENGLISH, "en", async (visit) => {
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
  await visitWith("selfie", link, ENGLISH, "en", async (visit) => {
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
    // The default model of faces is good enough to measure with and not to approve with.
    await visit.at("pending.heading");
    await visit.see("real-result");
  });

  const faults: string[] = [];
  const { page } = await comeIn(browser, front.url, new URL(invitation).hash.replace("#invitation=", ""), "rita@example.com", faults);
  await page.locator(".row").first().waitFor();
  await page.getByRole("button", { name: /^(Claim|Go on)/ }).click();
  await page.getByRole("button", { name: "Compare the faces" }).click();
  await page.locator("menshen-picture image").nth(3).waitFor();
  await page.keyboard.press("a");
  await page.getByRole("heading", { name: "Approve" }).waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByText(/Settled/).waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();

  const ends = await Visit.open(browser, ENGLISH, "en", DESK, FEW);
  await ends.page.goto(link);
  await ends.at("verified.heading", false);
  await clean(ends);
});

test("with the engine in the page hints come at once and the shutter goes off by itself", async () => {
  const { service, front } = stage;
  const key = await liveTenant(service, "Engine");
  const person = await newPerson(service, key, front);
  await call(service.url, key, "PUT", `/v1/verifications/${person.id}/data`, claims());
  for (const part of ["front", "back", "selfie"] as const) {
    await visitWith(part, person.link, ENGLISH, "en", async (visit) => {
      const { page } = visit;
      await page.getByRole("heading", { level: 2 }).waitFor();
      if (part === "front") await visit.agree();
      await visit.at(`prepare.${part}.heading`, false);
      // Where the engine is still on its way the camera would wait for it.
      await page.waitForFunction(() => (document.querySelector("menshen-verify") as unknown as { eye: unknown }).eye !== undefined);
      await visit.press("prepare.open");
      await page.locator("menshen-viewfinder").waitFor();
      const begun = performance.now();
      await page.getByText(visit.word("hint.steady")).waitFor({ timeout: 10_000 });
      const hint = Math.round(performance.now() - begun);
      await page.locator(".shot").waitFor({ timeout: 10_000 });
      const shot = Math.round(performance.now() - begun);
      process.stdout.write(`${part}: good after ${hint} ms, taken after ${shot} ms from when the camera was asked for\n`);
      await visit.at("review.good");
    });
  }
});
