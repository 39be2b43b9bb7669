import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { OidcRequestOut } from "../schema.js";
import { SIGNED_OUT } from "./api.js";
import "./consent.js";
import "./devices.js";
import "./help.js";
import "./identity.js";
import "./limits.js";
import "./messages.js";
import "./overview.js";
import "./privacy.js";
import "./recover.js";
import "./register.js";
import "./reset.js";
import { here, link, PAGES, tenant, type Place } from "./route.js";
import "./security.js";
import { asked, leave, whoami, type Account } from "./session.js";
import "./sign-in.js";
import { choose, language, t, word } from "./texts.js";
import { View } from "./view.js";

/** How long something that is said stays, in milliseconds: long enough to read two lines twice. */
const SAID_FOR = 10_000;

/** What somebody does who has not signed in. */
type Outside = "sign_in" | "register" | "reset" | "recover";

/** The person's account: who has signed in, where they are, and what an app asks for. */
@customElement("menshen-account")
export class AccountPage extends View {
  @state() private ready = false;
  @state() private account: Account | undefined;
  @state() private place: Place = here();
  @state() private outside: Outside = "sign_in";
  @state() private asked: OidcRequestOut | undefined;
  /** Have they signed in since the app asked? What it asks for stays the same. */
  @state() private anew = false;
  @state() private said = "";
  private quieting: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("hashchange", () => {
      this.anew = false;
      void this.move();
    });
    window.addEventListener(SIGNED_OUT, () => ([this.account, this.outside, this.place] = [undefined, "sign_in", here()]));
    window.addEventListener("menshen-say", (event) => this.tell((event as CustomEvent<string>).detail));
    void this.look().then(() => this.move());
  }

  private async look(): Promise<void> {
    await this.attempt(async () => void (this.account = await whoami()));
  }

  private async move(): Promise<void> {
    this.place = here();
    const { oidc } = this.place;
    this.asked = undefined;
    await this.attempt(async () => {
      if (oidc !== undefined) this.asked = await asked(oidc);
    });
    this.ready = true;
    await this.updateComplete;
    // The next page's heading is where a keyboard and a screen reader go on.
    this.querySelector<HTMLElement>("main")?.focus();
  }

  /** Says something for a while. */
  private tell(text: string): void {
    this.said = text;
    clearTimeout(this.quieting);
    this.quieting = setTimeout(() => (this.said = ""), SAID_FOR);
  }

  /** Whoever comes next begins at the first page. */
  private left(): void {
    [this.account, this.outside, this.said, this.anew] = [undefined, "sign_in", "", false];
    history.replaceState(null, "", location.pathname + location.search);
    this.place = here();
  }

  private get tenant(): string {
    return this.asked?.tenant ?? tenant();
  }

  override render(): TemplateResult {
    document.title = t("title");
    const other = language() === "en" ? "zh-CN" : "en";
    const out = () => void this.attempt(leave).then((done) => done && this.left());
    return html`<header><span class="brand">${this.asked?.official_name ?? t("title")}</span>
        <button class="plain" lang=${other} @click=${() => choose(other)}>${t("other_language")}</button>
        ${this.account ? html`<button class="plain" @click=${out}>${t("sign_out")}</button>` : nothing}</header>
      <main tabindex="-1">${this.ready ? html`${this.refusal()}${this.account ? this.inside(this.account) : this.outsidePage()}` : html`<p role="status">${t("loading")}</p>`}</main>
      <div class="said" role="status" aria-live="polite">${this.said ? html`<p>${this.said}</p>` : nothing}</div>`;
  }

  private inside(account: Account): TemplateResult {
    const { page, oidc } = this.place;
    // Who must sign in again for the app does so, whoever has signed in here before.
    if (oidc !== undefined && this.asked) {
      return this.asked.sign_in_again && !this.anew ? this.outsidePage() : html`<menshen-consent .request=${oidc} .asked=${this.asked}></menshen-consent>`;
    }
    const at = PAGES.find((name) => name === page) ?? PAGES[0];
    return html`<nav aria-label=${t("nav.label")}><ul>${PAGES.map((name) => html`<li><a href=${link(name)} aria-current=${name === at ? "page" : "false"}>${word("nav", name)}</a></li>`)}</ul></nav>
      ${this.page(at, account)}`;
  }

  private page(at: (typeof PAGES)[number], account: Account): TemplateResult {
    const { applicant } = account;
    const changed = () => void this.look();
    switch (at) {
      case "identity":
        return html`<menshen-identity .account=${account} @changed=${changed}></menshen-identity>`;
      case "limits":
        return html`<menshen-limits></menshen-limits>`;
      case "messages":
        return html`<menshen-messages .tenant=${this.tenant} .applicant=${applicant}></menshen-messages>`;
      case "security":
        return html`<menshen-security .account=${account}></menshen-security>`;
      case "devices":
        return html`<menshen-devices></menshen-devices>`;
      case "privacy":
        return html`<menshen-privacy .applicant=${applicant}></menshen-privacy>`;
      case "help":
        return html`<menshen-support .tenant=${this.tenant} .applicant=${applicant}></menshen-support>`;
      default:
        return html`<menshen-overview .account=${account} @changed=${changed}></menshen-overview>`;
    }
  }

  private outsidePage(): TemplateResult {
    if (this.tenant === "") return html`<h1>${t("nowhere.title")}</h1><p>${t("nowhere.help")}</p>`;
    const entered = (event: CustomEvent<Account>) => {
      [this.account, this.anew] = [event.detail, true];
      void this.move();
    };
    const to = (outside: Outside, key: `outside.${Outside}`) =>
      this.outside === outside ? nothing : html`<li><button class="plain" @click=${() => (this.outside = outside)}>${t(key)}</button></li>`;
    const page = {
      sign_in: () => html`<menshen-account-sign-in .tenant=${this.tenant} @entered=${entered}></menshen-account-sign-in>`,
      register: () => html`<menshen-register .tenant=${this.tenant} @entered=${entered}></menshen-register>`,
      recover: () => html`<menshen-recover .tenant=${this.tenant} @over=${() => (this.outside = "sign_in")}></menshen-recover>`,
      reset: () => html`<menshen-reset .tenant=${this.tenant} @over=${() => (this.outside = "sign_in")}></menshen-reset>`,
    }[this.outside];
    return html`${this.asked ? html`<p class="notice">${t("oidc.first", { app: this.asked.client_name })}</p>` : nothing}
      ${page()}
      <ul class="plain">${to("sign_in", "outside.sign_in")}${to("register", "outside.register")}${to("reset", "outside.reset")}${to("recover", "outside.recover")}
        <li><a class="plain" href=${`/help?tenant=${this.tenant}`}>${t("outside.help")}</a></li></ul>
      <p class="quiet">${t("outside.warning")}</p>`;
  }
}
