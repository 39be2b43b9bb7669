// Every operation of openapi.json has a method, and no request shows in its address who calls or who is meant.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mock, test } from "node:test";
import { createClient } from "@menshen/client";
import type { BlockIn, DataIn, DecideIn, Menshen } from "@menshen/client";

const data: DataIn = { document: "passport", country: "UTO", name: "Zhang Wei", birth_date: "1990-01-31", number: "L898902C3" };
const photo = new Blob(["photo"]);

/** One call of every method. */
const calls: { [Name in keyof Menshen]: (menshen: Menshen) => Promise<unknown> } = {
  abandonLive: (menshen) => menshen.abandonLive("v", "s"),
  listLive: (menshen) => menshen.listLive("v"),
  getLive: (menshen) => menshen.getLive("v", "s"),
  openLive: (menshen) =>
    menshen.openLive("v", { device: "kq3xYw7bT0mR5vJ1", capture_key: "", camera: { label: "Zhang Wei's", width: 640, height: 480 } }),
  postLiveFrame: (menshen) => menshen.postLiveFrame("v", "s", photo),
  refuseFace: (menshen) => menshen.refuseFace("v", { why: "cannot" }),
  takeBackRefusal: (menshen) => menshen.takeBackRefusal("v"),
  addMessage: (menshen) => menshen.addMessage("t", { text: "Zhang Wei" }),
  answerTicket: (menshen) => menshen.answerTicket("t", { text: "Zhang Wei" }),
  appendUpload: (menshen) => menshen.appendUpload("u", 0, photo),
  checkCode: (menshen) => menshen.checkCode({ applicant: "a", code: "2222-2222" }),
  checkEntitlement: (menshen) =>
    menshen.checkEntitlement({ applicant: "a", action: "withdraw", asset: "USDT", amount: "1" }),
  closeAnswered: (menshen) => menshen.closeAnswered("t"),
  closeTicket: (menshen) => menshen.closeTicket("t"),
  createApplicant: (menshen) => menshen.createApplicant({ external_id: "Zhang Wei" }),
  createAttachment: (menshen) => menshen.createAttachment("a", photo),
  createContact: (menshen) => menshen.createContact("t", { way: "phone" }),
  createKey: (menshen) => menshen.createKey({ label: "reader", scopes: [] }),
  createTenant: (menshen) => menshen.createTenant({ name: "My exchange", sandbox: true }),
  createTicket: (menshen) => menshen.createTicket("a", { kind: "other", text: "Zhang Wei" }),
  createToken: (menshen) => menshen.createToken("a"),
  createUpload: (menshen) => menshen.createUpload({ verification: "v", part: "front", length: 5 }),
  createWebhook: (menshen) => menshen.createWebhook({ url: "https://example.com/hook" }),
  createVerification: (menshen) => menshen.createVerification({ applicant: "a", level: "L2" }),
  deletePhrase: (menshen) => menshen.deletePhrase("a"),
  deleteWebhook: (menshen) => menshen.deleteWebhook("w"),
  diagnose: (menshen) => menshen.diagnose({ diagnostics: { camera: "busy" } }),
  endUpload: (menshen) => menshen.endUpload("u"),
  eraseApplicant: (menshen) => menshen.eraseApplicant("a"),
  getAttachment: (menshen) => menshen.getAttachment("t", "a"),
  getApplicant: (menshen) => menshen.getApplicant("a"),
  getCheckpoint: (menshen) => menshen.getCheckpoint(),
  getData: (menshen) => menshen.getData("v"),
  getDecisionEvidence: (menshen) => menshen.getDecisionEvidence("d"),
  getPhrase: (menshen) => menshen.getPhrase("a"),
  getRules: (menshen) => menshen.getRules("v"),
  getPolicy: (menshen) => menshen.getPolicy(),
  getProof: (menshen) => menshen.getProof(7),
  getTicket: (menshen) => menshen.getTicket("t"),
  getTicketAttachment: (menshen) => menshen.getTicketAttachment("t", "a"),
  getVerification: (menshen) => menshen.getVerification("v"),
  getWebhook: (menshen) => menshen.getWebhook("w"),
  giveConsent: (menshen) => menshen.giveConsent("a", { purpose: "face", version: "1" }),
  liftHold: (menshen) => menshen.liftHold("a", "h"),
  listApplicants: (menshen) => menshen.listApplicants(),
  listAudit: (menshen) => menshen.listAudit({ from: 7 }),
  listCaptures: (menshen) => menshen.listCaptures("v"),
  listContacts: (menshen) => menshen.listContacts("a"),
  listConsents: (menshen) => menshen.listConsents("a"),
  listDecisions: (menshen) => menshen.listDecisions("v"),
  listDeliveries: (menshen) => menshen.listDeliveries("w"),
  listEvents: (menshen) => menshen.listEvents({ limit: 7 }),
  listHolds: (menshen) => menshen.listHolds("a"),
  listKeys: (menshen) => menshen.listKeys(),
  listNotices: (menshen) => menshen.listNotices("a", { channel: "email" }),
  listQueue: (menshen) => menshen.listQueue(),
  listTenants: (menshen) => menshen.listTenants(),
  listTickets: (menshen) => menshen.listTickets("a"),
  listVerifications: (menshen) => menshen.listVerifications(),
  listWebhooks: (menshen) => menshen.listWebhooks(),
  openTicket: (menshen) => menshen.openTicket("t"),
  placeHold: (menshen) => menshen.placeHold("a", { reason: "case-1" }),
  putContacts: (menshen) => menshen.putContacts("a", { email: "zhang@example.com" }),
  putData: (menshen) => menshen.putData("v", data),
  putPhrase: (menshen) => menshen.putPhrase("a", { phrase: "Zhang Wei" }),
  putPolicy: (menshen) => menshen.putPolicy({ toml: "" }),
  putWebhook: (menshen) => menshen.putWebhook("w", { url: "https://example.com/hook" }),
  resendDelivery: (menshen) => menshen.resendDelivery("w", "d"),
  revokeKey: (menshen) => menshen.revokeKey("k"),
  revokeTokens: (menshen) => menshen.revokeTokens("a"),
  rotateWebhook: (menshen) => menshen.rotateWebhook("w"),
  submitVerification: (menshen) => menshen.submitVerification("v", { device: "Zhang Wei's", address: "192.0.2.7" }),
  testWebhook: (menshen) => menshen.testWebhook("w"),
  tryPolicy: (menshen) => menshen.tryPolicy({ toml: "" }),
  uploadCapture: (menshen) => menshen.uploadCapture("v", "selfie", photo),
  uploadOptions: (menshen) => menshen.uploadOptions(),
  uploadState: (menshen) => menshen.uploadState("u"),
  waitForVerdict: (menshen) => menshen.waitForVerdict("v"),
  withdrawConsent: (menshen) => menshen.withdrawConsent("a", "face"),
  addNote: (menshen) => menshen.addNote("c", { text: "Zhang Wei" }),
  appealStatistics: (menshen) => menshen.appealStatistics(),
  attachToAppeal: (menshen) => menshen.attachToAppeal("a", { attachments: [] }),
  claimCase: (menshen) => menshen.claimCase("c"),
  clearHit: (menshen) => menshen.clearHit("h", { reason: "another person", until: "2027-01-01T00:00:00Z" }),
  confirmHit: (menshen) => menshen.confirmHit("h", { reason: "this person" }),
  createAppeal: (menshen) => menshen.createAppeal({ verification: "v" }),
  createBlock: (menshen) => menshen.createBlock({ reason: "case-1" } as BlockIn),
  createStaff: (menshen) => menshen.createStaff({ name: "Zhang Wei", role: "reviewer" }),
  decideCase: (menshen) => menshen.decideCase("c", { verdict: "approve" } as DecideIn),
  dictateStatement: (menshen) => menshen.dictateStatement("a"),
  disableStaff: (menshen) => menshen.disableStaff("s"),
  getAppeal: (menshen) => menshen.getAppeal("a"),
  getCase: (menshen) => menshen.getCase("c"),
  getHit: (menshen) => menshen.getHit("h"),
  getImage: (menshen) => menshen.getImage("c", "p", { purpose: "decide" } as never),
  getOriginal: (menshen) => menshen.getOriginal("p"),
  inviteStaff: (menshen) => menshen.inviteStaff("s"),
  listAppeals: (menshen) => menshen.listAppeals(),
  listBlocks: (menshen) => menshen.listBlocks(),
  listCases: (menshen) => menshen.listCases(),
  listHits: (menshen) => menshen.listHits(),
  listLists: (menshen) => menshen.listLists(),
  listQueues: (menshen) => menshen.listQueues(),
  listReviewers: (menshen) => menshen.listReviewers(),
  listRuns: (menshen) => menshen.listRuns(),
  listStaff: (menshen) => menshen.listStaff(),
  proveAppeal: (menshen) => menshen.proveAppeal("a", { code: "000000" }),
  putList: (menshen) => menshen.putList("un", photo),
  putStaff: (menshen) => menshen.putStaff("s", { role: "senior" }),
  putStatement: (menshen) => menshen.putStatement("a", photo),
  releaseCase: (menshen) => menshen.releaseCase("c"),
  removeBlock: (menshen) => menshen.removeBlock("b"),
  renewStaffSecret: (menshen) => menshen.renewStaffSecret("s"),
  reviewStatistics: (menshen) => menshen.reviewStatistics(),
  sendAppealCode: (menshen) => menshen.sendAppealCode("a"),
  submitAppeal: (menshen) => menshen.submitAppeal("a"),
  vouchForAppeal: (menshen) => menshen.vouchForAppeal("a"),
  withdrawAppeal: (menshen) => menshen.withdrawAppeal("a"),
  checkChannel: (menshen) => menshen.checkChannel("t", { value: "Zhang Wei" }),
  closeReport: (menshen) => menshen.closeReport("r", { outcome: "not_ours" }),
  createAnnouncement: (menshen) =>
    menshen.createAnnouncement({ kind: "notice", text: { "zh-CN": "公告", en: "a notice" }, ends_at: "2027-01-01T00:00:00Z" }),
  createChannel: (menshen) => menshen.createChannel({ kind: "domain", value: "example.com" }),
  createInvitationCode: (menshen) => menshen.createInvitationCode({ code: "FRIEND", label: "Zhang Wei", benefit: {} }),
  createOidcClient: (menshen) => menshen.createOidcClient({ name: "web", kind: "public", redirect_uris: ["https://a.example/cb"] }),
  deleteOidcClient: (menshen) => menshen.deleteOidcClient("o"),
  findOidcPerson: (menshen) => menshen.findOidcPerson({ sid: "Zhang Wei" }),
  getAnnouncements: (menshen) => menshen.getAnnouncements("t"),
  getChannels: (menshen) => menshen.getChannels("t"),
  getHealth: (menshen) => menshen.getHealth(),
  getOidcClient: (menshen) => menshen.getOidcClient("o"),
  listAnnouncements: (menshen) => menshen.listAnnouncements(),
  listChannels: (menshen) => menshen.listChannels(),
  listInvitationCodes: (menshen) => menshen.listInvitationCodes(),
  listModels: (menshen) => menshen.listModels(),
  listOidcClients: (menshen) => menshen.listOidcClients(),
  listOidcKeys: (menshen) => menshen.listOidcKeys(),
  listReports: (menshen) => menshen.listReports(),
  openReport: (menshen) => menshen.openReport("r"),
  putOidcClient: (menshen) => menshen.putOidcClient("o", { name: "web", redirect_uris: ["https://a.example/cb"] }),
  removeChannel: (menshen) => menshen.removeChannel("c"),
  removeInvitationCode: (menshen) => menshen.removeInvitationCode("i"),
  report: (menshen) => menshen.report("t", { kind: "page", what: "Zhang Wei" }),
  rotateOidcKey: (menshen) => menshen.rotateOidcKey(),
  rotateOidcSecret: (menshen) => menshen.rotateOidcSecret("o"),
  useStepUp: (menshen) => menshen.useStepUp("s", { applicant: "a", action: "withdrawal", detail: "Zhang Wei" }),
  withdrawAnnouncement: (menshen) => menshen.withdrawAnnouncement("a"),
};

interface Description {
  paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
}
const described = JSON.parse(readFileSync(new URL("openapi.json", import.meta.url), "utf8")) as Description;
/** Signing in is a browser's affair: the service's own pages do it with a cookie, and this client has a key. A WebSocket is the platform's. */
const ofBrowsers = /^\/v1\/(enrolment|sessions?|account)(\/|$)|^\/oidc\/|\/socket$/;
const paths = Object.fromEntries(Object.entries(described.paths).filter(([path]) => !ofBrowsers.test(path)));

/** Returns the operation that a request is for: the one with the fewest placeholders that fits. */
function operation(request: Request): string {
  const parts = new URL(request.url).pathname.split("/");
  const fits = (path: string) => {
    const wanted = path.split("/");
    return wanted.length === parts.length && wanted.every((part, n) => part.startsWith("{") || part === parts[n]);
  };
  const found = Object.keys(paths).filter(fits).sort((a, b) => a.split("{").length - b.split("{").length);
  return `${request.method} ${found[0]}`;
}

test("every operation has a method, and no address says who", async () => {
  const words = ["log", "info", "warn", "error", "debug", "trace"] as const;
  const written = words.map((word) => mock.method(console, word, () => {}));
  const seen = new Set<string>();
  const key = "mk_test_hushhush";
  for (const [name, call] of Object.entries(calls)) {
    const sent: Request[] = [];
    const fetch = async (request: Request) => {
      sent.push(request);
      return new Response('{"items": [], "processing": false}');
    };
    await call(createClient({ url: "https://menshen.example/kyc/", key, fetch }));
    assert.equal(sent.length, 1, name);
    const [request] = sent as [Request];
    assert.ok(request.url.startsWith("https://menshen.example/kyc/v1/"), request.url);
    assert.doesNotMatch(decodeURIComponent(request.url), /hushhush|Zhang|192/);
    assert.equal(request.headers.get("Authorization"), `Bearer ${key}`);
    assert.equal(request.headers.has("Idempotency-Key"), request.method === "POST" && name !== "postLiveFrame");
    const path = request.url.replace("/kyc", "");
    seen.add(operation(new Request(path, { method: request.method })));
  }
  const all = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  assert.deepEqual([...seen].sort(), all.sort());
  for (const { mock: { calls } } of written) assert.equal(calls.length, 0);
  mock.restoreAll();
});

/** POSTs that create nothing: questions, a guess that must count each time, what is used up, a report, a claim that holds on to itself. */
const questions = [
  "/v1/policy/try", "/v1/entitlements/check", "/v1/official/check", "/v1/diagnosis", "/v1/appeals/{id}/proof", "/v1/review/cases/{id}/claim",
  "/v1/verifications/{id}/live/{session}/frames", "/v1/step-ups/{id}/use", "/v1/oidc/person", "/v1/public/{tenant}/channels/check",
  "/v1/public/{tenant}/reports",
];

test("every POST that creates something takes an Idempotency-Key", () => {
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, { parameters = [] }] of Object.entries(item)) {
      const takes = parameters.some((parameter) => parameter.name === "Idempotency-Key");
      assert.equal(takes, method === "post" && !questions.includes(path), `${method} ${path}`);
    }
  }
});

/** Types refuse what the service would refuse: that this compiles is the test. */
export async function refused(menshen: Menshen): Promise<void> {
  // @ts-expect-error external_id is needed
  await menshen.createApplicant({});
  // @ts-expect-error a number is no external_id
  await menshen.createApplicant({ external_id: 4711 });
  // @ts-expect-error there is no such part
  await menshen.uploadCapture("v", "left", photo);
  // @ts-expect-error there is no such filter
  await menshen.listApplicants({ name: "Zhang Wei" });
  // @ts-expect-error an applicant's external_id is not given back
  (await menshen.getApplicant("a")).external_id;
  // @ts-expect-error a proof is not looked into without being checked
  (await menshen.getProof(0)).size;
}
