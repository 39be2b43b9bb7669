import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { StepUpOut } from "../schema.js";
import { confirm, confirmByPasskey, sendConfirmation, stepUp } from "./session.js";
import { t, word } from "./texts.js";
import { View } from "./view.js";
import "./ways.js";

/** A sensitive action: it is named, shown to the person word for word, and confirmed. */
@customElement("menshen-confirm")
export class Confirm extends View {
  @state() private asked: StepUpOut | undefined;
  @state() private shown = "";
  private settle: ((id: string | undefined) => void) | undefined;

  /** Asks the person to confirm; returns the confirmation, or none where they would not. `what` is what they read. */
  async ask(action: string, detail: string, what: string): Promise<string | undefined> {
    const asked = await stepUp(action, detail);
    [this.asked, this.shown] = [asked, what];
    await this.updateComplete;
    this.querySelector("dialog")?.showModal();
    return new Promise((resolve) => (this.settle = resolve));
  }

  private end(id: string | undefined): void {
    this.querySelector("dialog")?.close();
    this.settle?.(id);
    [this.asked, this.settle] = [undefined, undefined];
  }

  override render(): TemplateResult | typeof nothing {
    const asked = this.asked;
    if (asked === undefined) return nothing;
    const walk = {
      send: (name: string) => sendConfirmation(asked.id, name),
      type: async (name: string, code: string) => {
        await confirm(asked.id, name, code);
        this.end(asked.id);
      },
      passkey: async () => {
        await confirmByPasskey(asked.id);
        this.end(asked.id);
      },
    };
    return html`<dialog aria-labelledby="confirm-title" @cancel=${(event: Event) => {
      event.preventDefault();
      this.end(undefined);
    }}><h1 id="confirm-title">${t("confirm.title")}</h1>
      <p class="phrase">${word("action", asked.action)}${this.shown === "" ? "" : `: ${this.shown}`}</p>
      <menshen-ways .ways=${asked.ways} .walk=${walk}></menshen-ways>
      <button class="plain" @click=${() => this.end(undefined)}>${t("cancel")}</button></dialog>`;
  }
}

/** Asks through a part's own dialogue, and never through that of a part inside it. */
export async function askToConfirm(part: Element, action: string, detail: string, what: string): Promise<string | undefined> {
  return part.querySelector<Confirm>(":scope > menshen-confirm")?.ask(action, detail, what);
}
