import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { CODE, PASSWORD, Person } from "./account-person.js";
import { call } from "./harness.js";
import { startMailbox } from "./mailbox.js";
import type { Mailbox } from "./mailbox.js";
import { photo, setStage } from "./stage.js";
import type { Stage } from "./stage.js";

/** Withdrawing takes L2. */
const RULES = `version = "web"
[entitlements.levels.none]
deposit = { "*" = {} }
[entitlements.levels.L2]
deposit = { "*" = {} }
withdraw = { USDT = { single = "1000", daily = "5000" } }
[entitlements.restrictions.renewal]
after_hours = 24
actions = { withdraw = {} }
[accounts]
recovery_wait_hours = 0
`;

let stage: Stage;
let mailbox: Mailbox;
let tenant: string;
before(async () => {
  mailbox = await startMailbox();
  const mail = { host: "127.0.0.1", port: mailbox.port, security: "none", from: "Menshen <menshen@example.com>" };
  stage = await setStage(["--sandbox-only"], { mail });
  const { secret } = (await (await fetch(stage.service.setup, { method: "POST" })).json()) as { secret: string };
  const { items } = await call<{ items: { id: string; name: string }[] }>(stage.service.url, secret, "GET", "/v1/tenants");
  tenant = items.find(({ name }) => name === "sandbox")?.id ?? "";
});
after(async () => {
  await stage.stop();
  mailbox.stop();
});

/** Calls as the operator does. */
const operator = <T>(method: string, path: string, body?: unknown): Promise<T> => call<T>(stage.service.url, stage.service.sandboxKey, method, path, body);
const policy = (more: string) => operator("PUT", "/v1/policy", { toml: RULES + more });

/** Hands in for somebody, in the sandbox: the name says what comes of it. */
async function handIn(verification: string): Promise<void> {
  const path = `/v1/verifications/${verification}`;
  const data = { document: "passport", country: "UTO", name: "Ada Lovelace", birth_date: "1990-01-31", number: "L898902C3" };
  await operator("PUT", `${path}/data`, data);
  for (const part of ["front", "selfie"] as const) {
    const body = readFileSync(photo(part));
    const headers = { Authorization: `Bearer ${stage.service.sandboxKey}`, "Content-Type": "image/jpeg" };
    const answer = await fetch(`${stage.service.url}${path}/captures/${part}`, { method: "PUT", headers, body });
    assert.ok(answer.ok, `${part}: ${answer.status} ${await answer.text()}`);
  }
  await operator("POST", `${path}/submit`);
}

/** Waits until the service has judged. */
async function judged(verification: string): Promise<string> {
  for (let looks = 0; looks < 100; looks += 1) {
    const { status, processing } = await operator<{ status: string; processing: boolean }>("GET", `/v1/verifications/${verification}`);
    if (!processing && status !== "in_progress") return status;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("nobody judged");
}

const newest = async (applicant: string): Promise<string> => {
  const { items } = await operator<{ items: { id: string }[] }>("GET", `/v1/verifications?applicant=${applicant}`);
  return items[0]?.id ?? "";
};

for (const [lang, short] of [["en", "en"], ["zh-CN", "zh"]] as const) {
  test(`a person sees identity, limits, messages, support and their data: ${short}`, async () => {
    await policy("");
    const login = `grace.${short}@example.com`;
    const one = await Person.open(stage, tenant, lang);
    await one.register(login, mailbox);
    await one.sees("overview.level_none");

    // Not verified: what is shut says what opens it, and leads there.
    await one.go("limits");
    await one.sees("limits.no_level");
    await one.look(`account-limits-none-${short}`);
    await one.page.getByRole("link", { name: one.t("limits.needs").replace("{level}", one.t("level.L2")) }).first().click();
    await one.heading("nav.identity");
    await one.look(`account-identity-${short}`);
    await one.press("identity.verify", { level: one.t("level.L2") });
    const consent = one.page.locator("menshen-verify").getByRole("heading").first();
    await consent.waitFor();
    await one.look(`account-verification-${short}`);
    const { items } = await operator<{ items: { id: string; external_id: string }[] }>("GET", "/v1/applicants");
    const applicant = items[0]?.id ?? "";
    const first = await newest(applicant);
    await handIn(first);
    assert.equal(await judged(first), "verified");
    await one.page.reload();
    await one.go("identity");
    await one.sees("identity.verified");
    await one.go("limits");
    await one.page.getByText(one.t("limits.daily").replace("{amount}", "5000")).waitFor();
    await one.look(`account-limits-${short}`);

    // Again, for another document: what it limits is told before it begins.
    await one.go("identity");
    await one.page.getByText(one.t("identity.again"), { exact: true }).click();
    await one.press("flow.renewal");
    await one.heading("identity.limits_title");
    await one.look(`account-again-${short}`);
    await one.press("back");

    // What the person was told, and what everybody is.
    const text = { "zh-CN": "今晚维护两小时。", en: "Two hours of maintenance tonight." };
    const ends_at = new Date(Date.now() + 3_600_000).toISOString();
    const { id: announcement } = await operator<{ id: string }>("POST", "/v1/announcements", { kind: "maintenance", text, ends_at });
    await one.go("messages");
    await one.page.getByText(text[lang]).waitFor();
    await one.page.locator("details").first().click();
    await one.look(`account-messages-${short}`);
    await operator("DELETE", `/v1/announcements/${announcement}`);

    // Support: a ticket, and somebody who claims to be of ours.
    await one.go("help");
    await one.page.getByText(one.t("help.write"), { exact: true }).click();
    await one.page.locator('textarea[name="text"]').fill("The camera stays black.");
    await one.press("help.send");
    await one.page.getByText("The camera stays black.").waitFor();
    await one.look(`account-ticket-${short}`);
    await one.page.locator('textarea[name="text"]').fill("Now it works.");
    await one.press("help.send");
    await one.page.getByText("Now it works.").waitFor();
    await one.press("help.close");
    await one.sees("ticket.closed");
    await one.type("code", "ABCD-EFGH");
    await one.press("help.check_do");
    await one.page.locator("menshen-support .refusal").waitFor();
    await one.look(`account-help-${short}`);

    // Their data: agreed, taken back, copied.
    await operator("POST", `/v1/applicants/${applicant}/consents`, { purpose: "terms", version: "2026-11" });
    await one.go("privacy");
    await one.page.getByRole("button", { name: one.t("privacy.withdraw_of").replace("{what}", one.t("purpose.terms")) }).click();
    await one.look(`account-privacy-${short}`);
    await one.press("privacy.withdraw_yes");
    await one.sees("privacy.withdrawn");
    const [download] = await Promise.all([
      one.page.waitForEvent("download"),
      (async () => {
        await one.press("privacy.copy_make");
        await one.byMail(mailbox);
      })(),
    ]);
    const copy = JSON.parse(readFileSync(await download.path(), "utf8")) as {
      contacts: { address: string }[];
      verifications: { data: { name: string }; photos: { part: string }[] }[];
      tickets: { messages: { text: string }[] }[];
    };
    assert.equal(copy.contacts[0]?.address, login);
    assert.equal(copy.verifications[0]?.data.name, "Ada Lovelace");
    assert.ok((copy.verifications[0]?.photos.length ?? 0) > 0);
    assert.deepEqual(copy.tickets[0]?.messages.map(({ text: said }) => said), ["The camera stays black.", "Now it works."]);

    // The end is the operator's here: the person asks for it.
    await one.press("privacy.erase_do");
    await one.sees("privacy.erase_by_operator");
    await one.press("privacy.erase_ask");
    await one.sees("privacy.erase_asked");
    await operator("DELETE", `/v1/verifications/${first}`).catch(() => undefined);
    assert.deepEqual(one.faults, []);
    await one.context.close();
  });

  test(`a person changes an address, ends an account, and gets a lost one back: ${short}`, async () => {
    await policy('erasure = "themselves"\nhold_hours = { contact_changed = 0 }\n');
    const login = `joan.${short}@example.com`;
    const one = await Person.open(stage, tenant, lang);
    await one.register(login, mailbox);
    await one.go("security");
    await one.page.getByText(one.t("contacts.change"), { exact: true }).click();
    await one.type("to", `new.${login}`);
    await one.page.locator("menshen-contacts form button").click();
    await one.byMail(mailbox);
    await one.page.locator("menshen-contacts .notice").waitFor();
    await one.type("code", await mailbox.next(CODE));
    await one.page.locator("menshen-contacts button.main").click();
    await one.sees("contacts.changed");
    await one.look(`account-contacts-${short}`);

    await one.go("privacy");
    await one.press("privacy.erase_do");
    await one.byMail(mailbox);
    await one.heading("sign_in.title");
    await one.password(`new.${login}`, PASSWORD);
    await one.sees("problem.sign_in_failed");

    // Somebody who was verified loses the phone and the mailbox.
    const lost = `lost.${login}`;
    await one.page.reload();
    await one.register(lost, mailbox);
    const { items } = await operator<{ items: { id: string }[] }>("GET", "/v1/applicants");
    const { id } = await operator<{ id: string }>("POST", "/v1/verifications", { applicant: items[0]?.id, level: "L2" });
    await handIn(id);
    assert.equal(await judged(id), "verified");
    const other = await Person.open(stage, tenant, lang);
    await other.press("outside.recover");
    await other.heading("recover.title");
    await other.look(`account-recover-${short}`);
    await other.type("to", `reach.${login}`);
    await other.press("register.send");
    await other.type("code", await mailbox.next(CODE));
    await other.type("login", lost);
    await other.press("go_on");
    await other.page.locator("menshen-verify").getByRole("heading").first().waitFor();
    await other.look(`account-recover-prove-${short}`);
    const { items: all } = await operator<{ items: { id: string; flow: string }[] }>("GET", "/v1/verifications");
    const recovery = all.find(({ flow }) => flow === "recovery")?.id ?? "";
    await handIn(recovery);
    assert.equal(await judged(recovery), "verified");
    // Another day: the page in this browser goes on with it.
    await other.page.reload();
    await other.press("outside.recover");
    await other.sees("recover.ready");
    await other.look(`account-recover-ready-${short}`);
    await other.type("password", `${PASSWORD} again`);
    await other.press("recover.take");
    await other.sees("recover.done");
    await other.password(`reach.${login}`, `${PASSWORD} again`);
    await other.heading("second.title");
    await other.byMail(mailbox);
    await other.heading("overview.held");
    await one.page.reload();
    await one.heading("sign_in.title");
    assert.deepEqual([...one.faults, ...other.faults], []);
    await Promise.all([one.context.close(), other.context.close()]);
  });
}
