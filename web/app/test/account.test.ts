import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CODE, PASSWORD, Person, totp } from "./account-person.js";
import { call } from "./harness.js";
import { startMailbox } from "./mailbox.js";
import type { Mailbox } from "./mailbox.js";
import { setStage } from "./stage.js";
import type { Stage } from "./stage.js";

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

for (const [lang, short] of [["en", "en"], ["zh-CN", "zh"]] as const) {
  test(`a person opens an account, secures it, signs in and takes a device away: ${short}`, async () => {
    const login = `ada.${short}@example.com`;
    const one = await Person.open(stage, tenant, lang);
    await one.heading("sign_in.title");
    await one.look(`account-sign-in-${short}`);

    await one.press("outside.register");
    await one.type("to", login);
    await one.press("register.send");
    await one.heading("register.code_title");
    await one.type("code", await mailbox.next(CODE));
    await one.press("go_on");
    await one.heading("register.account_title");
    await one.look(`account-password-${short}`);
    await one.type("password", "password1");
    await one.press("register.open");
    await one.sees("problem.password_common");
    await one.type("password", PASSWORD);
    await one.press("register.open");

    await one.heading("overview.title");
    await one.sees("trust.trusted");
    await one.type("phrase", "blue whale 42");
    await one.press("overview.phrase_keep");
    await one.page.locator(".phrase", { hasText: "blue whale 42" }).waitFor();
    await one.look(`account-overview-${short}`);

    // Printed codes, confirmed by a mail; an authenticator app, confirmed by one of them.
    await one.go("security");
    await one.heading("security.title");
    await one.press("security.codes_draw");
    await one.press("ways.send");
    await one.type("code", await mailbox.next(CODE));
    await one.look(`account-confirm-${short}`);
    await one.press("go_on");
    const codes = one.page.locator("ol.codes code");
    await codes.first().waitFor();
    const printed = await codes.allInnerTexts();
    assert.equal(printed.length, 10);
    await one.press("security.app_add");
    await one.byPrintedCode(printed[0] ?? "");
    const secret = await one.page.locator(".qr + p code").innerText();
    await one.look(`account-security-${short}`);
    await one.type("code", totp(secret));
    await one.press("go_on");
    await one.sees("security.app_on");

    // The password is wrong, then right; the app is asked for first, and a printed code does, too.
    await one.press("sign_out");
    await one.password(login, "not it at all");
    await one.sees("problem.sign_in_failed");
    await one.password(login, PASSWORD);
    await one.heading("second.title");
    await one.page.getByText("blue whale 42").waitFor();
    await one.look(`account-second-${short}`);
    await one.type("code", "000000");
    await one.press("go_on");
    await one.sees("problem.factor_wrong");
    await one.byPrintedCode(printed[1] ?? "");
    await one.heading("overview.title");
    await one.sees("trust.trusted");

    // Another phone: it is known after two proofs, and withdrawals are held.
    const other = await Person.open(stage, tenant, lang);
    await other.password(login, PASSWORD);
    await other.heading("second.title");
    await other.byPrintedCode(printed[2] ?? "");
    await other.heading("overview.held");
    await other.look(`account-held-${short}`);

    // The first phone takes it away again: its session is over at once.
    await one.go("devices");
    await one.heading("devices.title");
    await one.look(`account-devices-${short}`);
    await one.page.locator("menshen-devices section").first().getByRole("button").click();
    await one.byPrintedCode(printed[3] ?? "");
    await one.sees("devices.revoked");
    await other.page.reload();
    await other.heading("sign_in.title");

    assert.deepEqual([...one.faults, ...other.faults], []);
    await Promise.all([one.context.close(), other.context.close()]);
  });
}
