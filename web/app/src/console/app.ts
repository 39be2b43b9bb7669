import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { SIGNED_OUT } from "./api";
import "./enrol";
import "./help";
import "./pages";
import { here, link, type Place } from "./route";
import { enter, leave, may, session, whoami, type Session } from "./session";
import "./sign-in";
import { choose, language, t, word, type Key } from "./texts";
import { View } from "./view";

/** A page of the navigation, and the permission that it takes. */
type Entry = [page: string, key: Key, scope: string];
/** What people do for people. */
const WORK: Entry[] = [
  ["queue", "nav.queue", "cases:read"],
  ["tickets", "nav.tickets", "tickets:answer"],
  ["reports", "nav.reports", "tickets:answer"],
  ["hits", "nav.hits", "screening:read"],
  ["lists", "nav.lists", "screening:read"],
  ["statistics", "nav.statistics", "cases:read"],
];
/** What keeps the service running. */
const OPERATION: Entry[] = [
  ["health", "nav.health", "policy:write"],
  ["webhooks", "nav.webhooks", "webhooks:write"],
  ["keys", "nav.keys", "keys:write"],
  ["policy", "nav.policy", "policy:write"],
  ["models", "nav.models", "policy:write"],
  ["channels", "nav.channels", "policy:write"],
  ["announcements", "nav.announcements", "policy:write"],
  ["apps", "nav.apps", "keys:write"],
  ["invitations", "nav.invitations", "policy:write"],
  ["retention", "nav.retention", "privacy:write"],
  ["staff", "nav.staff", "staff:write"],
  ["audit", "nav.audit", "audit:read"],
];
const PAGES = [...WORK, ...OPERATION];
const GROUPS: [key: Key, entries: Entry[]][] = [["nav.work", WORK], ["nav.operation", OPERATION]];
/** Which entry of the navigation a page stands under. */
const UNDER: Record<string, string> = { case: "queue", ticket: "tickets", tenants: "health" };
/** So many pages stand beside each other on a telephone; more are folded away. */
const MOST_BESIDE = 6;

/** How long something that is said stays, in milliseconds: long enough to read two lines twice. */
const SAID_FOR = 10_000;

/** The whole console: who is signed in, where they are, and what is told to everybody. */
@customElement("menshen-console")
export class Console extends View {
  @state() private ready = false;
  @state() private who: Session | undefined;
  // Before the place is read: an invitation leaves the address first.
  @state() private invitation = invitation();
  @state() private place: Place = here();
  @state() private said = "";
  /** Are the pages unfolded, where the window is narrow? */
  @state() private unfolded = false;
  private quieting: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("hashchange", () => this.move());
    window.addEventListener(SIGNED_OUT, () => this.become(undefined));
    window.addEventListener("menshen-say", (event) => this.tell((event as CustomEvent<string>).detail));
    void this.attempt(async () => this.become(await whoami())).then(() => (this.ready = true));
  }

  private move(): void {
    const invited = invitation();
    if (invited) this.invitation = invited;
    this.place = here();
    this.unfolded = false;
    // The next page's heading is where a keyboard and a screen reader go on.
    void this.updateComplete.then(() => requestAnimationFrame(() => this.querySelector<HTMLElement>("main")?.focus()));
  }

  /** Says something for a while. */
  private tell(text: string): void {
    this.said = text;
    clearTimeout(this.quieting);
    this.quieting = setTimeout(() => (this.said = ""), SAID_FOR);
  }

  private become(who: Session | undefined): void {
    enter(who);
    this.who = who;
    if (who) this.invitation = "";
  }

  override render(): TemplateResult {
    document.title = t("title");
    if (!this.ready) return html`<div class="alone" role="status">${t("loading")}</div>`;
    return html`${this.who ? this.inside() : this.outside()}
      <div class="said" role="status" aria-live="polite">${this.said ? html`<p>${this.said}</p>` : nothing}</div>`;
  }

  private outside(): TemplateResult {
    const entered = (event: CustomEvent<Session>) => this.become(event.detail);
    return html`<header class="top">${brand()}<span class="grow"></span>${languages()}</header>
      <main class="alone" tabindex="-1">
        ${this.refusal()}
        ${this.invitation
          ? html`<menshen-enrol .invitation=${this.invitation} @entered=${entered}></menshen-enrol>`
          : html`<menshen-sign-in @entered=${entered}></menshen-sign-in>`}
      </main>`;
  }

  private inside(): TemplateResult {
    const who = session();
    const at = this.under;
    const out = () => void this.attempt(leave).then(() => this.become(undefined));
    return html`<a class="skip" href="#main" @click=${this.skip}>${t("skip")}</a>
      <header class="top">
        ${brand()}
        ${who?.tenant.sandbox ? html`<span class="tag">${t("sandbox")}</span>` : nothing}
        <span class="tenant">${who?.tenant.name}</span>
        <span class="grow"></span>
        <a class="person" href=${link("account")} title=${t("account.open")} aria-current=${at === "account" ? "page" : "false"}>${who?.name} <span class="quiet">${word("role", who?.role ?? "")}</span></a>
        <menshen-help></menshen-help>
        ${languages()}
        <button class="plain" @click=${out}>${t("sign_out")}</button>
      </header>
      ${this.navigation(at)}
      <main id="main" tabindex="-1"><menshen-page .place=${{ ...this.place, page: this.place.page || at }} .open=${this.allowed()}></menshen-page></main>`;
  }

  /** The pages that the role may see, by what they are for. Many of them are folded away where the window is narrow. */
  private navigation(at: string): TemplateResult {
    const groups = GROUPS.map(([key, entries]) => ({ key, entries: entries.filter(([, , scope]) => may(scope)) })).filter(({ entries }) => entries.length > 0);
    const shown = groups.flatMap(({ entries }) => entries);
    const item = ([page, key]: Entry) => html`<li><a href=${link(page)} aria-current=${at === page ? "page" : "false"}>${t(key)}</a></li>`;
    const group = ({ key, entries }: (typeof groups)[number]) => html`${groups.length > 1 || entries.length > MOST_BESIDE ? html`<h2 id=${key}>${t(key)}</h2>` : nothing}
      <ul aria-label=${t(key)}>${entries.map(item)}</ul>`;
    const many = shown.length > MOST_BESIDE;
    const here = shown.find(([page]) => page === at);
    return html`<nav class=${`side${many ? " many" : ""}${this.unfolded ? " unfolded" : ""}`} aria-label=${t("nav.label")}>
      ${many ? html`<button class="fold" aria-expanded=${this.unfolded ? "true" : "false"} aria-controls="pages" @click=${() => (this.unfolded = !this.unfolded)}>${t("nav.label")}${here ? html` <span class="quiet">${t(here[1])}</span>` : nothing}</button>` : nothing}
      <div id="pages" class="groups">${groups.map(group)}</div></nav>`;
  }

  /** The entry of the navigation: where no page is named, the first that the role may see. */
  private get under(): string {
    const { page } = this.place;
    return page ? (UNDER[page] ?? page) : (PAGES.find(([, , scope]) => may(scope))?.[0] ?? "");
  }

  /** Is the page one that the role may see? */
  private allowed(): boolean {
    const page = PAGES.find(([name]) => name === this.under);
    return page === undefined || may(page[2]);
  }

  private skip(event: Event): void {
    event.preventDefault();
    this.querySelector<HTMLElement>("main")?.focus();
  }
}

/** Takes an invitation out of the address, at once: it must not stay in the history. */
function invitation(): string {
  const found = /^#invit(?:e|ation)=([\w-]+)$/.exec(location.hash)?.[1];
  if (found) history.replaceState(null, "", location.pathname);
  return found ?? "";
}

const brand = (): TemplateResult => html`<span class="brand">${t("brand")}</span>`;

function languages(): TemplateResult {
  const other = language() === "en" ? "zh-CN" : "en";
  return html`<button class="plain" lang=${other} @click=${() => choose(other)}>${t("other_language")}</button>`;
}
