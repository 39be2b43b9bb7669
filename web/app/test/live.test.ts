import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import { CAMERA } from "./live-camera.js";
import { answerOf, isColour, Live, POLICY, setGround, tenant } from "./live-person.js";
import type { Ground } from "./live-person.js";
import { CHINESE, ENGLISH } from "./stage.js";

// A drawn person before the page's camera, who does what the page shows and is lit by what the page shows; the service measures all of it.
let ground: Ground;
before(async () => {
  ground = await setGround();
});
after(() => ground.stop());

const drawn = existsSync(CAMERA) ? {} : { skip: "there is no drawn camera (cargo build --release -p menshen-specimen --example live_camera)" };

test("a person does what is shown, is lit by the screen, passes and is verified", drawn, async () => {
  const live = await Live.open(ground, await tenant(ground, "passes"), ENGLISH);
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
  const live = await Live.open(ground, await tenant(ground, "dark"), CHINESE);
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
  const live = await Live.open(ground, await tenant(ground, "slow"), ENGLISH);
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
  const live = await Live.open(ground, await tenant(ground, "wrong"), ENGLISH, { instead });
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
  const live = await Live.open(ground, await tenant(ground, "puppet"), CHINESE, { species: "injected_puppet" });
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
  const { front } = ground.stage;
  const live = await Live.open(ground, await tenant(ground, "breaks"), ENGLISH);
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
  const { front } = ground.stage;
  front.sockets.open = false;
  try {
    const live = await Live.open(ground, await tenant(ground, "requests"), ENGLISH);
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
  const key = await tenant(ground, "tries", POLICY.replace(/free = .*\nmost = .*/, "free = 1\nwait_seconds = 8\nmost = 2"));
  const live = await Live.open(ground, key, ENGLISH);
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
