import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { AccountSessionOut, DeviceOut } from "../schema.js";
import { askToConfirm } from "./confirm.js";
import { devices, endSession, revokeDevice, sessions } from "./session.js";
import { moment, t, word } from "./texts.js";
import { say, View } from "./view.js";

/** Returns what a browser is called. */
const browserOf = ({ browser, system }: { browser: string; system: string }): string =>
  t("devices.on", { browser: word("browser", browser), system: word("system", system) });

/** Returns what a device is called; one that its owner has not named goes by its browser. */
const nameOf = (device: DeviceOut): string => (device.name === `${device.browser},${device.system}` ? browserOf(device) : device.name);

/** Where the account is used: devices with their keys, and sessions. */
@customElement("menshen-devices")
export class Devices extends View {
  @state() private known: DeviceOut[] = [];
  @state() private open: AccountSessionOut[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(): Promise<void> {
    await this.attempt(async () => {
      [this.known, this.open] = await Promise.all([devices(), sessions()]);
    });
  }

  private async revoke(device: DeviceOut): Promise<void> {
    const done = await this.attempt(async () => {
      const step_up = await askToConfirm(this, "remove_device", device.id, nameOf(device));
      if (step_up === undefined) return;
      await revokeDevice(device.id, step_up);
      say(t("devices.revoked"));
    });
    if (done) await this.look();
  }

  private async end(session: AccountSessionOut): Promise<void> {
    if (await this.attempt(() => endSession(session.id))) await this.look();
  }

  override render(): TemplateResult {
    return html`<h1>${t("devices.title")}</h1>${this.refusal()}
      <section><h2>${t("devices.devices")}</h2><ul class="rows">${this.known.map((device) => html`<li>
        <span><strong>${nameOf(device)}</strong>${device.current ? html` <span class="tag">${t("devices.this")}</span>` : nothing}<br />
          <span class="quiet">${device.trusted_at ? word("trusted_by", device.trusted_by ?? "") : t("devices.untrusted")}${t("comma")}${t("devices.used", { at: moment(device.used_at) })}</span></span>
        ${device.current ? nothing : html`<button aria-label=${t("devices.revoke_of", { name: nameOf(device) })} @click=${() => void this.revoke(device)}>${t("devices.revoke")}</button>`}</li>`)}</ul></section>
      <section><h2>${t("devices.sessions")}</h2><ul class="rows">${this.open.map((session) => {
        const what = browserOf(session);
        return html`<li><span><strong>${what}</strong>${session.current ? html` <span class="tag">${t("devices.this")}</span>` : nothing}<br />
          <span class="quiet">${t("devices.since", { at: moment(session.signed_in_at) })}${t("comma")}${t("devices.seen", { at: moment(session.seen_at) })}</span></span>
          ${session.current ? nothing : html`<button aria-label=${t("devices.end_of", { what })} @click=${() => void this.end(session)}>${t("devices.end")}</button>`}</li>`;
      })}</ul></section>
      <menshen-confirm></menshen-confirm>`;
  }
}
