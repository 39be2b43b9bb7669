import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { APP, axeFaults, call, overflow, shoot, SIZES } from "./harness.js";
import { clean, COLOURS, DESK, PASSPORT, PHONE, POLICY, readyPerson, setGround, tenant } from "./live-person.js";
import type { Ground } from "./live-person.js";
import { newPerson, Visit } from "./people.js";
import { CHINESE, ENGLISH, FEW, setStage } from "./stage.js";

// What the page shows of a live check, without a person who is measured: the service is real, and where a test says so its words are the test's.
let ground: Ground;
before(async () => {
  ground = await setGround();
});
after(() => ground.stop());

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
  const person = await readyPerson(ground, await tenant(ground, "looks"));
  const visit = await Visit.open(ground.stage.browser, ENGLISH, "en", { ...DESK, reducedMotion: "reduce" }, FEW);
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
  const person = await readyPerson(ground, await tenant(ground, "faceless"));
  const visit = await Visit.open(ground.stage.browser, CHINESE, "zh", PHONE, FEW);
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
  const { service, front, browser } = ground.stage;
  const key = await tenant(ground, "no-consent");
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
  const person = await readyPerson(ground, await tenant(ground, "photo", POLICY.replace("required = true", "required = false")));
  const visit = await Visit.open(ground.stage.browser, ENGLISH, "en", DESK, FEW);
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
  const { service, front, browser } = ground.stage;
  const key = await tenant(ground, "in-the-way");
  const person = await readyPerson(ground, key);
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
  const key = await tenant(ground, "late", POLICY.replace("[liveness.challenge]", "[liveness.challenge]\nsession_ms = 8000"));
  const person = await readyPerson(ground, key);
  const visit = await Visit.open(ground.stage.browser, CHINESE, "zh", PHONE, FEW);
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
  const { service, browser } = ground.stage;
  const key = await tenant(ground, "codes");
  const person = await readyPerson(ground, key);
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
  const { service, front, browser } = ground.stage;
  const key = await tenant(ground, "alone");
  const person = await readyPerson(ground, key);
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
