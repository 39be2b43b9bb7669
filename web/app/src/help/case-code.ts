import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body } from "../account/api.js";
import type { CheckOut } from "../schema.js";
import { accountOf } from "./route.js";
import { signedIn } from "./session.js";
import { moment, t, told, word } from "./texts.js";
import { typedIn, View } from "./view.js";

/** Somebody of support wrote or called: their code tells whether it is true, to the person whom it was given to and to nobody else. */
@customElement("menshen-case-code")
export class CaseCode extends View {
  @property() tenant = "";
  /** Has somebody signed in? Not asked yet where it is not there. */
  @state() private inside: boolean | undefined;
  @state() private told: CheckOut | undefined;

  override render(): TemplateResult {
    const look = () => void this.attempt(async () => void (this.inside = (await signedIn()) !== undefined));
    return html`<section><h2>${t("code.title")}</h2><p>${t("code.lead")}</p>${this.refusal()}
      ${this.inside === true
        ? this.form()
        : html`${this.inside === false
              ? html`<div class="notice" role="status"><p>${t("code.sign_in")}</p><p><a href=${accountOf(this.tenant)} target="_blank" rel="noopener">${t("attach.account")}</a></p></div>`
              : nothing}
            <button type="button" ?disabled=${this.busy} @click=${look}>${t(this.inside === undefined ? "code.open" : "attach.signed_in")}</button>`}</section>`;
  }

  private form(): TemplateResult {
    const check = this.typed(async (form) => {
      this.told = undefined;
      this.told = await body(api.POST("/v1/official/check", { body: { code: typedIn(form, "code") } }));
    });
    return html`<form @submit=${check}><label>${t("code.code")}<input name="code" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20" required /></label>
      <button ?disabled=${this.busy}>${t("code.check")}</button></form>
      ${this.told ? this.answer(this.told) : nothing}`;
  }

  private answer({ genuine, text, way, from, at }: CheckOut): TemplateResult {
    return html`<div class="verdict ${genuine ? "official" : "lookalike"}" role="status"><h3>${t(genuine ? "code.genuine" : "code.unknown")}</h3><p>${told(text)}</p>
      ${genuine ? html`<dl class="facts"><dt>${t("code.from")}</dt><dd>${from}</dd><dt>${t("code.way")}</dt><dd>${word("way", way ?? "")}</dd><dt>${t("code.at")}</dt><dd>${at ? moment(at) : ""}</dd></dl>` : nothing}</div>`;
  }
}
