import { html, LitElement, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import { Problem } from "./api";
import { onLanguage, t, word } from "./texts";
import { moment } from "./time";

/** A part of the page: rendered without a shadow, so that one sheet and one tree of labels serve all. */
export abstract class View extends LitElement {
  /** What the last deed was refused with. */
  @state() protected problem: unknown;
  /** Is a deed under way? */
  @state() protected busy = false;
  private ending: (() => void) | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.ending = onLanguage(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    this.ending?.();
    super.disconnectedCallback();
  }

  /** Does something, and keeps what it was refused with, for `refusal`. Returns whether it was done. */
  protected async attempt(deed: () => Promise<void>): Promise<boolean> {
    this.busy = true;
    try {
      await deed();
      this.problem = undefined;
      return true;
    } catch (error) {
      this.problem = error;
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Says why the last deed was not done. */
  protected refusal(): TemplateResult | typeof nothing {
    if (this.problem === undefined) return nothing;
    return html`<p class="refusal" role="alert">${explain(this.problem)}</p>`;
  }
}

/** Returns a refusal in words. */
export function explain(error: unknown): string {
  if (!(error instanceof Problem)) return t("problem.page");
  const at = error.retryAt ? ` ${t("problem.retry_at", { at: moment(error.retryAt) })}` : "";
  return word("problem", error.code, t("problem.other", { code: error.code })) + at;
}

/** Says something once, for everybody: eyes and screen readers. */
export function say(text: string): void {
  window.dispatchEvent(new CustomEvent("menshen-say", { detail: text }));
}
