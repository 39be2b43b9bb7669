import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { APP, axeFaults, call, liveTenant, overflow, shoot, SIZES } from "./harness.js";
import { CAMERA, startCamera, wear } from "./live-camera.js";
import type { Drawn, Manner } from "./live-camera.js";
import { newPerson, Visit } from "./people.js";
import type { Person } from "./people.js";
import { CHINESE, ENGLISH, FEW, setStage, usualModels } from "./stage.js";
import type { Stage } from "./stage.js";

// A drawn person before the page's camera, who does what the page shows and is lit by what the page shows; the service measures all of it.
// Without the program that draws them, only what needs no measuring is looked at.
let stage: Stage;
let models: string;
before(async () => {
  models = usualModels();
  stage = await setStage(["--offline", "--models-dir", models]);
});
after(async () => {
  await stage.stop();
  rmSync(models, { recursive: true, force: true });
});

const drawn = existsSync(CAMERA) ? {} : { skip: `there is no drawn camera (cargo build --release -p menshen-specimen --example live_camera)` };
const DESK = { locale: "en-GB", viewport: { width: 1024, height: 800 } };
const PHONE = { locale: "zh-CN", viewport: { width: 360, height: 800 }, isMobile: true, hasTouch: true };

/** A level that is a face alone, with the cues that last longest: on a busy machine frames are lost, and a blink with them. */
const POLICY = `
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

const PASSPORT = { document: "passport", country: "UTO", name: "Anna Maria Eriksson", birth_date: "1990-01-31", number: "L898902C3" };

/** Makes a tenant with a policy. */
async function tenant(name: string, toml = POLICY): Promise<string> {
  const key = await liveTenant(stage.service, name);
  await call(stage.service.url, key, "PUT", "/v1/policy", { toml });
  return key;
}

/** Somebody who has agreed and typed: only the check is left. */
async function readyPerson(key: string): Promise<Person> {
  const { service, front } = stage;
  const person = await newPerson(service, key, front);
  for (const purpose of ["identity_verification", "biometric_template"]) {
    await call(service.url, key, "POST", `/v1/applicants/${person.applicant}/consents`, { purpose, version: "2026-11" });
  }
  await call(service.url, key, "PUT", `/v1/verifications/${person.id}/data`, PASSPORT);
  return person;
}

/** A person's page at the check, before a camera. */
class Live {
  #camera: Drawn | undefined;
  seeds = 3;

  constructor(
    readonly visit: Visit,
    readonly person: Person,
    readonly key: string,
    readonly species: string,
  ) {}

  static async open(key: string, words: typeof ENGLISH, manner: Manner & { species?: string } = {}): Promise<Live> {
    const chinese = words === CHINESE;
    const person = await readyPerson(key);
    const visit = await Visit.open(stage.browser, words, chinese ? "zh" : "en", chinese ? PHONE : DESK, chinese ? FEW : SIZES);
    const live = new Live(visit, person, key, manner.species ?? "bona_fide");
    await wear(visit.page, () => live.camera, manner);
    await visit.page.goto(person.link);
    await visit.at("liveness.heading", false);
    return live;
  }

  get camera(): Drawn {
    this.#camera ??= startCamera(models, this.species, this.seeds);
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
    const [newest] = await call<Found[]>(stage.service.url, this.key, "GET", `/v1/verifications/${this.person.id}/live`);
    return (newest?.reasons ?? []).map(({ code, finding }) => `${code}: ${finding?.text.en ?? ""}`).join(" ");
  }

  async clean(): Promise<void> {
    this.#camera?.stop();
    await clean(this.visit);
  }
}

/** Nothing was wrong with what was looked at. */
async function clean(visit: Visit): Promise<void> {
  assert.deepEqual(visit.errors, []);
  assert.deepEqual(visit.faults, []);
  await visit.context.close();
}

/** How the next check is opened, as the service says. */
async function answerOf(page: Page): Promise<{ mode: string; no_light: string | undefined }> {
  const answer = await page.waitForResponse((one) => one.request().method() === "POST" && one.url().endsWith("/live"));
  const { mode, no_light } = (await answer.json()) as { mode: string; no_light?: string };
  return { mode, no_light };
}

const COLOURS = ["red", "green", "blue", "yellow", "magenta"];
const isColour = (one: string) => COLOURS.includes(one);

test("a person does what is shown, is lit by the screen, passes and is verified", drawn, async () => {
  const live = await Live.open(await tenant("passes"), ENGLISH);
  const { visit } = live;
  await live.untilDone();
  const seen = await live.seen();
  const colours = seen.filter(isColour);
  assert.ok(seen.length - colours.length >= 3 && colours.length >= 5, `${seen}`);
  assert.ok(seen.slice(0, 3).every((one) => !isColour(one)), `movements first: ${seen}`);
  await visit.press("submit.send");
  const ended = visit.page.getByRole("heading", { level: 2, name: new RegExp(`^(${visit.word("verified.heading")}|${visit.word("pending.heading")})$`) });
  await ended.waitFor();
  process.stdout.write(`${await ended.textContent()}\n`);
  await live.clean();
});

test("who asks for no flashing colours sees none, on a phone in Chinese, and does one more movement", drawn, async () => {
  const live = await Live.open(await tenant("dark"), CHINESE);
  const { visit } = live;
  await visit.page.locator("input[name=photosensitive]").check();
  await visit.page.getByText(visit.word("liveness.dark"), { exact: true }).waitFor();
  await visit.see("live-photosensitive");
  const opened = answerOf(visit.page);
  await live.untilDone();
  assert.deepEqual(await opened, { mode: "usual", no_light: "photosensitive" });
  const seen = await live.seen();
  assert.ok(seen.length >= 4 && !seen.some(isColour), `${seen}`);
  await live.clean();
});

test("with more time only slow movements are asked for, and no colours", drawn, async () => {
  const live = await Live.open(await tenant("slow"), ENGLISH);
  const { visit } = live;
  await visit.page.locator("input[name=accessible]").check();
  assert.ok(await visit.page.locator("input[name=photosensitive]").isChecked(), "more time means no colours, too");
  const opened = answerOf(visit.page);
  await live.untilDone();
  assert.deepEqual(await opened, { mode: "accessible", no_light: "photosensitive" });
  const seen = await live.seen();
  assert.ok(seen.length >= 4 && !seen.some(isColour), `${seen}`);
  await live.clean();
});

test("who turns the wrong way is told what was not seen, and how it is done", drawn, async () => {
  const instead = { turn_left: "turn_right", turn_right: "turn_left", come_closer: "turn_right" };
  const live = await Live.open(await tenant("wrong"), ENGLISH, { instead });
  const { visit } = live;
  const over = visit.page.evaluate(() => new Promise<{ code: string; reasons: { code: string }[] }>((resolve) => addEventListener("menshen-live-over", (event) => resolve((event as CustomEvent).detail as never))));
  assert.equal(await live.check(), visit.word("liveness.again.heading"));
  await visit.at("liveness.again.heading");
  const [asked] = await live.seen();
  const told = await live.reasons();
  assert.match(told, asked === "come_closer" ? /closer/ : asked === "turn_left" ? /your right/ : /your left/, told);
  assert.match(told, /more slowly and with a larger movement/);
  const { code, reasons } = await over;
  assert.equal(code, "again");
  assert.deepEqual(reasons.map((one) => one.code), ["action_not_done"]);
  await visit.see("live-again");
  await visit.press("liveness.choices");
  await visit.at("liveness.heading");
  await live.clean();
});

test("a puppet in the camera's place does all that is asked, knows no light, and is told nothing of which sign it was", drawn, async () => {
  const live = await Live.open(await tenant("puppet"), CHINESE, { species: "injected_puppet" });
  const { visit } = live;
  let told = "";
  // An action that was not seen says nothing yet: the machine may be busy.
  for (let tries = 0, press = "liveness.begin"; tries < 5 && (told === "" || told.includes("未检测到")); tries += 1, press = "liveness.retry") {
    assert.equal(await live.check(press), visit.word("liveness.again.heading"));
    told = await live.reasons();
  }
  assert.match(told, /前置摄像头/);
  assert.doesNotMatch(told, /颜色|光线变化|立体|噪点/);
  await visit.see("live-puppet");
  await live.clean();
});

test("a connection that breaks goes on where it was", drawn, async () => {
  const { front } = stage;
  const live = await Live.open(await tenant("breaks"), ENGLISH);
  const { visit } = live;
  const { page } = visit;
  let sockets = 0;
  page.on("websocket", () => (sockets += 1));
  let torn = 0;
  const tear = setInterval(async () => {
    if (torn >= 2 || !(await page.locator("dialog .marks svg").count())) return;
    torn += 1;
    // Nothing comes through for a while: requests fail, too.
    front.sockets.open = false;
    front.intercept = (asked, response) => (asked.url?.includes("/live/") ? (response.destroy(), true) : false);
    front.sockets.tear();
    await page.getByText(visit.word("liveness.broken")).waitFor({ timeout: 3_000 }).catch(() => visit.faults.push("nothing is said of the connection"));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    front.intercept = undefined;
    front.sockets.open = true;
  }, 700);
  try {
    await live.untilDone();
  } finally {
    clearInterval(tear);
    front.intercept = undefined;
    front.sockets.open = true;
  }
  assert.ok(torn > 0 && sockets > torn, `${sockets} connections, ${torn} torn`);
  await live.clean();
});

test("where no WebSocket comes through, frames go one by one", drawn, async () => {
  const { front } = stage;
  front.sockets.open = false;
  try {
    const live = await Live.open(await tenant("requests"), ENGLISH);
    let frames = 0;
    live.visit.page.on("request", (one) => (frames += one.url().endsWith("/frames") ? 1 : 0));
    // A request a frame is slow beside other tests: movements last longer than a colour.
    await live.visit.page.locator("input[name=photosensitive]").check();
    await live.untilDone();
    assert.ok(frames > 30, `${frames} frames`);
    await live.clean();
  } finally {
    front.sockets.open = true;
  }
});

test("tries in a row are waited for with the seconds shown, and after the last one a person takes over", drawn, async () => {
  const key = await tenant("tries", POLICY.replace(/free = .*\nmost = .*/, "free = 1\nwait_seconds = 8\nmost = 2"));
  const live = await Live.open(key, ENGLISH);
  const { visit } = live;
  const { page } = visit;
  const tryAndStop = async (press: string) => {
    await visit.press(press);
    await page.waitForFunction(() => (globalThis as unknown as { seen: string[] }).seen.length > 0, undefined, { timeout: 60_000 });
    await page.evaluate(() => ((globalThis as unknown as { seen: string[] }).seen.length = 0));
    await visit.press("liveness.stop");
    await visit.at("liveness.heading");
  };
  await tryAndStop("liveness.begin");
  await visit.press("liveness.begin");
  await visit.at("liveness.wait.heading");
  const again = page.getByRole("button", { name: visit.word("liveness.retry"), exact: true });
  assert.ok(await again.isDisabled());
  assert.match((await page.getByRole("timer").textContent()) ?? "", /^[1-9] seconds? left$/);
  await visit.see("live-wait");
  await page.getByText(visit.word("liveness.wait.over")).waitFor();
  await tryAndStop("liveness.retry");
  await visit.press("liveness.begin");
  await visit.at("liveness.used_up.heading");
  await visit.see("live-used-up");
  await visit.press("liveness.without");
  await visit.at("liveness.refusal.heading");
  await visit.press("liveness.refusal.cannot");
  await visit.at("submit.heading");
  await live.clean();
});

/** A canvas as the camera, for what is not measured. */
async function anyCamera(page: Page): Promise<void> {
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => {
      const canvas = document.createElement("canvas");
      canvas.width = 640;
      canvas.height = 480;
      const context = canvas.getContext("2d", { alpha: false });
      let n = 0;
      setInterval(() => {
        if (!context) return;
        context.fillStyle = "#8899aa";
        context.fillRect(0, 0, 640, 480);
        context.fillStyle = "#d9b08c";
        context.beginPath();
        context.ellipse(320, 240, 110, 150, 0, 0, 7);
        context.fill();
        context.fillStyle = `hsl(${(n += 3)} 60% 50%)`;
        context.fillRect(40, 40, 60, 60);
      }, 66);
      return Promise.resolve(canvas.captureStream(15));
    };
  });
}

/** A service whose words a test chooses: the check is opened at the real one. */
async function scripted(page: Page): Promise<(...said: object[]) => Promise<void>> {
  let send: (said: object) => void = () => undefined;
  const greeted = new Promise<void>((resolve) =>
    void page.routeWebSocket(/\/live\/.+\/socket$/, (socket) => {
      send = (said) => socket.send(JSON.stringify(said));
      socket.onMessage((message) => typeof message === "string" && resolve());
      send({ type: "hello", nonce: "AAAA", next_seq: 0 });
    }),
  );
  return async (...said) => {
    await greeted;
    for (const one of said) send(one);
  };
}

const catalogue = (lang: string) => JSON.parse(readFileSync(join(APP, `../../locales/${lang}.json`), "utf8")) as Record<"cues" | "hints" | "no_light", Record<string, string>>;
const both = (group: "cues" | "hints" | "no_light", name: string) => ({ en: catalogue("en")[group][name], "zh-CN": catalogue("zh-CN")[group][name] });
const cue = (n: number, name: string) => ({ type: "say", say: "cue", n, cue: name, within_ms: 7_000, text: both("cues", name) });
const hint = (name: string) => ({ type: "say", say: "hint", hint: name, text: both("hints", name) });

/** Looks at the stage at every size, in both languages. */
async function seeStage(visit: Visit, name: string): Promise<void> {
  const { page } = visit;
  const size = page.viewportSize();
  for (const lang of ["en", "zh-CN"]) {
    await page.evaluate((lang) => document.querySelector("menshen-verify")?.setAttribute("lang", lang), lang);
    await page.locator(`dialog[lang="${lang}"]`).waitFor();
    for (const one of [...SIZES, { width: 740, height: 360 }]) {
      await page.setViewportSize(one);
      if ((await overflow(page)) > 0) visit.faults.push(`${name} ${one.width}: wider than its window`);
      const hidden = await page.locator("dialog .cue, dialog .stop").evaluateAll((all) => all.filter((each) => {
        const { top, bottom, left, right } = each.getBoundingClientRect();
        return top < 0 || left < 0 || bottom > innerHeight || right > innerWidth;
      }).map((each) => each.className));
      if (hidden.length > 0) visit.faults.push(`${name} ${one.width} ${lang}: ${hidden} is cut off`);
      if ([360, 740, 1440].includes(one.width)) await shoot(page, `live-${name}-${lang}-${one.width}`);
    }
    for (const fault of await axeFaults(page)) visit.faults.push(`${name} ${lang}: ${fault}`);
  }
  if (size) await page.setViewportSize(size);
}

test("every cue, colour, hint and line has its place in the window, in both languages", async () => {
  const person = await readyPerson(await tenant("looks"));
  const visit = await Visit.open(stage.browser, ENGLISH, "en", { ...DESK, reducedMotion: "reduce" }, FEW);
  const { page } = visit;
  await anyCamera(page);
  const say = await scripted(page);
  await page.goto(person.link);
  await visit.at("liveness.heading", false);
  await visit.see("live-before");
  await visit.press("liveness.begin");
  await page.getByText(visit.word("liveness.ready")).waitFor();
  await seeStage(visit, "ready");
  await say(hint("too_dark"));
  await page.locator("dialog .cue", { hasText: /dark|太暗/ }).waitFor();
  await seeStage(visit, "hint");
  for (const [n, name] of ["turn_left", "turn_right", "nod", "blink", "mouth_open", "come_closer"].entries()) {
    await say(cue(n + 1, name), ...(name === "turn_right" ? [hint("turn_further")] : []));
    await page.locator(`dialog .cue`, { hasText: new RegExp(`^(${Object.values(both("cues", name)).join("|")})$`) }).waitFor();
    await seeStage(visit, name);
    if (name.startsWith("turn")) {
      // Whoever turns to their own right sees themselves turn to the right, as in a mirror.
      const arrow = await page.locator("dialog .arrow").boundingBox();
      const mirror = await page.locator("dialog .mirror").boundingBox();
      const right = (arrow?.x ?? 0) > (mirror?.x ?? 0) + (mirror?.width ?? 0) / 2;
      assert.equal(right, name === "turn_left", "the camera's left is the person's right");
      assert.match(both("cues", name).en ?? "", name === "turn_left" ? /your right/ : /your left/);
    }
    await say({ type: "say", say: "seen", n: n + 1 });
  }
  await page.locator("dialog .marks svg").nth(5).waitFor();
  await seeStage(visit, "seen");
  await say({ type: "say", say: "no_colours", why: "bright_surroundings", text: both("no_light", "bright_surroundings") });
  await page.locator("dialog .cue", { hasText: /bright|太强/ }).waitFor();
  await seeStage(visit, "no-colours");
  for (const [n, colour] of COLOURS.entries()) {
    await say({ type: "say", say: "colour", n: n + 1, colour });
    await page.locator(`dialog.${colour}`).waitFor();
    const full = await page.locator("dialog").evaluate((dialog) => {
      const { left, top, right, bottom } = dialog.getBoundingClientRect();
      const { backgroundColor, opacity, filter } = getComputedStyle(dialog);
      return { whole: left <= 0 && top <= 0 && right >= innerWidth && bottom >= innerHeight, backgroundColor, opacity, filter };
    });
    const rgb = { red: "255, 0, 0", green: "0, 255, 0", blue: "0, 0, 255", yellow: "255, 255, 0", magenta: "255, 0, 255" }[colour];
    assert.deepEqual(full, { whole: true, backgroundColor: `rgb(${rgb})`, opacity: "1", filter: "none" });
    await seeStage(visit, colour);
  }
  await say({ type: "say", say: "done" });
  await page.locator("dialog:not(.lit)").waitFor();
  await seeStage(visit, "judging");
  await clean(visit);
});

test("who cannot or will not show the face goes on without it, may change their mind, and a person looks at it", async () => {
  const person = await readyPerson(await tenant("faceless"));
  const visit = await Visit.open(stage.browser, CHINESE, "zh", PHONE, FEW);
  const { page } = visit;
  await page.goto(person.link);
  await visit.at("liveness.heading", false);
  await visit.press("liveness.without");
  await visit.at("liveness.refusal.heading");
  await visit.see("live-refusal");
  await visit.press("back");
  await visit.at("liveness.heading");
  await visit.press("liveness.without");
  await visit.press("liveness.refusal.will_not");
  await visit.at("submit.heading");
  await visit.see("live-faceless");
  await page.reload();
  await visit.at("submit.heading", false);
  await visit.press("liveness.show_face");
  await visit.at("liveness.heading");
  await visit.press("liveness.without");
  await visit.press("liveness.refusal.cannot");
  await visit.at("submit.heading");
  await visit.press("submit.send");
  await visit.at("pending.heading");
  await visit.see("live-faceless-pending");
  await clean(visit);
});

test("who does not agree to be measured goes on without the face, and is asked for nothing of it", async () => {
  const { service, front, browser } = stage;
  const key = await tenant("no-consent");
  const person = await newPerson(service, key, front);
  await call(service.url, key, "PUT", `/v1/verifications/${person.id}/data`, PASSPORT);
  const visit = await Visit.open(browser, ENGLISH, "en", DESK, FEW);
  const { page } = visit;
  await page.goto(person.link);
  await visit.at("consent.heading", false);
  await visit.see("consent-face");
  await visit.press("liveness.without");
  await visit.at("liveness.refusal.heading");
  await visit.press("back");
  await visit.at("consent.heading");
  await visit.press("liveness.without");
  await visit.press("liveness.refusal.will_not");
  await visit.at("consent.heading");
  assert.equal(await page.getByRole("checkbox").count(), 1, "only what is still needed is asked for");
  await visit.agree();
  await visit.at("submit.heading");
  await visit.press("submit.send");
  await visit.at("pending.heading");
  const consents = await call<{ purpose: string }[]>(service.url, key, "GET", `/v1/applicants/${person.applicant}/consents`);
  assert.deepEqual(consents.map(({ purpose }) => purpose), ["identity_verification"]);
  await clean(visit);
});

test("the way without a face is there, too, where a photo of it is asked for", async () => {
  const person = await readyPerson(await tenant("photo", POLICY.replace("required = true", "required = false")));
  const visit = await Visit.open(stage.browser, ENGLISH, "en", DESK, FEW);
  await visit.page.goto(person.link);
  await visit.at("prepare.selfie.heading", false);
  await visit.press("liveness.without");
  await visit.press("liveness.refusal.cannot");
  await visit.at("submit.heading");
  await visit.press("liveness.show_face");
  await visit.at("prepare.selfie.heading");
  await clean(visit);
});

test("what stands in the way of a check is said, with a way on", async () => {
  const { service, front, browser } = stage;
  const key = await tenant("in-the-way");
  const person = await readyPerson(key);
  const visit = await Visit.open(browser, ENGLISH, "en", DESK, FEW);
  const { page } = visit;
  await page.addInitScript(() => {
    const world = globalThis as unknown as { fails: string };
    world.fails = "NotAllowedError";
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [640, 480];
    navigator.mediaDevices.getUserMedia = async () => {
      if (world.fails) throw new DOMException("refused", world.fails);
      const paint = () => canvas.getContext("2d")?.fillRect(0, 0, 640, 480);
      setInterval(paint, 66);
      return canvas.captureStream(15);
    };
  });
  const failing = (name: string) => page.evaluate((name) => ((globalThis as unknown as { fails: string }).fails = name), name);
  await page.goto(person.link);
  await visit.at("liveness.heading", false);
  await visit.press("liveness.begin");
  await visit.at("trouble.camera_denied.heading");
  await visit.see("live-denied");
  await failing("NotReadableError");
  await visit.press("trouble.again");
  await visit.at("trouble.camera_busy.heading");
  await failing("NotFoundError");
  await visit.press("trouble.again");
  await visit.at("trouble.camera_absent.heading");
  await visit.see("live-absent");
  await failing("");

  const answer = (status: number, problem: object) => {
    front.intercept = (asked, response) => {
      if (!asked.url?.endsWith("/live") || asked.method !== "POST") return false;
      response.writeHead(status, { "Content-Type": "application/problem+json" });
      response.end(JSON.stringify({ detail: "-", status, ...problem }));
      return true;
    };
  };
  answer(503, { code: "busy" });
  await visit.press("trouble.again");
  await page.locator("dialog .hint", { hasText: visit.word("network.busy") }).waitFor();
  await visit.at("liveness.busy.heading");
  await visit.see("live-busy");
  answer(500, { code: "machine_failed" });
  await visit.press("liveness.retry");
  await visit.at("trouble.failed.heading");
  await visit.see("live-failed");
  front.intercept = undefined;

  await call(service.url, key, "DELETE", `/v1/applicants/${person.applicant}/consents/biometric_template`);
  await visit.press("trouble.again");
  await visit.at("liveness.consent.heading");
  await visit.see("live-consent");
  await visit.press("next");
  await visit.at("consent.heading");
  await visit.agree();
  await visit.at("liveness.heading");

  await page.keyboard.press("Escape");
  await visit.press("liveness.begin");
  await page.getByText(visit.word("liveness.ready")).or(page.locator("dialog .cue")).first().waitFor();
  await page.keyboard.press("Escape");
  await visit.at("liveness.heading");
  await call(service.url, key, "DELETE", `/v1/applicants/${person.applicant}/tokens`);
  await visit.press("liveness.begin");
  await visit.at("trouble.token_expired.heading");
  await clean(visit);
});

test("a check whose time runs out says so, and begins anew", async () => {
  const key = await tenant("late", POLICY.replace("[liveness.challenge]", "[liveness.challenge]\nsession_ms = 8000"));
  const person = await readyPerson(key);
  const visit = await Visit.open(stage.browser, CHINESE, "zh", PHONE, FEW);
  await anyCamera(visit.page);
  await visit.page.goto(person.link);
  await visit.at("liveness.heading", false);
  await visit.press("liveness.begin");
  await visit.page.getByRole("timer").getByText(/^0:0[1-8]$/).waitFor();
  await visit.at("liveness.expired.heading");
  await visit.see("live-expired");
  await visit.press("liveness.retry");
  await visit.page.locator("dialog[open]").waitFor();
  await visit.press("liveness.stop");
  await visit.at("liveness.heading");
  await clean(visit);
});

test("a connection that the service closes is taken up again by its code, and one that has ended elsewhere is over", async () => {
  const { service, browser } = stage;
  const key = await tenant("codes");
  const person = await readyPerson(key);
  const visit = await Visit.open(browser, CHINESE, "zh", PHONE, FEW);
  const { page } = visit;
  await anyCamera(page);
  const codes = [1011, 1013, 4409, 1006];
  const sockets: { at: number; greeted: boolean }[] = [];
  let ends: (code: number) => void = () => undefined;
  await page.routeWebSocket(/\/live\/.+\/socket$/, (socket) => {
    const one = { at: Date.now(), greeted: false };
    sockets.push(one);
    const code = codes[sockets.length - 1];
    const close = (with_: number) => void socket.close({ code: with_, reason: "-" });
    socket.onMessage((message) => {
      if (typeof message !== "string") return;
      one.greeted = true;
      if (code === undefined) ends = close;
      // A line that only breaks has no code.
      else close(code === 1006 ? 4000 : code);
    });
    socket.send(JSON.stringify({ type: "hello", nonce: "AAAA", next_seq: 0 }));
  });
  await page.goto(person.link);
  await visit.at("liveness.heading", false);
  await visit.press("liveness.begin");
  while (sockets.length <= codes.length || !sockets.at(-1)?.greeted) await page.waitForTimeout(100);
  const pauses = sockets.slice(1).map(({ at }, n) => at - (sockets[n]?.at ?? 0));
  assert.ok((pauses[1] ?? 0) >= 3_000, `after 1013 it waits: ${pauses}`);
  await page.getByText(visit.word("liveness.ready")).waitFor();
  // Another tab opens another check: this one is over.
  const other = await visit.context.newPage();
  await anyCamera(other);
  await other.goto(person.link);
  await other.getByRole("button", { name: visit.word("liveness.begin"), exact: true }).click();
  await other.locator("dialog .cue", { hasText: new RegExp(`${visit.word("liveness.ready")}|${Object.values(catalogue("zh-CN").hints).join("|")}`) }).waitFor();
  ends(4409);
  await visit.at("liveness.again.heading");
  await clean(visit);
  void service;
});

test("the check alone, as another page of ours uses it, says by events how it goes", async () => {
  const { service, front, browser } = stage;
  const key = await tenant("alone");
  const person = await readyPerson(key);
  const visit = await Visit.open(browser, ENGLISH, "en", DESK, FEW);
  const { page } = visit;
  await anyCamera(page);
  const say = await scripted(page);
  await page.goto(`${front.url}/embed`);
  const script = await (await fetch(`${front.url}/web/verify.js`)).text();
  const chunk = /chunks\/live-[\w-]+\.js/.exec(script)?.[0] ?? "";
  await page.evaluate(async ([chunk, token, verification]) => {
    await import(`/web/${chunk}`);
    const heard: string[] = [];
    const live = document.createElement("menshen-live");
    for (const name of ["done", "over", "left"]) live.addEventListener(`menshen-live-${name}`, (event) => heard.push(`${name} ${JSON.stringify((event as CustomEvent).detail)}`));
    Object.assign(live, { token, verification });
    live.setAttribute("offers", "other_way");
    Object.assign(globalThis, { heard });
    document.querySelector("main")?.append(live);
    live.focus();
  }, [chunk, person.token, person.id]);
  const heard = () => page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard);
  await visit.at("liveness.heading");
  assert.equal(await page.getByRole("button", { name: visit.word("liveness.without") }).count(), 0, "what the page does not offer is not there");
  await visit.press("liveness.other_way");
  assert.deepEqual(await heard(), [`left ${JSON.stringify({ verification: person.id, way: "other_way" })}`]);
  await visit.press("liveness.begin");
  await page.getByText(visit.word("liveness.ready")).waitFor();
  await say({ type: "say", say: "done" }, { type: "over", state: "done", reasons: [], next: [] });
  await visit.at("liveness.done.heading");
  assert.deepEqual((await heard()).at(-1), `done ${JSON.stringify({ verification: person.id, sandbox: false })}`);
  await page.evaluate(() => document.querySelector("menshen-live")?.setAttribute("lang", "zh-CN"));
  await page.getByText(CHINESE["liveness.done.heading"] ?? "").waitFor();
  await call(service.url, key, "DELETE", `/v1/applicants/${person.applicant}/tokens`);
  await clean(visit);
});

test("a sandbox measures nothing, and says so", async () => {
  const sandbox = await setStage(["--sandbox-only"]);
  try {
    const { service, front, browser } = sandbox;
    await call(service.url, service.sandboxKey, "PUT", "/v1/policy", { toml: POLICY });
    const person = await newPerson(service, service.sandboxKey, front);
    const visit = await Visit.open(browser, CHINESE, "zh", PHONE, FEW);
    await anyCamera(visit.page);
    await visit.begin(person.link);
    await visit.typePassport("Anna Maria Eriksson");
    await visit.press("form.next");
    await visit.at("liveness.heading");
    await visit.press("liveness.begin");
    await visit.at("liveness.done.heading");
    await visit.page.getByText(visit.word("liveness.done.sandbox")).waitFor();
    await visit.see("live-sandbox");
    await visit.press("next");
    await visit.at("submit.heading");
    await clean(visit);
  } finally {
    await sandbox.stop();
  }
});
