import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { OwnVerificationsOut, RestrictionOut, VerificationOut } from "../schema.js";
import { Problem } from "./api.js";
import "./embed.js";
import { openVerification, trustDevice, verifications, verifyDevice } from "./own.js";
import type { Account } from "./session.js";
import { moment, t, word } from "./texts.js";
import { say, View } from "./view.js";

/** Why somebody who was verified may be verified again by themselves. */
const AGAIN = ["face_fails", "renewal", "stuck_state", "account_conflict"];
/** Nothing more happens with these. */
const OVER = ["verified", "expired"];

/** What is to be opened, and what it limits where the person must be told. */
interface Wanted {
  open: (accept_limits: boolean) => Promise<string>;
  limits: readonly RestrictionOut[];
}

/** Who the person is: how their verification stands, and the way on. */
@customElement("menshen-identity")
export class Identity extends View {
  @property({ attribute: false }) account!: Account;
  @state() private own: OwnVerificationsOut | undefined;
  @state() private going: string | undefined;
  @state() private wanted: Wanted | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(): Promise<void> {
    await this.attempt(async () => {
      this.own = await verifications();
      // What is open is gone on with at once: whoever comes here comes for it.
      this.going ??= this.own.items.find(({ status }) => !OVER.includes(status))?.id;
    });
  }

  /** Opens a verification, after the person was told what it limits. */
  private async begin(open: Wanted["open"], accept: boolean): Promise<void> {
    await this.attempt(async () => {
      try {
        this.going = await open(accept);
        this.wanted = undefined;
      } catch (error) {
        if (!(error instanceof Problem) || error.limits.length === 0) throw error;
        this.wanted = { open, limits: error.limits };
      }
    });
  }

  /** The new device is trusted as soon as its owner was verified on it. */
  private async judged(status: string): Promise<void> {
    await this.attempt(async () => {
      this.own = await verifications();
      if (status !== "verified" || this.account.device.trust !== "verify") return;
      await trustDevice();
      say(t("identity.trusted"));
    });
    this.dispatchEvent(new CustomEvent("changed", { bubbles: true }));
  }

  override render(): TemplateResult {
    const { own, going } = this;
    const leave = () => {
      this.going = undefined;
      void this.look();
    };
    if (going !== undefined) {
      const over = own?.items.some(({ id, status }) => id === going && OVER.includes(status)) ?? false;
      return html`<h1>${t("nav.identity")}</h1><menshen-own-verification .verification=${going} @judged=${(event: CustomEvent<string>) => void this.judged(event.detail)}></menshen-own-verification>
        ${over ? html`<p><button @click=${leave}>${t("identity.overview")}</button></p>` : nothing}`;
    }
    return html`<h1>${t("nav.identity")}</h1>${this.refusal()}
      ${own === undefined ? html`<p role="status">${t("loading")}</p>` : html`${this.wanted ? this.warning(this.wanted) : html`${this.device()}${this.standing(own)}`}`}`;
  }

  /** What a verification limits while it runs, before it is begun. */
  private warning({ open, limits }: Wanted): TemplateResult {
    return html`<section class="notice" role="alertdialog" aria-labelledby="limits-title"><h2 id="limits-title">${t("identity.limits_title")}</h2>
      ${limits.map(({ actions, hours_after }) => html`<p>${t("identity.limits", {
        actions: actions.map((action) => word("held", action)).join(t("comma")),
        hours: hours_after,
      })}</p>`)}
      <p>${t("identity.limits_plan")}</p>
      <button class="main" ?disabled=${this.busy} @click=${() => void this.begin(open, true)}>${t("identity.limits_accept")}</button>
      <button class="plain" @click=${() => (this.wanted = undefined)}>${t("back")}</button></section>`;
  }

  private device(): TemplateResult | typeof nothing {
    if (this.account.device.trust !== "verify") return nothing;
    const open = async (accept: boolean) => (await verifyDevice(accept)).verification;
    return html`<section class="notice"><h2>${t("identity.device")}</h2><p>${t("identity.device_help")}</p>
      <button class="main" ?disabled=${this.busy} @click=${() => void this.begin(open, false)}>${t("identity.device_verify")}</button></section>`;
  }

  private standing({ levels, items }: OwnVerificationsOut): TemplateResult {
    const verified = items.filter(({ status }) => status === "verified");
    const open = (level: string, flow: string) => (accept: boolean) =>
      openVerification(this.account.applicant, level, flow, accept).then(({ id }) => id);
    const next = levels.filter((level) => !verified.some((one) => one.level === level));
    const best = verified[0];
    return html`${verified.length === 0 ? html`<p>${t("identity.none")}</p>` : html`<ul class="rows">${verified.map(level)}</ul>`}
      <div class="stack">${[...next].reverse().map((name, n) => html`<button class=${n === 0 && best === undefined ? "main" : ""} ?disabled=${this.busy}
        @click=${() => void this.begin(open(name, "first"), false)}>${t("identity.verify", { level: levelName(name) })}</button>`)}</div>
      ${best === undefined ? nothing : html`<details><summary>${t("identity.again")}</summary><p class="quiet">${t("identity.again_help")}</p>
        <ul class="plain">${AGAIN.map((flow) => html`<li><button ?disabled=${this.busy} @click=${() => void this.begin(open(best.level, flow), false)}>${word("flow", flow)}</button></li>`)}</ul></details>`}
      <p class="quiet">${t("identity.no_release")}</p>`;
  }
}

const levelName = (level: string): string => word("level", level);

function level({ level, since, valid_until }: VerificationOut): TemplateResult {
  return html`<li><span><strong>${levelName(level)}</strong><br />
    <span class="quiet">${t("identity.since", { at: moment(since) })}${valid_until ? ` ${t("identity.until", { at: moment(valid_until) })}` : ""}</span></span>
    <span class="tag">${t("identity.verified")}</span></li>`;
}
