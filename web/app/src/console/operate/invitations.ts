import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { InvitationCodeOut } from "../../schema";
import { api, body } from "../api";
import { t } from "../texts";
import { moment } from "../time";
import { say, View } from "../view";
import { grid } from "./grid";
import { sure } from "./sure";

/** Codes with which people open accounts, and what is gained by each. */
@customElement("menshen-invitations")
export class Invitations extends View {
  @state() private codes: InvitationCodeOut[] | undefined;
  @state() private next: string | undefined;
  @state() private unreadable = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(after?: string): Promise<void> {
    await this.attempt(async () => {
      const page = await body(api.GET("/v1/invitation-codes", { params: { query: { limit: 100, ...(after && { after }) } } }));
      this.codes = after ? [...(this.codes ?? []), ...page.items] : page.items;
      this.next = page.next ?? undefined;
    });
  }

  private async add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const benefit = object(String(data.get("benefit")));
    this.unreadable = benefit === undefined;
    if (!benefit) return;
    const ends = String(data.get("ends"));
    const sent = { code: String(data.get("code")).trim().toUpperCase(), label: String(data.get("label")).trim(), benefit, ...(ends && { ends_at: new Date(ends).toISOString() }) };
    if (!(await this.attempt(async () => void (await body(api.POST("/v1/invitation-codes", { body: sent as never })))))) return;
    form.reset();
    say(t("invitation.added"));
    await this.look();
  }

  private async end(one: InvitationCodeOut): Promise<void> {
    if (!(await sure({ title: t("invitation.end"), text: t("invitation.end_sure", { code: one.code }), deed: t("invitation.end") }))) return;
    const params = { path: { id: one.id } };
    if (!(await this.attempt(async () => void (await body(api.DELETE("/v1/invitation-codes/{id}", { params })))))) return;
    say(t("invitation.ended_now"));
    await this.look();
  }

  override render(): TemplateResult {
    const heads = [t("invitation.code"), t("invitation.label"), t("invitation.benefit"), t("invitation.state"), t("operate.since"), t("operate.actions")];
    return html`<div class="page"><h1>${t("invitation.title")}</h1><p class="quiet">${t("invitation.help")}</p>${this.refusal()}
      ${this.codes ? grid(t("invitation.title"), heads, this.codes.map((one) => this.row(one)), t("invitation.none")) : nothing}
      ${this.next ? html`<button class="plain more" @click=${() => void this.look(this.next)}>${t("more")}</button>` : nothing}
      <form class="plot card wide" @submit=${this.add}><h2>${t("invitation.add")}</h2>
        <label>${t("invitation.code")}<input name="code" minlength="3" maxlength="40" pattern="[A-Za-z0-9_\\-]+" required autocomplete="off" spellcheck="false" placeholder="PANDA8" /></label>
        <label>${t("invitation.label")}<input name="label" maxlength="100" required autocomplete="off" /></label>
        <label>${t("invitation.benefit")}<textarea name="benefit" rows="2" maxlength="4000" spellcheck="false" required aria-describedby="benefit-help" aria-invalid=${this.unreadable ? "true" : "false"} placeholder='{"fee_discount": "0.20"}'></textarea></label>
        <p class=${this.unreadable ? "late" : "quiet"} id="benefit-help" role=${this.unreadable ? "alert" : nothing}>${t(this.unreadable ? "invitation.benefit_unreadable" : "invitation.benefit_help")}</p>
        <label>${t("invitation.ends")}<input name="ends" type="datetime-local" /></label>
        <p><button class="main" ?disabled=${this.busy}>${t("invitation.add")}</button></p></form></div>`;
  }

  private row(one: InvitationCodeOut): TemplateResult {
    const over = one.ends_at ? Date.parse(one.ends_at) < Date.now() : false;
    const good = one.ends_at ? t(over ? "key.ended" : "key.until", { at: moment(one.ends_at) }) : t("invitation.for_ever");
    return html`<tr><th scope="row"><code>${one.code}</code></th><td>${one.label}</td><td><code>${JSON.stringify(one.benefit)}</code></td>
      <td>${one.removed_at ? html`<span class="late">${t("invitation.taken_back", { at: moment(one.removed_at) })}</span>` : html`<span class=${over ? "late" : ""}>${good}</span>`}</td><td>${moment(one.created_at)}</td>
      <td>${one.removed_at || over ? nothing : html`<button ?disabled=${this.busy} aria-label=${`${t("invitation.end")} (${one.code})`} @click=${() => void this.end(one)}>${t("invitation.end")}</button>`}</td></tr>`;
  }
}

/** Reads an object of JSON; nothing where it is none. */
function object(text: string): Record<string, unknown> | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
