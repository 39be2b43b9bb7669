import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PASSWORD, Person } from "./account-person.js";
import { call, freePort, startBrowser, startService } from "./harness.js";
import type { Service } from "./harness.js";
import { startMailbox } from "./mailbox.js";
import type { Mailbox } from "./mailbox.js";
import type { Browser } from "playwright-core";

let mailbox: Mailbox;
let service: Service;
let browser: Browser;
let tenant: string;
before(async () => {
  mailbox = await startMailbox();
  const port = await freePort();
  const mail = { host: "127.0.0.1", port: mailbox.port, security: "none", from: "Menshen <menshen@example.com>" };
  // Passkeys belong to the address that browsers use.
  process.env["MENSHEN_PUBLIC_URL"] = `http://localhost:${port}`;
  service = await startService(["--sandbox-only"], { mail }, port);
  browser = await startBrowser();
  const { secret } = (await (await fetch(service.setup, { method: "POST" })).json()) as { secret: string };
  const { items } = await call<{ items: { id: string; name: string }[] }>(service.url, secret, "GET", "/v1/tenants");
  tenant = items.find(({ name }) => name === "sandbox")?.id ?? "";
});
after(async () => {
  delete process.env["MENSHEN_PUBLIC_URL"];
  await browser.close();
  await service.stop();
  mailbox.stop();
});

/** Gives a page a device that makes passkeys, as a telephone with a screen lock does. */
async function authenticator(person: Person) {
  const wire = await person.context.newCDPSession(person.page);
  await wire.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true,
  } as const;
  const { authenticatorId } = await wire.send("WebAuthn.addVirtualAuthenticator", { options });
  return {
    /** Does its owner unlock it? */
    unlocks: (isUserVerified: boolean) => wire.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
    forget: () => wire.send("WebAuthn.clearCredentials", { authenticatorId }),
  };
}

for (const [lang, short] of [["en", "en"], ["zh-CN", "zh"]] as const) {
  test(`a passkey is made, signs in by itself, confirms, and is taken away: ${short}`, async () => {
    const login = `key.${short}@example.com`;
    const one = await Person.open({ browser, front: service }, tenant, lang);
    const device = await authenticator(one);
    await one.register(login, mailbox);
    await one.go("security");
    await one.press("security.passkey_add");
    await one.byMail(mailbox);
    await one.page.getByRole("button", { name: one.t("security.passkey_make") }).waitFor();
    await one.look(`account-passkey-offer-${short}`);
    await one.press("security.passkey_make");
    await one.sees("security.passkey_added");
    await one.look(`account-passkey-${short}`);

    // It is both factors at once.
    await one.press("sign_out");
    await one.press("sign_in.passkey");
    await one.heading("overview.title");
    await one.sees("factor.passkey");
    // Nobody who does not unlock the device gets in, and the page says so.
    await one.press("sign_out");
    await device.unlocks(false);
    await one.press("sign_in.passkey");
    await one.sees("problem.passkey_stopped");
    // After the password it is a way among others.
    await device.unlocks(true);
    await one.password(login, PASSWORD);
    await one.heading("second.title");
    await one.press("ways.passkey_use");
    await one.heading("overview.title");

    // It confirms that another one is made, and that it goes.
    await one.go("security");
    await one.page.getByRole("button", { name: /^(Remove |移除|删除)/ }).first().click();
    await one.press("ways.passkey_use");
    await one.page.locator("menshen-security > section").first().locator("ul.rows li").waitFor({ state: "detached" });
    await device.forget();
    await one.press("sign_out");
    await one.press("sign_in.passkey");
    await one.sees("problem.passkey_stopped");
    assert.deepEqual(one.faults, []);
    await one.context.close();
  });
}
