import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { t } from "../texts";
import { View } from "../view";

/** What is asked before something is done that cannot be undone. */
export interface Question {
  title: string;
  text: string;
  /** What the button says that does it. */
  deed: string;
  /** What must be typed first, where a slip would cost too much. */
  typed?: string;
}

/** Asks whether somebody is sure, in words; returns whether they are. */
export function sure(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = document.createElement("menshen-sure") as Sure;
    asked.question = question;
    asked.answer = (yes) => {
      asked.remove();
      resolve(yes);
    };
    document.body.append(asked);
  });
}

/** The dialogue of `sure`. */
@customElement("menshen-sure")
export class Sure extends View {
  @property({ attribute: false }) question: Question = { title: "", text: "", deed: "" };
  answer: (yes: boolean) => void = () => undefined;
  @state() private typed = "";

  override firstUpdated(): void {
    this.querySelector("dialog")?.showModal();
  }

  private end(event: Event): void {
    this.answer((event.target as HTMLDialogElement).returnValue === "yes");
  }

  override render(): TemplateResult {
    const { title, text, deed, typed } = this.question;
    const ready = typed === undefined || this.typed.trim() === typed;
    return html`<dialog class="sure" aria-labelledby="sure-title" aria-describedby="sure-text" @close=${this.end}><form method="dialog">
      <h2 id="sure-title">${title}</h2><p id="sure-text" class="text">${text}</p>
      ${typed === undefined ? nothing : html`<label>${t("sure.type", { word: typed })}<input autocomplete="off" spellcheck="false" @input=${(event: Event) => (this.typed = (event.target as HTMLInputElement).value)} /></label>`}
      <p class="buttons"><button class="main" value="yes" ?disabled=${!ready}>${deed}</button><button value="no" formnovalidate>${t("cancel")}</button></p>
    </form></dialog>`;
  }
}
