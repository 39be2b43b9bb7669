// Live checks: the platform's cryptography and the service agree on a key, and a frame without it ends the session.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { createClient, openLiveKey, Problem } from "@menshen/client";
import type { LiveKey, LiveOpenedOut, Menshen } from "@menshen/client";

const url = given("CLIENT_TEST_URL");
const operator = createClient({ url, key: given("CLIENT_TEST_OPERATOR") });
const device = "a-device-of-the-tests";
const camera = { label: "Front camera", width: 640, height: 480, frame_rate: 30 };
/** No picture: what is proven is who has sent it. */
const bytes = new TextEncoder().encode("no picture") as Uint8Array<ArrayBuffer>;

function given(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is set by scripts/test-client`);
  return value;
}

interface Person {
  menshen: Menshen;
  verification: string;
}

async function person(sandbox: boolean): Promise<Person> {
  const { secret } = await operator.createTenant({ name: "live", sandbox });
  assert.ok(secret);
  const menshen = createClient({ url, key: secret });
  await menshen.putPolicy({ toml: 'version = "live"\n[liveness]\nrequired = true\n' });
  const applicant = await menshen.createApplicant({ external_id: randomUUID() });
  await menshen.giveConsent(applicant.id, { purpose: "biometric_template", version: "1" });
  const { id } = await menshen.createVerification({ applicant: applicant.id, level: "L2" });
  return { menshen, verification: id };
}

async function opened({ menshen, verification }: Person): Promise<{ live: LiveOpenedOut; key: LiveKey }> {
  const own = await openLiveKey();
  const live = await menshen.openLive(verification, { device, capture_key: own.point, camera });
  assert.ok("session" in live, JSON.stringify(live));
  return { live, key: await own.agree(live, device) };
}

test("a frame with the session's key is taken, and one with another key ends the session", async () => {
  const someone = await person(false);
  const { menshen, verification } = someone;
  const { live, key } = await opened(someone);
  const taken = await menshen.postLiveFrame(verification, live.session, new Blob([await key.frame(0, 100, bytes)]));
  assert.equal(taken.next_seq, 1);
  const { key: other } = await opened(await person(false));
  const forged = new Blob([await other.frame(1, 200, bytes)]);
  const refused = await menshen.postLiveFrame(verification, live.session, forged).catch((error: unknown) => error);
  assert.ok(refused instanceof Problem && refused.code === "frame_forged", String(refused));
  assert.equal((await menshen.getLive(verification, live.session)).state, "again");
  const [newest] = await menshen.listLive(verification);
  assert.deepEqual([newest?.session, newest?.state, newest?.reasons[0]?.code], [live.session, "failed", "capture_source_untrusted"]);
});

test("in a sandbox nothing is measured, and the step is done", async () => {
  const { menshen, verification } = await person(true);
  const own = await openLiveKey();
  const live = await menshen.openLive(verification, { device, capture_key: own.point, camera });
  assert.ok("sandbox" in live && live.next.every(({ step }) => step !== "liveness"), JSON.stringify(live));
});

test("who declines to show the face is asked for it no more, and may change their mind", async () => {
  const { menshen, verification } = await person(true);
  const asked = async () => (await menshen.getVerification(verification)).next.some(({ step }) => step === "liveness");
  assert.ok(await asked());
  await menshen.refuseFace(verification, { why: "cannot" });
  assert.ok(!(await asked()));
  await menshen.takeBackRefusal(verification);
  assert.ok(await asked());
});
