import { html, type TemplateResult } from "lit";
import { t } from "../texts";
import { say } from "../view";

/** Shows a secret that is never shown again, until somebody puts it away. */
export function once(text: string, secret: string, away: () => void): TemplateResult {
  return html`<div class="notice once" role="status"><p>${text}</p><p><code class="secret">${secret}</code></p>
    <p class="buttons"><button class="main" @click=${() => void copy(secret)}>${t("once.copy")}</button><button @click=${away}>${t("once.away")}</button></p></div>`;
}

/** Gives a text to the clipboard, and says whether that worked. */
export async function copy(text: string): Promise<void> {
  const done = await navigator.clipboard.writeText(text).then(() => true, () => false);
  say(t(done ? "once.copied" : "once.not_copied"));
}
