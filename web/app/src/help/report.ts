import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body } from "../account/api.js";
import type { ReportIn, TextOut } from "../schema.js";
import { t, told, word } from "./texts.js";
import { typedIn, View } from "./view.js";

/** What can be reported, in the words of the service. */
const KINDS = ["page", "mail", "phone", "message", "social", "app", "other"] as const;

/** Takes a report of what pretends to be official. Nobody need say who they are. */
@customElement("menshen-report")
export class Report extends View {
  @property() tenant = "";
  /** What was checked and is not official. */
  @property() suspect = "";
  @state() private received: TextOut | undefined;

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("suspect")) this.received = undefined;
  }

  override render(): TemplateResult {
    return html`<section><h2 tabindex="-1">${t("report.title")}</h2>${this.received ? this.thanks(this.received) : this.form()}</section>`;
  }

  private form(): TemplateResult {
    const send = this.typed(async (form) => {
      const note = typedIn(form, "note");
      const report: ReportIn = { kind: typedIn(form, "kind"), what: typedIn(form, "what"), ...(note === "" ? {} : { note }) };
      this.received = (await body(api.POST("/v1/public/{tenant}/reports", { params: { path: { tenant: this.tenant } }, body: report }))).text;
    });
    return html`<p>${t("report.lead")}</p><form @submit=${send}>
      <label>${t("report.kind")}<select name="kind">${KINDS.map((kind) => html`<option value=${kind}>${word("report", kind)}</option>`)}</select></label>
      <label>${t("report.what")}<textarea name="what" rows="2" maxlength="2000" required spellcheck="false" .value=${this.suspect}></textarea></label>
      <label>${t("report.note")}<textarea name="note" rows="2" maxlength="2000" aria-describedby="note-help"></textarea></label>
      <p class="quiet" id="note-help">${t("report.note_help")}</p>${this.refusal()}
      <button ?disabled=${this.busy}>${t("report.send")}</button></form>`;
  }

  private thanks(text: TextOut): TemplateResult | typeof nothing {
    return html`<div class="notice" role="status"><p>${told(text)}</p></div>
      <button type="button" class="plain" @click=${() => ([this.received, this.suspect] = [undefined, ""])}>${t("report.another")}</button>`;
  }
}
