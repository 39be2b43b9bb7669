import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { CaseOut, VerificationOut } from "../schema";
import { api, body, Problem } from "./api";
import { fits, GROUPS, MOST_CODES } from "./codes";
import { codeName, t, word } from "./texts";
import { View } from "./view";

/** What somebody can say about a case. */
export type Verdict = "approve" | "refuse" | "ask_again";
/** Steps that can be asked for once more; the service refuses those that the verification does not ask for. */
const STEPS = ["form", "document_front", "document_back", "selfie"] as const;

/** The words on a verdict's button. */
export const verdict = (which: Verdict): string => t(`verdict.${which}`);

/** A verdict with its reasons, said twice before it counts: chosen, then confirmed. */
@customElement("menshen-decide")
export class Decide extends View {
  @property({ attribute: false }) found!: CaseOut;
  @property({ attribute: false }) course: VerificationOut | undefined;
  @property({ attribute: false }) verdict: Verdict = "approve";
  @state() private codes = new Set<string>();
  @state() private steps = new Set<string>();
  @state() private wanted = "";
  private note = "";
  /** Other accounts that the caller says they have looked at. */
  private others: string[] = [];

  override firstUpdated(): void {
    if (this.verdict !== "approve") {
      const { verdict } = this;
      this.codes = new Set(this.found.codes.filter((code) => fits(code, verdict)).slice(0, MOST_CODES));
    }
    this.querySelector("dialog")?.showModal();
  }

  private leave(): void {
    this.dispatchEvent(new CustomEvent("left"));
  }

  private flip(set: Set<string>, name: string): Set<string> {
    const next = new Set(set);
    if (!next.delete(name)) next.add(name);
    return next;
  }

  private get ready(): boolean {
    if (this.verdict === "approve") return true;
    const some = this.codes.size > 0 && this.codes.size <= MOST_CODES;
    return some && (this.verdict === "refuse" || this.steps.size > 0);
  }

  private async send(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.ready || this.busy) return;
    const sent = {
      verdict: this.verdict,
      ...(this.verdict !== "approve" && { codes: [...this.codes] }),
      ...(this.verdict === "ask_again" && { steps: [...this.steps] }),
      ...(this.others.length > 0 && { others: this.others }),
      ...(this.note.trim() && { note: this.note.trim() }),
    };
    const params = { path: { id: this.found.id } };
    await this.attempt(async () => {
      const { standing } = await body(api.POST("/v1/review/cases/{id}/decide", { params, body: sent as never }));
      this.querySelector("dialog")?.close();
      this.dispatchEvent(new CustomEvent("decided", { detail: standing }));
    });
    this.lookedAt();
  }

  /** Somebody alike was verified or blocked meanwhile: the refusal names them, and whoever has looked can say so. */
  private lookedAt(): void {
    if (!(this.problem instanceof Problem) || this.problem.code !== "duplicates_new") return;
    this.others = this.problem.detail.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? [];
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void this.send(event);
  }

  override render(): TemplateResult {
    const { verdict: which } = this;
    return html`<dialog class="decide" aria-labelledby="decide-title" @close=${this.leave} @keydown=${this.key}>
      <form @submit=${this.send}>
        <h2 id="decide-title">${t(`decide.${which}`)}</h2>
        <p>${t(`decide.${which}_help`)}</p>
        ${this.refusal()}
        ${this.others.length > 0 && this.problem ? html`<p>${this.others.map((id) => html`<code>${id}</code> `)}</p>` : nothing}
        ${which === "ask_again" ? this.stepList() : nothing}
        ${which === "approve" ? nothing : this.codeList(which)}
        <label>${t("decide.note")}<textarea name="decision-note" rows="2" maxlength="2000" @input=${(event: Event) => (this.note = (event.target as HTMLTextAreaElement).value)}></textarea></label>
        <p class="buttons">
          <button class="main" ?disabled=${!this.ready || this.busy}>${t(this.others.length > 0 ? "decide.confirm_looked" : `decide.confirm_${which}`)} <kbd>Ctrl Enter</kbd></button>
          <button type="button" @click=${() => this.querySelector("dialog")?.close()}>${t("cancel")} <kbd>Esc</kbd></button>
        </p>
      </form>
    </dialog>`;
  }

  private stepList(): TemplateResult {
    const named = new Set(this.course?.next.map((step) => step.step));
    const steps = STEPS.filter((step) => named.size === 0 || named.has(step) || this.has(step));
    return html`<fieldset><legend>${t("decide.steps")}</legend><div class="choices">
      ${steps.map((step) => html`<label class="check"><input type="checkbox" .checked=${this.steps.has(step)} @change=${() => (this.steps = this.flip(this.steps, step))} />${word("step", step)}</label>`)}
    </div></fieldset>`;
  }

  /** Was the step handed in? What was never asked for is not asked for again. */
  private has(step: string): boolean {
    const parts: Record<string, string> = { document_front: "front", document_back: "back", selfie: "selfie" };
    return step === "form" || (this.found.evidence?.photos.some((photo) => photo.part === parts[step]) ?? false);
  }

  private codeList(which: "refuse" | "ask_again"): TemplateResult {
    const wanted = this.wanted.trim().toLowerCase();
    const found = this.found.codes.filter((code) => fits(code, which));
    const groups = [{ name: "found" as const, shown: found }, ...GROUPS.map(({ name, codes }) => {
      const all = Object.keys(codes).filter((code) => fits(code, which) && !found.includes(code));
      const shown = all.filter((code) => this.codes.has(code) || !wanted || `${codeName(code)} ${code}`.toLowerCase().includes(wanted));
      return { name, shown };
    })];
    return html`<fieldset><legend>${t("decide.codes", { n: this.codes.size, most: MOST_CODES })}</legend>
      <input type="search" aria-label=${t("decide.find")} placeholder=${t("decide.find")} @input=${(event: Event) => (this.wanted = (event.target as HTMLInputElement).value)} />
      <div class="code-groups" tabindex="0" role="group" aria-label=${t("decide.all_codes")}>${groups.map(({ name, shown }) => shown.length === 0 ? nothing : html`
        <h3>${t(`codes.${name}`)}</h3><div class="choices">${shown.map((code) => html`<label class="check"><input type="checkbox" .checked=${this.codes.has(code)}
          ?disabled=${!this.codes.has(code) && this.codes.size >= MOST_CODES} @change=${() => (this.codes = this.flip(this.codes, code))} />${codeName(code)}</label>`)}</div>`)}
      </div></fieldset>`;
  }
}
