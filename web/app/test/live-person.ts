import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import type { Page } from "playwright-core";
import { call, liveTenant, SIZES } from "./harness.js";
import { startCamera, wear } from "./live-camera.js";
import type { Drawn, Manner } from "./live-camera.js";
import { newPerson, Visit } from "./people.js";
import type { Person } from "./people.js";
import { CHINESE, ENGLISH, FEW, setStage, usualModels } from "./stage.js";
import type { Stage } from "./stage.js";

/** A service that looks at faces, with its pages and a browser. */
export interface Ground {
  stage: Stage;
  models: string;
  stop: () => Promise<void>;
}

/** Sets one up. */
export async function setGround(): Promise<Ground> {
  const models = usualModels();
  const stage = await setStage(["--offline", "--models-dir", models]);
  const stop = async () => {
    await stage.stop();
    rmSync(models, { recursive: true, force: true });
  };
  return { stage, models, stop };
}

export const DESK = { locale: "en-GB", viewport: { width: 1024, height: 800 } };
export const PHONE = { locale: "zh-CN", viewport: { width: 360, height: 800 }, isMobile: true, hasTouch: true };

/** A level that is a face alone, with the cues that last longest: on a busy machine frames are lost, and a blink with them. */
export const POLICY = `
version = "live"
[levels]
L1 = ["data"]
L2 = ["data", "face"]
[liveness]
required = true
[liveness.challenge]
cues = ["turn_left", "turn_right", "come_closer"]
accessible_cues = ["turn_left", "turn_right", "come_closer"]
[liveness.tries]
free = 1000
most = 1000
`;

export const PASSPORT = { document: "passport", country: "UTO", name: "Anna Maria Eriksson", birth_date: "1990-01-31", number: "L898902C3" };

/** Makes a tenant with a policy. */
export async function tenant({ stage }: Ground, name: string, toml = POLICY): Promise<string> {
  const key = await liveTenant(stage.service, name);
  await call(stage.service.url, key, "PUT", "/v1/policy", { toml });
  return key;
}

/** Somebody who has agreed and typed: only the check is left. */
export async function readyPerson({ stage }: Ground, key: string): Promise<Person> {
  const { service, front } = stage;
  const person = await newPerson(service, key, front);
  for (const purpose of ["identity_verification", "biometric_template"]) {
    await call(service.url, key, "POST", `/v1/applicants/${person.applicant}/consents`, { purpose, version: "2026-11" });
  }
  await call(service.url, key, "PUT", `/v1/verifications/${person.id}/data`, PASSPORT);
  return person;
}

/** A person's page at the check, before a camera. */
export class Live {
  #camera: Drawn | undefined;
  seeds = 3;

  constructor(
    readonly ground: Ground,
    readonly visit: Visit,
    readonly person: Person,
    readonly key: string,
    readonly species: string,
  ) {}

  static async open(ground: Ground, key: string, words: typeof ENGLISH, manner: Manner & { species?: string } = {}): Promise<Live> {
    const chinese = words === CHINESE;
    const person = await readyPerson(ground, key);
    const visit = await Visit.open(ground.stage.browser, words, chinese ? "zh" : "en", chinese ? PHONE : DESK, chinese ? FEW : SIZES);
    const live = new Live(ground, visit, person, key, manner.species ?? "bona_fide");
    await wear(visit.page, () => live.camera, manner);
    await visit.page.goto(person.link);
    await visit.at("liveness.heading", false);
    return live;
  }

  get camera(): Drawn {
    this.#camera ??= startCamera(this.ground.models, this.species, this.seeds);
    return this.#camera;
  }

  /** Begins, and waits for the end: the heading after it. Another person sits down each time. */
  async check(press = "liveness.begin"): Promise<string> {
    this.#camera?.stop();
    this.#camera = undefined;
    this.seeds += 1;
    const { page } = this.visit;
    await page.evaluate(() => ((globalThis as unknown as { seen: string[] }).seen.length = 0));
    await this.visit.press(press);
    await page.locator("dialog[open]").waitFor();
    return this.end();
  }

  async end(): Promise<string> {
    const { page } = this.visit;
    await page.locator("dialog[open]").waitFor({ state: "detached", timeout: 120_000 });
    const heading = page.locator("h2").last();
    await heading.waitFor();
    return (await heading.textContent())?.trim() ?? "";
  }

  /** Tries until it is done: drawn people may be asked to try again as real ones are, and on a busy machine frames are lost. */
  async untilDone(first = "liveness.begin"): Promise<void> {
    const { visit } = this;
    for (let tries = 0, press = first; tries < 5; tries += 1, press = "liveness.retry") {
      const heading = await this.check(press);
      if (heading !== visit.word("liveness.again.heading") && heading !== visit.word("liveness.expired.heading")) return visit.at("submit.heading");
      process.stdout.write(`again: ${await this.found()} after ${await this.seen()}\n`);
    }
    assert.fail("not done in five tries");
  }

  seen(): Promise<string[]> {
    return this.visit.page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
  }

  reasons(): Promise<string> {
    return this.visit.page.locator(".reasons").innerText();
  }

  /** What spoke against the newest check, as the operator reads it. */
  async found(): Promise<string> {
    interface Found { reasons: { code: string; finding?: { text: { en: string } } }[] }
    const [newest] = await call<Found[]>(this.ground.stage.service.url, this.key, "GET", `/v1/verifications/${this.person.id}/live`);
    return (newest?.reasons ?? []).map(({ code, finding }) => `${code}: ${finding?.text.en ?? ""}`).join(" ");
  }

  async clean(): Promise<void> {
    this.#camera?.stop();
    await clean(this.visit);
  }
}

/** Nothing was wrong with what was looked at. */
export async function clean(visit: Visit): Promise<void> {
  assert.deepEqual(visit.errors, []);
  assert.deepEqual(visit.faults, []);
  await visit.context.close();
}

/** How the next check is opened, as the service says. */
export async function answerOf(page: Page): Promise<{ mode: string; no_light: string | undefined }> {
  const answer = await page.waitForResponse((one) => one.request().method() === "POST" && one.url().endsWith("/live"));
  const { mode, no_light } = (await answer.json()) as { mode: string; no_light?: string };
  return { mode, no_light };
}

export const COLOURS = ["red", "green", "blue", "yellow", "magenta"];
export const isColour = (one: string) => COLOURS.includes(one);
