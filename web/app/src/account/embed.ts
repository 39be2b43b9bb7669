import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { tokenFor } from "./own.js";
import { language } from "./texts.js";
import { View } from "./view.js";

/** The capture element is a script of its own, which pages of integrators load, too: this page shares it, and what the browser has of it. */
const ELEMENT = new URL(/* @vite-ignore */ "verify.js", import.meta.url).href;

/** One of the person's verifications, gone on with here. Tells `judged` once there is a verdict. */
@customElement("menshen-own-verification")
export class OwnVerification extends View {
  @property() verification = "";
  /** A token that is there already; else the session makes one, and another where it has ended. */
  @property() token = "";
  @state() private made = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(async () => {
      await import(/* @vite-ignore */ ELEMENT);
      if (this.token === "") await this.renew();
    });
  }

  private async renew(): Promise<void> {
    this.made = (await tokenFor(this.verification)).token;
  }

  override render(): TemplateResult {
    const token = this.token || this.made;
    const ended = () => void (this.token === "" && this.attempt(() => this.renew()));
    const judged = (event: CustomEvent<{ status: string }>) =>
      void this.dispatchEvent(new CustomEvent("judged", { detail: event.detail.status, bubbles: true }));
    return html`${this.refusal()}${token === ""
      ? nothing
      : html`<menshen-verify .token=${token} .verification=${this.verification} lang=${language()} @menshen-token-expired=${ended} @menshen-result=${judged}></menshen-verify>`}`;
  }
}
