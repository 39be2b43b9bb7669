import { html, LitElement, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import { Problem, Unreachable } from "./api.js";
import { PasskeyStopped } from "./passkey.js";
import { moment, onLanguage, t, told, word } from "./texts.js";

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

  /** Says why the last deed was not done, and what helps. */
  protected refusal(): TemplateResult | typeof nothing {
    if (this.problem === undefined) return nothing;
    return html`<div class="refusal" role="alert">${explain(this.problem)}</div>`;
  }

  /** Does something with what was typed into a form. */
  protected typed(deed: (read: (name: string) => string) => Promise<void>): (event: SubmitEvent) => void {
    return (event) => {
      event.preventDefault();
      const form = new FormData(event.target as HTMLFormElement);
      void this.attempt(() => deed((name) => String(form.get(name) ?? "").trim()));
    };
  }
}

/** Returns a refusal in words. */
function explain(error: unknown): TemplateResult {
  if (error instanceof PasskeyStopped) return html`<p>${t("problem.passkey_stopped")}</p>`;
  if (error instanceof Unreachable) return html`<p>${t("problem.unreachable")}</p>`;
  if (!(error instanceof Problem)) return html`<p>${t("problem.page")}</p>`;
  const [reason] = error.reasons;
  if (reason !== undefined) return html`<p><strong>${told(reason.title)}</strong></p><p>${told(reason.remedy)}</p>`;
  const at = error.retry_at ? ` ${t("problem.retry_at", { at: moment(error.retry_at) })}` : "";
  return html`<p>${error.text ? told(error.text) : word("problem", error.code, t("problem.other", { code: error.code }))}${at}</p>`;
}

/** Says something once, for everybody: eyes and screen readers. */
export function say(text: string): void {
  window.dispatchEvent(new CustomEvent("menshen-say", { detail: text }));
}
