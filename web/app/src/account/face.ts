import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { FaceDoneOut, FaceLoginOut } from "../schema.js";
import type { LiveEvents } from "../verify/live/events.js";
import { beginFace, finishFace } from "./own.js";
import type { Account } from "./session.js";
import { language, t, told } from "./texts.js";
import { View } from "./view.js";

/** Ends of a live check that the service has judged: it says more about them than the element knows. */
const JUDGED = ["again", "expired"];

/** Signing in by face: a live check, and where it fails the reason, what helps, and the other ways. Tells `entered`, `ways`, `other`. */
@customElement("menshen-face-sign-in")
export class FaceSignIn extends View {
  @property() tenant = "";
  @state() private begun: FaceLoginOut | undefined;
  @state() private failed: FaceDoneOut | undefined;

  private begin(): void {
    void this.attempt(async () => {
      await import("../verify/live/index.js");
      this.failed = undefined;
      this.begun = await beginFace(this.tenant);
    });
  }

  private async finish(): Promise<void> {
    await this.attempt(async () => {
      const { begun } = this;
      if (begun === undefined) return;
      this.begun = undefined;
      const done = await finishFace(begun.verification);
      if (done.account) return void this.dispatchEvent(new CustomEvent<Account>("entered", { detail: done.account, bubbles: true }));
      this.failed = done;
      this.dispatchEvent(new CustomEvent("ways", { detail: done.ways, bubbles: true }));
    });
  }

  private over = ({ detail }: LiveEvents["menshen-live-over"]): void => {
    if (JUDGED.includes(detail.code)) void this.finish();
  };

  private left = (): void => {
    this.begun = undefined;
    this.dispatchEvent(new CustomEvent("other", { bubbles: true }));
  };

  override render(): TemplateResult {
    const { begun, failed } = this;
    if (begun !== undefined) {
      return html`<menshen-live .token=${begun.token} .verification=${begun.verification} lang=${language()} offers="other_way"
        @menshen-live-done=${() => void this.finish()} @menshen-live-over=${this.over} @menshen-live-left=${this.left}></menshen-live>`;
    }
    return html`${this.refusal()}
      ${failed ? html`<div class="refusal" role="alert"><h2>${t("face.failed")}</h2>
        ${failed.reasons.map(({ title, remedy }) => html`<p><strong>${told(title)}</strong><br />${told(remedy)}</p>`)}
        ${failed.refresh ? html`<p>${t("face.refresh")}</p>` : nothing}</div>` : html`<p>${t("face.begin_help")}</p>`}
      <button class="main" ?disabled=${this.busy} @click=${() => this.begin()}>${t("face.begin")}</button>`;
  }
}
