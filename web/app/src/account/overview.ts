import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { OwnVerificationsOut } from "../schema.js";
import { verifications } from "./own.js";
import { link } from "./route.js";
import { setPhrase, type Account } from "./session.js";
import { moment, t, word } from "./texts.js";
import { say, View } from "./view.js";

/** How the account stands: the device, what is held and until when, how the person has signed in. */
@customElement("menshen-overview")
export class Overview extends View {
  @property({ attribute: false }) account!: Account;
  @state() private own: OwnVerificationsOut | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(async () => void (this.own = await verifications()));
  }

  override render(): TemplateResult {
    const { device, hold, phrase, shown, signed_in_at, ends_at } = this.account;
    return html`<h1>${t("overview.title")}</h1>
      ${hold ? html`<section class="notice"><h2>${t("overview.held")}</h2>
        <p>${t("overview.hold", { why: word("hold", hold.reason), until: moment(hold.until) })}</p>
        <p>${t("overview.held_actions", { actions: hold.actions.map((action) => word("held", action)).join(t("comma")) })}</p></section>` : nothing}
      ${this.own ? identity(this.own) : nothing}
      <section class=${device.trust === "trusted" ? "" : "notice"}><h2>${t("overview.device")}</h2>
        <p>${word("trust", device.trust)}</p>
        ${device.unknown ? html`<p>${word("unknown", device.unknown)}</p>` : nothing}
        ${device.trust === "verify" ? html`<p><a href=${link("identity")}>${t("identity.device_verify")}</a></p>` : nothing}</section>
      <section><h2>${t("overview.phrase")}</h2>
        ${phrase ? html`<p class="phrase">${phrase}</p>` : nothing}<p class="quiet">${t("overview.phrase_help")}</p>
        ${device.trust === "trusted" ? this.phrase() : nothing}</section>
      <section><h2>${t("overview.session")}</h2><dl class="facts">
        <dt>${t("overview.shown")}</dt><dd>${shown.map((factor) => word("factor", factor)).join(t("comma"))}</dd>
        <dt>${t("overview.since")}</dt><dd>${moment(signed_in_at)}</dd>
        <dt>${t("overview.until")}</dt><dd>${moment(ends_at)}</dd></dl></section>`;
  }

  private phrase(): TemplateResult {
    const set = this.typed(async (read) => {
      await setPhrase(this.account.applicant, read("phrase"));
      say(t("overview.phrase_set"));
      this.dispatchEvent(new CustomEvent("changed", { bubbles: true }));
    });
    return html`<form @submit=${set}>${this.refusal()}
      <label>${t("overview.phrase_new")}<input name="phrase" autocomplete="off" minlength="4" maxlength="40" required /></label>
      <button ?disabled=${this.busy}>${t("overview.phrase_keep")}</button></form>`;
  }
}

/** The level that is reached, or how far it is, with the way there. */
function identity({ items }: OwnVerificationsOut): TemplateResult {
  const verified = items.filter(({ status }) => status === "verified").map(({ level }) => word("level", level));
  const open = items.some(({ status }) => status !== "verified" && status !== "expired");
  const standing = [
    verified.length === 0 ? !open && t("overview.level_none") : t("overview.level_is", { levels: [...new Set(verified)].join(t("comma")) }),
    open && t("overview.level_open"),
  ].filter(Boolean);
  return html`<section><h2>${t("overview.level")}</h2><p>${standing.join(" ")}</p>
    <p><a href=${link("identity")}>${verified.length === 0 && !open ? t("overview.level_go") : t("overview.level_see")}</a></p></section>`;
}
