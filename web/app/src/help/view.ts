import { html, nothing, type TemplateResult } from "lit";
import { Problem, Unreachable } from "../account/api.js";
import { Part } from "../shared/part.js";
import { moment, t, told, word } from "./texts.js";

/** A part of the page. */
export abstract class View extends Part {
  /** Says why the last deed was not done, and what helps. */
  protected refusal(): TemplateResult | typeof nothing {
    return this.problem === undefined ? nothing : html`<div class="refusal" role="alert"><p>${explain(this.problem)}</p></div>`;
  }

  /** Does something with what was typed into a form. */
  protected typed(deed: (read: FormData) => Promise<void>): (event: SubmitEvent) => void {
    return (event) => {
      event.preventDefault();
      const form = new FormData(event.target as HTMLFormElement);
      void this.attempt(() => deed(form));
    };
  }
}

/** Returns what was typed into a field. */
export const typedIn = (form: FormData, name: string): string => String(form.get(name) ?? "").trim();

/** Did the service not answer at all? Without a network browsers throw a `TypeError`. */
export const isUnreachable = (error: unknown): boolean => error instanceof Unreachable || error instanceof TypeError;

/** Returns a refusal in words. */
export function explain(error: unknown): string {
  if (isUnreachable(error)) return t("problem.unreachable");
  if (!(error instanceof Problem)) return t("problem.page");
  const [reason] = error.reasons;
  const said = reason ? `${told(reason.title)} ${told(reason.remedy)}` : error.text ? told(error.text) : undefined;
  const at = error.retry_at ? ` ${t("problem.retry_at", { at: moment(error.retry_at) })}` : "";
  return `${said ?? word("problem", error.code, t("problem.other", { code: error.code }))}${at}`;
}
