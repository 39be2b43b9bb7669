// What an exchange sets up once and asks all the time: apps, invitations, official channels, what people report; against a real service.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, Problem } from "@menshen/client";

const url = given("CLIENT_TEST_URL");
const operator = createClient({ url, key: given("CLIENT_TEST_OPERATOR") });

function given(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is set by scripts/test-client`);
  return value;
}

const made = operator.createTenant({ name: "An exchange", sandbox: true });
const tenant = made.then(({ id }) => id);
const menshen = made.then(({ secret }) => createClient({ url, key: secret ?? "" }));

async function code(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => assert.fail("it was done"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Problem, String(error));
  return error.code;
}

/** What a signed list says; whether it is signed, `menshen official verify` tells. */
const said = (list: unknown): string => Buffer.from((list as { payload: string }).payload, "base64").toString();

test("an invitation code is made, listed and taken back", async () => {
  const own = await menshen;
  const invitation = await own.createInvitationCode({ code: "friend-7", label: "A friend", benefit: { fee_discount_percent: 10 } });
  assert.equal(invitation.code, "FRIEND-7");
  assert.deepEqual(invitation.benefit, { fee_discount_percent: 10 });
  assert.deepEqual((await own.listInvitationCodes()).items.map(({ id }) => id), [invitation.id]);
  await own.removeInvitationCode(invitation.id);
  assert.ok((await own.listInvitationCodes()).items[0]?.removed_at);
});

test("an app is registered, changed, given another secret and removed", async () => {
  const own = await menshen;
  const app = { name: "Web", redirect_uris: ["https://exchange.example/callback"], claims: ["name"] };
  const call = { idempotencyKey: "web" };
  const { id, secret } = await own.createOidcClient({ ...app, kind: "confidential" }, call);
  assert.ok(secret);
  assert.equal((await own.createOidcClient({ ...app, kind: "confidential" }, call)).secret, secret);
  assert.equal((await own.putOidcClient(id, { ...app, name: "Web app" })).name, "Web app");
  assert.equal((await own.getOidcClient(id)).name, "Web app");
  assert.equal((await own.listOidcClients()).items.length, 1);
  assert.notEqual((await own.rotateOidcSecret(id, { overlap_hours: 0 })).secret, secret);
  const before = await own.listOidcKeys();
  const after = await own.rotateOidcKey({ how: "planned" });
  assert.equal(after.length, before.length + 1);
  await own.deleteOidcClient(id);
  assert.equal(await code(own.getOidcClient(id)), "not_found");
});

test("nobody is found by a session that is none, and nothing is confirmed by a step-up that is none", async () => {
  const own = await menshen;
  assert.equal(await code(own.findOidcPerson({ sid: "nobodys" })), "not_found");
  const { id: applicant } = await own.createApplicant({ external_id: "steps" });
  const spent = own.useStepUp(crypto.randomUUID(), { applicant, action: "withdrawal", detail: "250 USDT" });
  assert.equal(await code(spent), "not_found");
});

test("what is official is told from what imitates it, and an announcement stands in the public list", async () => {
  const [own, id] = [await menshen, await tenant];
  const channel = await own.createChannel({ kind: "domain", value: "lantern.example" });
  assert.equal((await own.checkChannel(id, { value: "lantern.example" })).verdict, "official");
  const imitated = await own.checkChannel(id, { value: "1antern.example" });
  assert.equal(imitated.verdict, "lookalike");
  assert.match(imitated.text["zh-CN"], /\p{Script=Han}/u);
  assert.match(said(await own.getChannels(id)), /lantern\.example/);
  const text = { "zh-CN": "我们从不打电话。", en: "We never telephone." };
  const announced = await own.createAnnouncement({ kind: "warning", text, ends_at: new Date(Date.now() + 86_400_000).toISOString() });
  assert.match(said(await own.getAnnouncements(id)), /We never telephone/);
  assert.equal((await own.listAnnouncements()).items.length, 1);
  await own.withdrawAnnouncement(announced.id);
  assert.equal((await own.listAnnouncements()).items.length, 0);
  await own.removeChannel(channel.id);
  assert.equal((await own.listChannels()).items.length, 0);
});

test("what a person reports is opened and closed", async () => {
  const [own, id] = [await menshen, await tenant];
  assert.match((await own.report(id, { kind: "page", what: "1antern.example", note: "by SMS" })).text.en, /./);
  // It takes a person: no key opens what people have written.
  const { secret } = await own.createStaff({ name: "A reviewer", role: "reviewer" });
  const reviewer = createClient({ url, key: secret ?? "" });
  const [listed] = (await reviewer.listReports({ state: "open" })).items;
  assert.ok(listed);
  assert.equal((await reviewer.openReport(listed.id)).what, "1antern.example");
  assert.equal((await reviewer.closeReport(listed.id, { outcome: "added_to_watch" })).state, "closed");
});
