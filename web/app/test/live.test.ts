import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newPerson, Visit } from "./people.js";
import { call } from "./harness.js";
import { CHINESE, ENGLISH, FEW, setStage } from "./stage.js";
import type { Stage } from "./stage.js";

let stage: Stage;
before(async () => {
  stage = await setStage(["--sandbox-only"]);
});
after(() => stage.stop());

test("a sandbox", async () => {
  const { service, front, browser } = stage;
  const toml = 'version = "live"\n[levels]\nL1 = ["data"]\nL2 = ["data", "face"]\n[liveness]\nrequired = true\n';
  await call(service.url, service.sandboxKey, "PUT", "/v1/policy", { toml });
  const person = await newPerson(service, service.sandboxKey, front);
  const visit = await Visit.open(browser, ENGLISH, "en", { locale: "en-GB", viewport: { width: 1024, height: 800 } }, FEW);
  await visit.page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = async () => {
      const canvas = document.createElement("canvas");
      canvas.width = 640; canvas.height = 480;
      const ctx = canvas.getContext("2d")!;
      let n = 0;
      setInterval(() => { ctx.fillStyle = `hsl(${n++ % 360} 50% 50%)`; ctx.fillRect(0, 0, 640, 480); }, 66);
      return canvas.captureStream(15);
    };
  });
  await visit.begin(person.link);
  await visit.typePassport("Anna Maria Eriksson");
  await visit.press("form.next");
  await visit.at("liveness.heading");
  await visit.see("live-before");
  await visit.press("liveness.begin");
  await visit.at("liveness.done.heading");
  await visit.see("live-sandbox");
  await visit.press("next");
  await visit.at("submit.heading");
  assert.deepEqual(visit.errors, []);
  assert.deepEqual(visit.faults, []);
});
void CHINESE;
