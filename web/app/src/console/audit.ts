import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { EntryOut } from "../schema";
import { api, body } from "./api";
import { number, t } from "./texts";
import { moment } from "./time";
import { View } from "./view";

/** Entries that are read at once: as many as the service gives. */
const AT_ONCE = 200;

/** The audit log, oldest first, with filters over what was read, a signed checkpoint and proofs of entries. */
@customElement("menshen-audit")
export class Audit extends View {
  @state() private entries: EntryOut[] = [];
  @state() private ended = false;
  @state() private action = "";
  @state() private wanted = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.read(0);
  }

  /** Reads on from an entry; from where somebody says, what was read before is let go. */
  private async read(from: number, anew = false): Promise<void> {
    await this.attempt(async () => {
      const found = await body(api.GET("/v1/audit", { params: { query: { from, limit: AT_ONCE } } }));
      this.entries = anew ? found : [...this.entries, ...found];
      this.ended = found.length < AT_ONCE;
    });
  }

  private get shown(): EntryOut[] {
    const wanted = this.wanted.trim().toLowerCase();
    const words = (entry: EntryOut) => [entry.actor, entry.object, entry.action, ...Object.values(entry.detail as Record<string, string>)].join(" ").toLowerCase();
    return this.entries.filter((entry) => (!this.action || entry.action === this.action) && (!wanted || words(entry).includes(wanted)));
  }

  private async checkpoint(): Promise<void> {
    await this.attempt(async () => save("checkpoint.txt", String(await body(api.GET("/v1/audit/checkpoint", { parseAs: "text" })))));
  }

  private async proof(seq: number): Promise<void> {
    const path = { seq };
    await this.attempt(async () => save(`proof-${seq}.json`, JSON.stringify(await body(api.GET("/v1/audit/{seq}/proof", { params: { path } })), null, 2)));
  }

  override render(): TemplateResult {
    const actions = [...new Set(this.entries.map((entry) => entry.action))].sort();
    const { shown } = this;
    const next = (this.entries.at(-1)?.seq ?? -1) + 1;
    return html`<div class="page wide"><h1>${t("audit.title")}</h1><p class="quiet">${t("audit.help")}</p>${this.refusal()}
      <div class="inline">
        <label>${t("audit.action")}<select @change=${(event: Event) => (this.action = (event.target as HTMLSelectElement).value)}>
          <option value="">${t("audit.any")}</option>${actions.map((action) => html`<option value=${action}>${action}</option>`)}</select></label>
        <label>${t("audit.contains")}<input type="search" @input=${(event: Event) => (this.wanted = (event.target as HTMLInputElement).value)} /></label>
        <label>${t("audit.from")}<input type="number" min="0" value="0" @change=${(event: Event) => void this.read(Number((event.target as HTMLInputElement).value) || 0, true)} /></label>
        <button @click=${() => void this.checkpoint()}>${t("audit.checkpoint")}</button>
      </div>
      <p class="quiet" role="status">${t("audit.shown", { n: shown.length, all: this.entries.length })}</p>
      <div class="scrolls" tabindex="0" role="region" aria-label=${t("audit.title")}><table class="compare audit">
        <thead><tr><th scope="col">${t("audit.seq")}</th><th scope="col">${t("audit.at")}</th><th scope="col">${t("audit.action")}</th><th scope="col">${t("audit.actor")}</th><th scope="col">${t("audit.object")}</th><th scope="col">${t("audit.detail")}</th><th scope="col">${t("audit.proof")}</th></tr></thead>
        <tbody>${shown.map((entry) => this.row(entry))}</tbody></table></div>
      ${shown.length === 0 && !this.busy ? html`<p class="empty">${t("audit.none")}</p>` : nothing}
      ${this.ended ? nothing : html`<button class="plain more" ?disabled=${this.busy} @click=${() => void this.read(next)}>${t("audit.more")}</button>`}
    </div>`;
  }

  private row(entry: EntryOut): TemplateResult {
    const detail = Object.entries(entry.detail as Record<string, string>);
    return html`<tr><td>${number(entry.seq)}</td><td><time datetime=${entry.at}>${moment(entry.at)}</time></td><td><code>${entry.action}</code></td><td><code>${entry.actor}</code></td><td><code>${entry.object}</code></td>
      <td>${detail.map(([name, value]) => html`<div><span class="quiet">${name}</span> <code>${value}</code></div>`)}</td>
      <td><button class="tool" aria-label=${t("audit.proof_of", { n: entry.seq })} title=${t("audit.proof_of", { n: entry.seq })} @click=${() => void this.proof(entry.seq)}>↓</button></td></tr>`;
  }
}

/** Gives a text to the browser as a file. */
function save(name: string, text: string): void {
  const href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = Object.assign(document.createElement("a"), { href, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
