import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { NotKeys } from "./book.js";
import type { Lists } from "./lists.js";
import { t } from "./texts.js";
import { typedIn, View } from "./view.js";

/** A list is larger than this only where it is none, in bytes: 500 channels are a tenth of it. */
const LARGEST = 1 << 20;

/** A key from elsewhere, and a list as a file: who has both need not trust this service. */
@customElement("menshen-trust")
export class Trust extends View {
  @property({ attribute: false }) lists!: Lists;
  @state() private file: string | undefined;
  @state() private refused: "trust.not_keys" | "trust.too_large" | undefined;

  override render(): TemplateResult {
    const { trust } = this.lists;
    const open = this.typed(async (form) => {
      const file = form.get("file");
      this.refused = undefined;
      if (file instanceof File && file.size > LARGEST) return void (this.refused = "trust.too_large");
      const keys = typedIn(form, "keys");
      try {
        const standing = file instanceof File && file.size > 0 ? await this.lists.open(await file.text(), keys) : await this.lists.give(keys);
        this.dispatchEvent(new CustomEvent("opened", { detail: standing, bubbles: true }));
      } catch (error) {
        if (!(error instanceof NotKeys)) throw error;
        this.refused = "trust.not_keys";
      }
    });
    // The browser's own words for a file beside a button are in the browser's language.
    const chosen = (event: Event) => (this.file = (event.target as HTMLInputElement).files?.[0]?.name);
    const forget = () => {
      this.lists.forget();
      this.dispatchEvent(new CustomEvent("forgotten", { bubbles: true }));
    };
    return html`<section><details><summary><h2>${t("trust.title")}</h2></summary><p>${t("trust.lead")}</p>
      ${trust ? html`<p>${t(trust.given ? "trust.given" : "trust.first_use")}</p><pre class="hash">${trust.keys.trim()}</pre>` : nothing}
      <form @submit=${open}>
        <label>${t("trust.keys")}<textarea name="keys" rows="3" required spellcheck="false" autocapitalize="none" maxlength="4000" aria-describedby="keys-help"></textarea></label>
        <p class="quiet" id="keys-help">${t("trust.keys_help")}</p>
        <label class="pick"><span>${t("trust.file")}</span><input type="file" name="file" accept=".json,application/json" @change=${chosen} aria-describedby="file-help" /></label>
        <p class="quiet" id="file-help" role="status">${this.file ?? t("trust.file_help")}</p>
        ${this.refused ? html`<p class="refusal" role="alert">${t(this.refused)}</p>` : nothing}${this.refusal()}
        <button ?disabled=${this.busy}>${t("trust.open")}</button></form>
      <p>${t("trust.forget_help")}</p><button type="button" @click=${forget}>${t("trust.forget")}</button></details></section>`;
  }
}
