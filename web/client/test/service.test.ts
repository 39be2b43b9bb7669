// The package, as npm gives it to an integrator, against a real service with sandbox tenants.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { createClient, each, Problem } from "@menshen/client";
import type { DataIn, Menshen, VerificationOut } from "@menshen/client";

const url = given("CLIENT_TEST_URL");
const menshen = createClient({ url, key: given("CLIENT_TEST_KEY") });
const operator = createClient({ url, key: given("CLIENT_TEST_OPERATOR") });

function given(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is set by scripts/test-client`);
  return value;
}

/** A tenant of its own, so that tests see nothing of each other. */
async function stranger(): Promise<Menshen> {
  const { secret } = await operator.createTenant({ name: "stranger", sandbox: true });
  assert.ok(secret);
  return createClient({ url, key: secret });
}

const typed = (name: string): DataIn => ({
  document: "passport",
  country: "UTO",
  name,
  birth_date: "1990-01-31",
  number: "L898902C3",
});
const photo = (text: string) => new Blob([text], { type: "image/jpeg" });

async function open(level: string): Promise<VerificationOut> {
  const applicant = await menshen.createApplicant({ external_id: randomUUID() });
  return menshen.createVerification({ applicant: applicant.id, level });
}

/** Hands in everything, submits, and waits. */
async function judged(name: string): Promise<VerificationOut> {
  const { id } = await open("L2");
  await menshen.putData(id, typed(name));
  for (const part of ["front", "selfie"] as const) {
    assert.ok((await menshen.uploadCapture(id, part, photo(part))).usable);
  }
  assert.ok((await menshen.submitVerification(id)).processing);
  return menshen.waitForVerdict(id);
}

async function problem(call: Promise<unknown>): Promise<Problem> {
  const error = await call.then(
    () => assert.fail("it was done"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Problem, String(error));
  return error;
}

test("the same key twice makes one applicant", async () => {
  const own = await stranger();
  const call = { idempotencyKey: "user-4711" };
  const first = await own.createApplicant({ external_id: "user-4711", locale: "en" }, call);
  const again = await own.createApplicant({ external_id: "user-4711", locale: "en" }, call);
  assert.deepEqual(again, first);
  assert.deepEqual((await own.listApplicants()).items, [first]);
});

test("another body with the same key is a problem", async () => {
  const call = { idempotencyKey: randomUUID() };
  await menshen.createApplicant({ external_id: randomUUID() }, call);
  const refused = await problem(menshen.createApplicant({ external_id: randomUUID() }, call));
  assert.equal(refused.status, 409);
  assert.equal(refused.code, "idempotency_key_reused");
  assert.ok(refused.detail.length > 0);
});

test("without a key two requests are two", async () => {
  const id = randomUUID();
  await menshen.createApplicant({ external_id: id });
  assert.equal((await problem(menshen.createApplicant({ external_id: id }))).code, "external_id_taken");
});

test("a person whom nothing speaks against is verified", async () => {
  const found = await judged("MAGIC APPROVED");
  assert.equal(found.status, "verified");
  assert.deepEqual(found.reasons, []);
  assert.ok(found.valid_until === undefined || Date.parse(found.valid_until ?? "") > Date.now());
});

test("a person looks at what the machine cannot say", async () => {
  assert.equal((await judged("MAGIC REVIEW")).status, "pending");
});

test("a failure says why in two languages, and only what failed is repeated", async () => {
  const failed = await judged("MAGIC name_mismatch");
  assert.equal(failed.status, "failed");
  assert.equal(failed.retry, "now");
  assert.deepEqual(failed.reasons.map((reason) => reason.code), ["name_mismatch"]);
  for (const { title, remedy } of failed.reasons) {
    assert.match(title["zh-CN"] + remedy["zh-CN"], /\p{Script=Han}/u);
    assert.match(title.en + remedy.en, /^[\x20-\x7e]+$/);
  }
  assert.deepEqual(failed.next.map((step) => step.step), ["form"]);
  const photos = async () => (await menshen.listCaptures(failed.id)).map((capture) => capture.id);
  const before = await photos();
  assert.equal(before.length, 2);

  await menshen.putData(failed.id, typed("MAGIC APPROVED"));
  assert.equal((await menshen.submitVerification(failed.id)).attempt, 2);
  const passed = await menshen.waitForVerdict(failed.id);
  assert.equal(passed.status, "verified");
  assert.deepEqual(await photos(), before);
});

test("a submission names the steps that are missing", async () => {
  const { id } = await open("L2");
  await menshen.putData(id, typed("Ada Lovelace"));
  await menshen.uploadCapture(id, "front", photo("front"));
  const refused = await problem(menshen.submitVerification(id));
  assert.equal(refused.status, 409);
  assert.equal(refused.code, "steps_missing");
  assert.deepEqual(refused.missing.map((step) => step.step), ["selfie"]);
  assert.match(refused.missing[0]?.title["zh-CN"] ?? "", /\p{Script=Han}/u);
});

test("the same photo twice is one", async () => {
  const { id } = await open("L2");
  const first = await menshen.uploadCapture(id, "selfie", photo("same"));
  const again = await menshen.uploadCapture(id, "selfie", photo("same"));
  const other = await menshen.uploadCapture(id, "selfie", photo("other"));
  assert.equal(again.id, first.id);
  assert.notEqual(other.id, first.id);
});

test("a photo comes in pieces", async () => {
  const { id } = await open("L2");
  const whole = photo("m".repeat(100_000));
  assert.ok((await menshen.uploadOptions()).largest > whole.size);
  const upload = await menshen.createUpload({ verification: id, part: "front", length: whole.size });
  assert.equal(upload.offset, 0);
  const piece = await menshen.appendUpload(upload.id, 0, whole.slice(0, 60_000));
  assert.deepEqual(piece, { offset: 60_000, capture: undefined, usable: undefined });
  assert.deepEqual(await menshen.uploadState(upload.id), { id: upload.id, offset: 60_000, length: 100_000 });
  const wrong = await problem(menshen.appendUpload(upload.id, 0, whole.slice(0, 10)));
  assert.equal(wrong.code, "wrong_offset");
  const last = await menshen.appendUpload(upload.id, 60_000, whole.slice(60_000));
  assert.equal(last.usable, true);
  assert.deepEqual((await menshen.listCaptures(id)).map((capture) => capture.id), [last.capture]);

  const unwanted = await menshen.createUpload({ verification: id, part: "back", length: 10 });
  await menshen.endUpload(unwanted.id);
  assert.equal((await problem(menshen.uploadState(unwanted.id))).code, "status_404");
});

test("a list is gone through page by page", async () => {
  const own = await stranger();
  const made: string[] = [];
  for (let n = 0; n < 5; n += 1) made.unshift((await own.createApplicant({ external_id: `user-${n}` })).id);
  const page = await own.listApplicants({ limit: 2 });
  assert.deepEqual(page.items.map((applicant) => applicant.id), made.slice(0, 2));
  const seen: string[] = [];
  for await (const applicant of each(own.listApplicants, { limit: 2 })) seen.push(applicant.id);
  assert.deepEqual(seen, made);

  const later: string[] = [];
  for await (const applicant of each(own.listApplicants, { limit: 1, after: made[2] })) later.push(applicant.id);
  assert.deepEqual(later, made.slice(3));
});

test("another tenant's records are not there", async () => {
  const own = await stranger();
  const { id, applicant } = await open("L1");
  // One after the other: a refusal that nobody awaits yet would end the process.
  const calls = [() => own.getApplicant(applicant), () => own.getVerification(id), () => own.putData(id, typed("Ada"))];
  for (const call of calls) {
    const refused = await problem(call());
    assert.equal(refused.status, 404);
    assert.equal(refused.code, "not_found");
  }
});

test("a bad key is a stranger's, and no error repeats it", async () => {
  const key = "mk_test_nobody-has-this-key";
  const refused = await problem(createClient({ url, key }).listApplicants());
  assert.equal(refused.status, 401);
  assert.equal(refused.code, "unauthenticated");
  assert.ok(!`${refused.stack} ${JSON.stringify(refused)}`.includes(key));
});

test("a token is for one person's own page", async () => {
  const { id, applicant } = await open("L1");
  const { token } = await menshen.createToken(applicant, { minutes: 5 });
  const page = createClient({ url, key: token });
  assert.ok((await page.putData(id, typed("Ada Lovelace"))).usable);
  assert.equal((await problem(page.listApplicants())).status, 403);
  assert.equal((await problem(page.getVerification((await open("L1")).id))).status, 404);
  await menshen.revokeTokens(applicant);
  assert.equal((await problem(page.getVerification(id))).status, 401);
});

test("consents and holds", async () => {
  const { id } = await menshen.createApplicant({ external_id: randomUUID() });
  await menshen.giveConsent(id, { purpose: "biometric_template", version: "2026-11" });
  assert.equal((await menshen.listConsents(id))[0]?.version, "2026-11");
  await menshen.withdrawConsent(id, "biometric_template");
  assert.ok((await menshen.listConsents(id))[0]?.withdrawn_at);

  const hold = await menshen.placeHold(id, { reason: "case-2026-114" });
  assert.equal((await problem(menshen.eraseApplicant(id))).code, "held");
  await menshen.liftHold(id, hold.id);
  assert.ok((await menshen.listHolds(id))[0]?.lifted_at);
  await menshen.eraseApplicant(id);
  assert.ok((await menshen.getApplicant(id)).erased_at);
});

test("a decision can be proven", async () => {
  const { id } = await judged("MAGIC APPROVED");
  const [decision] = await menshen.listDecisions(id);
  assert.equal(decision?.outcome, "approved");
  const evidence = await menshen.getDecisionEvidence(decision?.id ?? "");
  assert.ok(JSON.parse(new TextDecoder().decode(evidence)));
  assert.equal((await menshen.getData(id)).name, "MAGIC APPROVED");
  const entry = (await menshen.listAudit({ limit: 200 })).find((entry) => entry.object.includes(id));
  assert.ok(await menshen.getProof(entry?.seq ?? -1));
  assert.match(await menshen.getCheckpoint(), /\n\n— /);
  const events: string[] = [];
  for await (const event of each(menshen.listEvents, { limit: 3 })) events.push(event.event);
  assert.ok(events.length > 3 && events.includes("verification.verified"));
  const listed = await menshen.listVerifications({ status: "verified", limit: 200 });
  assert.ok(listed.items.some((item) => item.id === id));
});

test("keys, policies and tenants", async () => {
  const own = await stranger();
  const made = await own.createKey({ label: "reader", scopes: ["verifications:read"] });
  const reader = createClient({ url, key: made.secret });
  assert.equal((await problem(reader.createApplicant({ external_id: "user-1" }))).code, "scope_missing");
  await own.revokeKey(made.id);
  assert.ok((await own.listKeys()).items.find((key) => key.id === made.id)?.revoked_at);

  const before = await own.getPolicy();
  assert.equal((await own.tryPolicy({ toml: before.toml })).identity, before.identity);
  const changed = await own.putPolicy({ toml: 'version = "mine"' });
  assert.notEqual(changed.identity, before.identity);
  assert.deepEqual(await own.getPolicy(), changed);
  assert.equal((await problem(own.putPolicy({ toml: "nonsense" }))).status, 422);
  assert.ok((await operator.listTenants()).items.some((tenant) => tenant.name === "stranger"));
});
