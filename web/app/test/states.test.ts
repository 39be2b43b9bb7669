import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newPerson, Visit } from "./people.js";
import { CHINESE, ENGLISH, FEW, setStage } from "./stage.js";
import type { Stage } from "./stage.js";

// States that a service comes into after days: its true answer with what would stand in it then. What leads there is tested with
// the service (`crates/server/tests/http`); here it is looked at what the person sees.
let stage: Stage;
before(async () => {
  stage = await setStage(["--sandbox-only"]);
});
after(() => stage.stop());

const both = (en: string, zh: string) => ({ en, "zh-CN": zh });
const DAY = 86_400_000;
const later = (days: number) => new Date(Date.now() + days * DAY).toISOString();
const reason = (code: string, end: string, step: string, en: string, zh: string) => ({
  code, end, step, counts: true, title: both(en, zh), remedy: both("What to do about it stands here.", "这里说明处理方法。"),
});

interface State {
  name: string;
  heading: string;
  change: object;
}

const STATES: readonly State[] = [
  {
    name: "overdue",
    heading: "pending.late",
    change: {
      status: "pending", expected_at: later(-1),
      support: { kind: "stuck", text: both("There should have been an answer by now. That is our fault.", "本应已有答复，非常抱歉。") },
    },
  },
  { name: "retry-at", heading: "failed.heading", change: { status: "failed", retry: "at", retry_at: later(0.1), reasons: [reason("attempts_exhausted", "wait", "account", "Please wait before the next attempt", "请稍后再试"), reason("face_mismatch", "again", "selfie", "The faces are not alike enough", "人脸相似度不足")] } },
  { name: "retry-appeal", heading: "failed.final", change: { status: "failed", retry: "appeal", reasons: [reason("review_refused", "final", "account", "People looked at your case and could not confirm it", "人工审核未能确认")] } },
  { name: "expired", heading: "expired.heading", change: { status: "expired", ended: "ran_out" } },
  { name: "liveness", heading: "liveness.heading", change: { status: "in_progress", next: [{ step: "liveness", title: both("Recording", "录制") }] } },
];

for (const [lang, words] of [["en", ENGLISH], ["zh", CHINESE]] as const) {
  test(`every state that takes days has its screen: ${lang}`, async () => {
    const { service, front, browser } = stage;
    const person = await newPerson(service, service.sandboxKey, front);
    const visit = await Visit.open(browser, words, lang, { locale: lang === "en" ? "en-GB" : "zh-CN", viewport: { width: 1024, height: 800 } }, FEW);
    let change: object = {};
    await visit.page.route(`**/v1/verifications/${person.id}`, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), next: [], ...change } });
    });
    await visit.page.route("**/consents", async (route) => {
      const given = ["identity_verification", "biometric_template"].map((purpose) => ({ purpose, version: "2026-11", given_at: later(-1), withdrawn_at: null }));
      if (route.request().method() === "GET") await route.fulfill({ json: given });
      else await route.continue();
    });
    for (const state of STATES) {
      change = state.change;
      await visit.page.goto(person.link);
      await visit.page.reload();
      await visit.at(state.heading, false);
      await visit.see(`state-${state.name}`);
    }
    assert.deepEqual(visit.errors, []);
    assert.deepEqual(visit.faults, []);
    await visit.context.close();
  });
}
