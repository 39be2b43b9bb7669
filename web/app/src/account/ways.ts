import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { WayOut } from "../schema.js";
import "./face.js";
import { canPasskey } from "./passkey.js";
import { patiently } from "./patiently.js";
import { moment, t, word } from "./texts.js";
import { say, View } from "./view.js";

/** How the ways are walked: to sign in, or to confirm an action. */
export interface Walk {
  /** Sends a code; returns where it went. */
  send: (factor: string) => Promise<string>;
  /** Takes what was typed. */
  type: (factor: string, code: string) => Promise<void>;
  /** Whose accounts, where the face is one of the ways. */
  tenant?: string;
  /** Asks for a passkey. */
  passkey: () => Promise<void>;
}

/** Ways that send a code first. */
const SENT = ["email_code", "sms_code"];

/** The ways to show who one is, the best first: whichever fails, the others are there. */
@customElement("menshen-ways")
export class Ways extends View {
  @property({ attribute: false }) ways: WayOut[] = [];
  @property({ attribute: false }) walk!: Walk;
  @state() private chosen: string | undefined;
  @state() private sentTo: string | undefined;

  private get way(): WayOut | undefined {
    const can = (way: WayOut) => way.open && this.walks(way.factor);
    return this.ways.find((way) => way.factor === this.chosen) ?? this.ways.find(can);
  }

  /** Can this page walk the way? A face signs in, and confirms nothing. */
  private walks(factor: string): boolean {
    if (factor === "face") return this.walk.tenant !== undefined;
    return factor !== "passkey" || canPasskey();
  }

  private choose(factor: string): void {
    [this.chosen, this.sentTo, this.problem] = [factor, undefined, undefined];
    // The field that comes next is where a keyboard goes on.
    void this.updateComplete.then(() => this.querySelector<HTMLElement>("input, button.main")?.focus());
  }

  /** Goes on with the best of the other ways. */
  private another(than: string): void {
    const next = this.ways.find((way) => way.factor !== than && way.open && this.walks(way.factor));
    if (next) this.choose(next.factor);
  }

  override render(): TemplateResult {
    const way = this.way;
    const others = this.ways.filter((other) => other.factor !== way?.factor);
    return html`${this.refusal()}
      ${way === undefined ? html`<p class="notice">${t("ways.none")}</p>` : this.step(way.factor)}
      ${others.length === 0 ? nothing : html`<section class="others"><h2>${t("ways.others")}</h2><ul class="plain">${others.map((other) => this.other(other))}</ul></section>`}`;
  }

  private step(factor: string): TemplateResult {
    if (factor === "passkey") {
      return html`<p>${t("ways.passkey_help")}</p>
        <button class="main" ?disabled=${this.busy} @click=${() => void this.attempt(this.walk.passkey)}>${t("ways.passkey_use")}</button>`;
    }
    if (factor === "face") {
      const ways = (event: CustomEvent<WayOut[]>) => (this.ways = event.detail);
      return html`<menshen-face-sign-in .tenant=${this.walk.tenant ?? ""} @ways=${ways} @other=${() => this.another("face")}></menshen-face-sign-in>`;
    }
    const sends = SENT.includes(factor);
    if (sends && this.sentTo === undefined) {
      const send = () => void this.attempt(async () => void (this.sentTo = await patiently(() => this.walk.send(factor), () => say(t("ways.waits")))));
      return html`<p>${word("ways.help", factor)}</p><button class="main" ?disabled=${this.busy} @click=${send}>${t("ways.send")}</button>`;
    }
    const taken = this.typed((read) => this.walk.type(factor, read("code")));
    return html`<form @submit=${taken}>
      <label>${word("factor", factor)}
        <input name="code" autocomplete="one-time-code" inputmode=${factor === "recovery_code" ? "text" : "numeric"} autocapitalize="none" spellcheck="false" maxlength="20" required aria-describedby="code-help" /></label>
      <p class="quiet" id="code-help">${sends ? t("ways.sent", { address: this.sentTo ?? "" }) : word("ways.help", factor)}</p>
      <button class="main" ?disabled=${this.busy}>${t("go_on")}</button>
      ${sends ? html`<button class="plain" type="button" @click=${() => this.choose(factor)}>${t("ways.again")}</button>` : nothing}
    </form>`;
  }

  private other(way: WayOut): TemplateResult | typeof nothing {
    const name = word("factor", way.factor);
    if (way.factor === "face" && !this.walks("face")) return nothing;
    if (way.factor === "passkey" && !canPasskey()) return html`<li>${name} <span class="quiet">${t("ways.no_passkeys")}</span></li>`;
    if (way.open) return html`<li><button class="plain" @click=${() => this.choose(way.factor)}>${name}</button></li>`;
    const until = way.retry_at ? t("ways.until", { at: moment(way.retry_at) }) : word("ways.why_not", way.why_not ?? "", "");
    return html`<li>${name} <span class="quiet">${until}</span></li>`;
  }
}
