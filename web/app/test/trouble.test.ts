import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call, denyCamera, startBrowser } from "./harness.js";
import { newPerson, Visit } from "./people.js";
import { CHINESE, ENGLISH, FEW, photo, setStage } from "./stage.js";
import type { Stage } from "./stage.js";

let stage: Stage;
before(async () => {
  stage = await setStage(["--sandbox-only"]);
});
after(() => stage.stop());

const DESK = { locale: "en-GB", viewport: { width: 1024, height: 800 } };
const WECHAT =
  "Mozilla/5.0 (Linux; Android 14; V2301A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0.50";
const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";

async function clean(visit: Visit): Promise<void> {
  assert.deepEqual(visit.errors, []);
  assert.deepEqual(visit.faults, []);
  await visit.context.close();
}

/** Returns a person whose data is handed in: the front is next. */
async function atTheFront(level = "L2") {
  const { service, front } = stage;
  const person = await newPerson(service, service.sandboxKey, front, level);
  await call(service.url, service.sandboxKey, "PUT", `/v1/verifications/${person.id}/data`, { document: "passport", country: "UTO", name: "Anna Maria Eriksson", birth_date: "1990-01-31", number: "L898902C3" });
  for (const purpose of ["identity_verification", "biometric_template"]) {
    await call(service.url, service.sandboxKey, "POST", `/v1/applicants/${person.applicant}/consents`, { purpose, version: "2026-11" });
  }
  return person;
}

test("without a camera: another device, a file", async () => {
  const person = await atTheFront();
  const visit = await Visit.open(stage.browser, ENGLISH, "en", DESK, FEW);
  const { page } = visit;
  await page.goto(person.link);
  await visit.at("prepare.front.heading", false);
  await visit.press("prepare.open");
  await visit.at("trouble.camera_absent.heading");
  await visit.see("camera-absent");
  await page.getByLabel(visit.word("prepare.file"), { exact: true }).setInputFiles(photo("front"));
  await visit.at("review.good");
  await clean(visit);
});

test("a policy says which documents are taken, and whether files are", async () => {
  const { service, front, browser } = stage;
  const policy = (toml: string) => call(service.url, service.sandboxKey, "PUT", "/v1/policy", { toml });
  await policy('[document]\naccepted = { "*" = ["id_card_td2"], UTO = ["passport"] }\n[files]\naccepted = ["face"]');
  const chooses = await newPerson(service, service.sandboxKey, front);
  const shoots = await atTheFront();
  await policy("");

  const choosing = await Visit.open(browser, ENGLISH, "en", DESK, FEW);
  await choosing.begin(chooses.link);
  const kinds = () => choosing.page.locator(".choice strong").allTextContents();
  for (const [country, kind] of [["UTO", "passport"], ["FRA", "id_card_td2"]] as const) {
    await choosing.page.getByLabel(choosing.word("document.country")).selectOption(country);
    assert.deepEqual(await kinds(), [choosing.word(`kind.${kind}`)]);
  }
  await clean(choosing);

  const shooting = await Visit.open(browser, ENGLISH, "en", DESK, FEW);
  const rules = shooting.page.waitForResponse(/\/rules$/);
  await shooting.page.goto(shoots.link);
  await shooting.at("prepare.front.heading", false);
  await (await rules).finished();
  await shooting.press("prepare.open");
  await shooting.at("trouble.camera_absent.heading");
  assert.equal(await shooting.page.locator("input[type=file]").count(), 0);
  await shooting.see("camera-absent-no-files");
  await clean(shooting);
});

test("a phone goes on where the desk was, and the desk follows", async () => {
  const person = await atTheFront();
  const visit = await Visit.open(stage.browser, ENGLISH, "en", DESK, FEW);
  const { page } = visit;
  await page.goto(person.link);
  await visit.at("prepare.front.heading", false);
  await visit.press("handover.offer");
  await visit.at("handover.heading");
  await visit.see("handover");
  const phone = await Visit.open(stage.browser, ENGLISH, "en", { ...DESK, viewport: { width: 360, height: 800 }, userAgent: IPHONE, hasTouch: true }, FEW);
  await phone.page.goto(person.link);
  await phone.at("prepare.front.heading", false);
  assert.equal(await phone.page.getByRole("button", { name: phone.word("handover.offer") }).count(), 0, "a phone needs no other phone");
  await phone.file(photo("front"));
  await page.getByText(visit.word("handover.follows")).waitFor();
  await phone.at("prepare.selfie.heading");
  await phone.file(photo("selfie"));
  await phone.at("submit.heading");
  await phone.press("submit.send");
  await phone.at("verified.heading");
  await visit.at("verified.heading");
  await clean(phone);
  await clean(visit);
});

test("a camera that is denied, taken or only in an app's own view is told with the way out", async () => {
  const camera = await startBrowser("undecided");
  try {
    const person = await atTheFront();
    const denied = await Visit.open(camera, CHINESE, "zh", { ...DESK, locale: "zh-CN", userAgent: IPHONE }, FEW);
    await denyCamera(denied.page, person.link);
    await denied.page.goto(person.link);
    await denied.at("prepare.front.heading", false);
    await denied.press("prepare.open");
    await denied.at("trouble.camera_denied.heading");
    await denied.see("camera-denied");
    await clean(denied);

    const busy = await Visit.open(camera, ENGLISH, "en", DESK, FEW);
    await busy.page.addInitScript(refuse("NotReadableError"));
    await busy.page.goto(person.link);
    await busy.at("prepare.front.heading", false);
    await busy.press("prepare.open");
    await busy.at("trouble.camera_busy.heading");
    await busy.see("camera-busy");
    await clean(busy);

    const inApp = await Visit.open(camera, CHINESE, "zh", { ...DESK, locale: "zh-CN", userAgent: WECHAT, viewport: { width: 360, height: 800 }, hasTouch: true }, FEW);
    await inApp.page.addInitScript(() => Object.defineProperty(navigator, "mediaDevices", { value: undefined }));
    await inApp.page.goto(person.link);
    await inApp.at("prepare.front.heading", false);
    await inApp.see("in-app-prepare");
    await inApp.press("prepare.browser");
    await inApp.at("trouble.in_app.heading");
    await inApp.see("in-app");
    await clean(inApp);
  } finally {
    await camera.close();
  }
});

/** A page whose camera answers with an error of a name. */
const refuse = (name: string) => ({
  content: `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("refused", ${JSON.stringify(name)}));`,
});

test("a broken connection is waited for, and the upload goes on where it stopped", async () => {
  const person = await atTheFront();
  const { front } = stage;
  const visit = await Visit.open(stage.browser, ENGLISH, "en", DESK, FEW);
  const { page, context } = visit;
  const offsets: number[] = [];
  front.intercept = (asked) => {
    if (asked.method === "PATCH") offsets.push(Number(asked.headers["upload-offset"]));
    return false;
  };
  await page.goto(person.link);
  await visit.at("prepare.front.heading", false);
  // 64 kB a second: the photo takes some pieces.
  const wire = await context.newCDPSession(page);
  await wire.send("Network.enable");
  const slow = (offline: boolean) =>
    wire.send("Network.emulateNetworkConditions", { offline, latency: 100, downloadThroughput: 64_000, uploadThroughput: 64_000 });
  await slow(false);
  await page.getByLabel(visit.word("prepare.file"), { exact: true }).setInputFiles(photo("front"));
  await page.getByText(/^[1-9][0-9]?% sent$/).waitFor();
  await slow(true);
  await page.getByText(visit.word("review.waiting")).waitFor();
  await page.getByText(visit.word("network.offline")).waitFor();
  await visit.see("offline");
  await page.evaluate(() => document.querySelector("menshen-verify")?.setAttribute("lang", "zh-CN"));
  await page.waitForTimeout(200);
  await visit.at("review.sending", false);
  await slow(false);
  await page.getByRole("heading", { level: 2, name: CHINESE["review.good"] ?? "", exact: true }).waitFor();
  assert.ok(offsets.length >= 3 && offsets.every((offset, at) => at === 0 || offset >= (offsets[at - 1] ?? 0)), `never from the start: ${offsets}`);
  front.intercept = undefined;
  await clean(visit);
});

test("a busy service, an old page and an ended token each lead on", async () => {
  const person = await atTheFront();
  const { front, service } = stage;
  const visit = await Visit.open(stage.browser, ENGLISH, "en", DESK, FEW);
  const { page } = visit;
  await page.goto(person.link);
  await visit.at("prepare.front.heading", false);
  let refusals = 2;
  front.intercept = (asked, response) => {
    if (!asked.url?.startsWith("/v1/uploads") || asked.method !== "POST" || refusals === 0) return false;
    refusals -= 1;
    response.writeHead(503, { "Retry-After": "1", "Content-Type": "application/problem+json" });
    response.end('{"code":"busy","detail":"too much to do at the moment"}');
    return true;
  };
  await page.getByLabel(visit.word("prepare.file"), { exact: true }).setInputFiles(photo("front"));
  await page.getByText(visit.word("network.busy")).waitFor();
  await visit.see("busy");
  await visit.at("review.good");
  await visit.press("next");
  await visit.at("prepare.selfie.heading");

  front.intercept = (asked, response) => {
    if (!asked.url?.startsWith("/v1/uploads") || asked.method !== "POST") return false;
    response.writeHead(409, { "Content-Type": "application/problem+json" });
    response.end('{"code":"client_outdated","detail":"the person must do something first","status":409}');
    return true;
  };
  await page.getByLabel(visit.word("prepare.file"), { exact: true }).setInputFiles(photo("selfie"));
  await visit.at("trouble.outdated.heading");
  await visit.see("outdated");
  front.intercept = undefined;
  await visit.press("trouble.outdated.reload");
  await visit.at("prepare.selfie.heading", false);

  await call(service.url, service.sandboxKey, "DELETE", `/v1/applicants/${person.applicant}/tokens`);
  await page.getByLabel(visit.word("prepare.file"), { exact: true }).setInputFiles(photo("selfie"));
  await visit.at("trouble.token_expired.heading");
  await visit.see("token-expired");
  await clean(visit);
});

test("the element on an integrator's page tells by events how it stands, and takes a new token", async () => {
  const person = await atTheFront("L1");
  const { front, service } = stage;
  const visit = await Visit.open(stage.browser, ENGLISH, "en", DESK, FEW);
  const { page } = visit;
  await page.goto(`${front.url}/embed`);
  const heard = () => page.evaluate(() => (window as unknown as { heard: string[] }).heard);
  await page.evaluate(([id]) => {
    const element = document.createElement("menshen-verify");
    const heard: string[] = [];
    Object.assign(window, { heard, element });
    element.addEventListener("menshen-step", (event) => heard.push(`step ${(event as CustomEvent<{ step: string }>).detail.step}`));
    element.addEventListener("menshen-result", (event) => heard.push(`result ${(event as CustomEvent<{ status: string }>).detail.status}`));
    element.addEventListener("menshen-error", (event) => heard.push(`error ${(event as CustomEvent<{ code: string }>).detail.code}`));
    element.addEventListener("menshen-token-expired", () => heard.push("expired"));
    element.setAttribute("verification", id ?? "");
    element.setAttribute("token", "mt_ended");
    document.querySelector("main")?.append(element);
  }, [person.id]);
  await visit.at("trouble.token_expired.heading", false);
  const { token } = await call<{ token: string }>(service.url, service.sandboxKey, "POST", `/v1/applicants/${person.applicant}/tokens`, {});
  await page.evaluate(([token]) => (window as unknown as { element: Element }).element.setAttribute("token", token ?? ""), [token]);
  await visit.at("submit.heading");
  await visit.see("embedded-submit");
  await visit.press("submit.send");
  await visit.at("verified.heading");
  const all = await heard();
  for (const one of ["error token_expired", "expired", "step submit", "result verified", "step result"]) assert.ok(all.includes(one), `${one} in ${all}`);
  await clean(visit);
});

test("a page that was reset forgets the draft and goes on", async () => {
  const { service, front, browser } = stage;
  const person = await newPerson(service, service.sandboxKey, front);
  const visit = await Visit.open(browser, ENGLISH, "en", DESK, FEW);
  const { page } = visit;
  await visit.begin(person.link);
  await visit.typePassport("Somebody");
  await visit.press("reset");
  await visit.at("document.heading");
  assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), ["menshen.link"]);
  await clean(visit);
});

test("a link without a token says so", async () => {
  const visit = await Visit.open(stage.browser, CHINESE, "zh", { ...DESK, locale: "zh-CN" }, FEW);
  await visit.page.goto(`${stage.front.url}/verify`);
  await visit.at("trouble.not_found.heading", false);
  await visit.see("not-found");
  await clean(visit);
});

/** The bar is for a machine that does nothing else; one that does takes up to three times as long. */
const USABLE = process.env["WEB_TEST_QUIET"] ? 2_000 : 6_000;

test("on a slow machine the page can be used within two seconds", async () => {
  const person = await atTheFront();
  const took: number[] = [];
  // The best of three: a machine that does other things meanwhile measures those.
  for (let loads = 0; loads < 3; loads += 1) {
    const visit = await Visit.open(stage.browser, ENGLISH, "en", DESK, FEW);
    const wire = await visit.context.newCDPSession(visit.page);
    await wire.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    const begun = performance.now();
    await visit.page.goto(person.link);
    await visit.at("prepare.front.heading", false);
    took.push(Math.round(performance.now() - begun));
    await clean(visit);
  }
  process.stdout.write(`usable at a quarter of the speed after ${took.join(", ")} ms\n`);
  assert.ok(Math.min(...took) <= USABLE, `${took}`);
});

test("both catalogues have the same places to be filled", () => {
  const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([place]) => place).sort().join(" ");
  const differing = Object.keys(ENGLISH).filter((key) => places(ENGLISH[key] ?? "") !== places(CHINESE[key] ?? ""));
  assert.deepEqual(differing, []);
});
