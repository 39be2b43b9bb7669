import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body } from "../account/api.js";
import type { DiagnosticsIn, TicketOut } from "../schema.js";
import type { Failed } from "./probes.js";
import { accountOf } from "./route.js";
import { signedIn } from "./session.js";
import { duration, moment, percent, t, told, word } from "./texts.js";
import { typedIn, View } from "./view.js";

/** About what support is asked, by what failed. */
const KINDS: Readonly<Record<Failed, string>> = {
  face_login: "face_login",
  live_check: "face_login",
  document_photo: "document_photo",
  upload: "document_photo",
  passkey: "other",
  totp: "other",
  mail_code: "other",
  sms_code: "other",
};

/** What can go to support: shown word for word, copied, kept as a file, or sent with a question where somebody has signed in. */
@customElement("menshen-attach")
export class Attach extends View {
  @property() tenant = "";
  @property({ attribute: false }) attach: DiagnosticsIn = {};
  @property() failed: Failed = "face_login";
  @property({ type: Boolean }) offline = false;
  @state() private copied = false;
  /** Who has signed in in this browser; nobody where it is `null`, and not asked yet where it is not there. */
  @state() private applicant: string | null | undefined;
  @state() private ticket: TicketOut | undefined;
  /** The same question twice is one ticket. */
  private once = crypto.randomUUID();

  private get json(): string {
    return JSON.stringify(this.attach, null, 2);
  }

  private copy(): void {
    void this.attempt(async () => {
      await navigator.clipboard.writeText(this.json);
      this.copied = true;
    });
  }

  private download(): void {
    const url = URL.createObjectURL(new Blob([this.json], { type: "application/json" }));
    Object.assign(document.createElement("a"), { href: url, download: "menshen-diagnosis.json" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  override render(): TemplateResult {
    return html`<details class="bundle"><summary>${t("attach.show")}</summary>
        <dl class="facts">${Object.entries(this.attach).map(([key, value]) => html`<dt>${word("bundle", key)}</dt><dd>${inWords(key, value)}</dd>`)}</dl></details>
      <p class="buttons"><button type="button" @click=${() => this.copy()}>${t("attach.copy")}</button>
        <button type="button" @click=${() => this.download()}>${t("attach.download")}</button></p>
      <p role="status" class="quiet">${this.copied ? t("attach.copied") : ""}</p>${this.refusal()}
      ${this.offline ? html`<p>${t("attach.offline")}</p>` : this.ticket ? this.sent(this.ticket) : this.ask()}`;
  }

  private ask(): TemplateResult {
    const look = () => void this.attempt(async () => void (this.applicant = (await signedIn()) ?? null));
    if (this.applicant === undefined) return html`<button type="button" class="main" ?disabled=${this.busy} @click=${look}>${t("attach.write")}</button>`;
    if (this.applicant === null) {
      return html`<div class="notice" role="status"><p>${t("attach.sign_in")}</p><p><a href=${accountOf(this.tenant)} target="_blank" rel="noopener">${t("attach.account")}</a></p>
        <p class="quiet">${t("attach.no_account")}</p></div>
        <button type="button" ?disabled=${this.busy} @click=${look}>${t("attach.signed_in")}</button>`;
    }
    const { applicant } = this;
    const send = this.typed(async (form) => {
      const consent = form.get("consent") !== null;
      const about = { kind: KINDS[this.failed], text: typedIn(form, "text"), ...(consent ? { diagnostics: this.attach, diagnostics_consent: true } : {}) };
      const params = { path: { id: applicant }, header: { "Idempotency-Key": this.once } };
      this.ticket = await body(api.POST("/v1/applicants/{id}/tickets", { params, body: about }));
    });
    return html`<form @submit=${send}>
      <label>${t("attach.text")}<textarea name="text" rows="4" maxlength="4000" required @input=${() => (this.once = crypto.randomUUID())}></textarea></label>
      <label class="check"><input type="checkbox" name="consent" @change=${() => (this.once = crypto.randomUUID())} /><span>${t("attach.consent")}</span></label>
      <button class="main" ?disabled=${this.busy}>${t("attach.send")}</button></form>`;
  }

  private sent(ticket: TicketOut): TemplateResult {
    return html`<div class="notice" role="status"><p><strong>${t("attach.sent")}</strong></p><p>${told(ticket.title)}</p>
      ${ticket.due_at ? html`<p>${t("attach.due", { at: moment(ticket.due_at) })}</p>` : nothing}</div>`;
  }
}

/** Returns one entry as people read it; words of lists in their language, numbers with their unit. */
function inWords(key: string, value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? t("bundle.none") : value.map((one) => word(key, String(one))).join(t("comma"));
  if (typeof value === "boolean") return t(value ? "bundle.yes" : "bundle.no");
  if (typeof value === "number") {
    if (key === "luminance" || key === "contrast") return percent(value);
    if (key === "clock_ahead_ms") return Math.abs(value) < 1_000 ? duration(0) : `${value < 0 ? "−" : "+"}${duration(Math.abs(value))}`;
    return t(key.endsWith("kbps") ? "bundle.kbps" : key.endsWith("ms") ? "bundle.ms" : "bundle.pixels", { n: value });
  }
  const text = String(value);
  return word(key === "page" ? "shown" : key === "permission" || key === "storage" ? "allowed" : key === "camera" ? "eye" : key, text);
}
