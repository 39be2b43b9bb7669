import { html, LitElement, nothing } from "lit";
import type { DiagnosticsIn } from "../schema.js";
import { diagnosticsOf } from "./surroundings.js";
import { fileButton, page } from "./view.js";
import type { View } from "./view.js";

/** What a ticket can be about. */
const KINDS = ["document_photo", "stuck", "face_login", "account_conflict", "other"] as const;
/** Most pictures of a ticket. */
const MOST = 6;
/** What may have been tried before. */
const TRIED = ["restarted", "cleared_cache", "updated", "other_network", "other_device"] as const;

/** The form of a new question to support. Part of the element: it draws into the element's own tree. */
export class Ask extends LitElement {
  static override properties = { view: { attribute: false }, pictures: { state: true }, about: { state: true }, tried: { state: true } };

  declare view: View;
  declare pictures: readonly File[];
  declare about: DiagnosticsIn | undefined;
  declare tried: readonly string[];

  constructor() {
    super();
    this.pictures = [];
    this.tried = [];
  }

  protected override createRenderRoot() {
    return this;
  }

  override async connectedCallback(): Promise<void> {
    super.connectedCallback();
    await this.updateComplete;
    const { program, flow } = this.view;
    this.about = await diagnosticsOf(program, flow.service.latency());
  }

  override firstUpdated(): void {
    this.querySelector<HTMLElement>("h2")?.focus();
  }

  override render() {
    const { model, flow, tickets, texts } = this.view;
    const { t, n } = texts;
    const send = (event: Event) => {
      event.preventDefault();
      const data = new FormData(event.target as HTMLFormElement);
      const diagnostics = data.has("diagnostics") && this.about ? { ...this.about, tried: [...this.tried] } : undefined;
      void tickets.ask({ kind: String(data.get("kind")), text: String(data.get("text")).trim(), pictures: this.pictures, diagnostics });
    };
    const late = model.known?.verification.support ? "stuck" : "document_photo";
    const leave = () => (model.asking.tickets?.length ? tickets.list(false) : flow.aside("none"));
    return page({
      heading: t("support.ask"),
      lead: t("support.ask.lead"),
      body: html`<form @submit=${send}>
        <div class="field"><label for="kind">${t("support.kind")}</label>
          <select id="kind" name="kind">${KINDS.map((kind) => html`<option value=${kind} ?selected=${kind === late}>${t(`support.kind.${kind}`)}</option>`)}</select></div>
        <div class="field"><label for="text">${t("support.text")}</label><textarea id="text" name="text" maxlength="4000" required></textarea></div>
        ${this.pictures.length > 0
          ? html`<p class="note">${n("support.pictures", this.pictures.length)} <button type="button" class="quiet" @click=${() => (this.pictures = [])}>${t("support.pictures.none")}</button></p>`
          : nothing}
        ${this.pictures.length < MOST ? fileButton(t("support.picture"), (file) => (this.pictures = [...this.pictures, file])) : nothing}
        ${this.about ? this.#bundle(this.about) : nothing}
        <div class="actions">
          <button class="primary" part="button primary" ?disabled=${model.busy}>${t("support.send")}</button>
          <button type="button" class="secondary" part="button secondary" @click=${leave}>${t("back")}</button>
        </div>
      </form>`,
    });
  }

  /** What would be sent is shown before it is. */
  #bundle(about: DiagnosticsIn) {
    const { t } = this.view.texts;
    const facts = Object.entries(about).filter(([, value]) => value !== undefined && value !== null);
    const name = (key: string) => (this.view.texts.has(`diagnostics.${key}`) ? t(`diagnostics.${key}` as "diagnostics.app") : key);
    const toggle = (what: string) => (event: Event) => {
      const on = (event.target as HTMLInputElement).checked;
      this.tried = on ? [...this.tried, what] : this.tried.filter((one) => one !== what);
    };
    return html`<fieldset class="field"><legend>${t("support.tried")}</legend>
        ${TRIED.map((what) => html`<label class="tick plain"><input type="checkbox" @change=${toggle(what)} /><span>${t(`support.tried.${what}`)}</span></label>`)}
      </fieldset>
      <label class="tick"><input type="checkbox" name="diagnostics" checked /><span><strong>${t("support.diagnostics")}</strong><br />${t("support.diagnostics.text")}</span></label>
      <details><summary>${t("support.diagnostics.show")}</summary>
        <dl class="facts">${facts.map(([key, value]) => html`<dt>${name(key)}</dt><dd>${String(value)}</dd>`)}</dl></details>`;
  }
}

if (!customElements.get("menshen-ask")) customElements.define("menshen-ask", Ask);
