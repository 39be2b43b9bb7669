import { html, nothing, type TemplateResult } from "lit";
import { Part } from "../shared/part";
import { Problem } from "./api";
import { t, word } from "./texts";
import { moment } from "./time";

export { say } from "../shared/part";

/** A part of the page. */
export abstract class View extends Part {
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
