import { html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { t } from "./texts";
import { View } from "./view";

/** A note for colleagues. */
@customElement("menshen-note")
export class Note extends View {
  @property({ attribute: false }) send: (text: string) => Promise<void> = async () => undefined;

  override render(): TemplateResult {
    return html`<form class="note" @submit=${this.keep}>${this.refusal()}
      <label>${t("notes.new")}<textarea name="note" rows="2" maxlength="2000" required></textarea></label>
      <button ?disabled=${this.busy}>${t("notes.keep")}</button></form>`;
  }

  private async keep(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = String(new FormData(form).get("note")).trim();
    if (text && (await this.attempt(() => this.send(text)))) form.reset();
  }
}
