import { html, nothing, type TemplateResult } from "lit";
import { Part } from "../shared/part.js";
import { Problem, Unreachable } from "./api.js";
import { NoKey } from "./device.js";
import { PasskeyStopped } from "./passkey.js";
import { moment, t, told, word } from "./texts.js";

export { say } from "../shared/part.js";

/** A part of the page. */
export abstract class View extends Part {
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
  if (error instanceof NoKey) return html`<p>${t("trust.no_key")}</p>`;
  if (error instanceof Unreachable) return html`<p>${t("problem.unreachable")}</p>`;
  if (!(error instanceof Problem)) return html`<p>${t("problem.page")}</p>`;
  const [reason] = error.reasons;
  if (reason !== undefined) return html`<p><strong>${told(reason.title)}</strong></p><p>${told(reason.remedy)}</p>`;
  const at = error.retry_at ? ` ${t("problem.retry_at", { at: moment(error.retry_at) })}` : "";
  return html`<p>${error.text ? told(error.text) : word("problem", error.code, t("problem.other", { code: error.code }))}${at}</p>`;
}
