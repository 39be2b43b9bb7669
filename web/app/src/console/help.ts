import { html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { onKeys } from "./keys";
import { t, type Key } from "./texts";
import { View } from "./view";

const KEYS: [heading: Key, rows: [keys: string[], text: Key][]][] = [
  ["help.queue", [[["j", "k"], "help.move"], [["Enter"], "help.claim"]]],
  ["help.case", [[["a"], "verdict.approve"], [["x"], "verdict.refuse"], [["g"], "verdict.ask_again"], [["n"], "notes.new"], [["u"], "case.release"], [["Esc"], "case.back"]]],
  ["help.picture", [[["+", "\u2212"], "help.zoom"], [["0"], "picture.whole"], [["\u2190", "\u2191", "\u2192", "\u2193"], "help.pan"], [["r"], "picture.turn"], [["o"], "picture.layers"]]],
  ["help.all", [[["?"], "help.title"], [["Ctrl", "Enter"], "help.confirm"]]],
];

/** What the keys do: a button, and the question mark. */
@customElement("menshen-help")
export class Help extends View {
  private stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.stop = onKeys({ "?": () => this.show() });
  }

  override disconnectedCallback(): void {
    this.stop?.();
    super.disconnectedCallback();
  }

  private show(): void {
    this.querySelector("dialog")?.showModal();
  }

  override render(): TemplateResult {
    return html`<button class="plain" @click=${() => this.show()} title="?">${t("help.open")}</button>
      <dialog aria-labelledby="help-title"><form method="dialog">
        <h2 id="help-title">${t("help.title")}</h2>
        <div class="help">${KEYS.map(([heading, rows]) => html`<section><h3>${t(heading)}</h3><dl>${rows.map(([keys, text]) => html`
          <div><dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${t(text)}</dd></div>`)}</dl></section>`)}</div>
        <p class="buttons"><button class="main" value="close">${t("close")}</button></p>
      </form></dialog>`;
  }
}
