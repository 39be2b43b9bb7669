import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { PolicyOut, TryOut } from "../../schema";
import { api, body, Problem } from "../api";
import { counted, t } from "../texts";
import { say, View } from "../view";
import { summary } from "./policy-summary";
import { rangeOf, spotOf, spotOfKey, withClient, type Spot } from "./policy-text";
import { tried } from "./policy-try";
import type { PolicyValues } from "./policy-values";
import { sure } from "./sure";

/** The policy in force: what it comes to, its text, and what another one would have made of past cases. */
@customElement("menshen-policy")
export class PolicyPage extends View {
  @state() private found: PolicyOut | undefined;
  @state() private text = "";
  /** What was tried, and with which text. */
  @state() private trial: { text: string; out: TryOut } | undefined;
  @state() private spot: Spot | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(): Promise<void> {
    await this.attempt(async () => this.take(await body(api.GET("/v1/policy"))));
  }

  private take(found: PolicyOut): void {
    this.found = found;
    this.text = found.toml;
    this.trial = undefined;
    this.spot = undefined;
  }

  private get changed(): boolean {
    return this.found !== undefined && this.text !== this.found.toml;
  }

  /** Does something with the text; where the service finds a fault in it, the cursor goes there. */
  private async with(deed: () => Promise<void>): Promise<boolean> {
    this.spot = undefined;
    const done = await this.attempt(deed);
    if (!done && this.problem instanceof Problem && this.problem.code === "policy_invalid") {
      this.spot = spotOf(this.text, this.problem.detail);
      await this.updateComplete;
      if (this.spot) this.show(this.spot);
    }
    return done;
  }

  private show(spot: Spot): void {
    const area = this.querySelector<HTMLTextAreaElement>("#policy-text");
    if (!area) return;
    area.focus();
    area.setSelectionRange(...rangeOf(this.text, spot));
    // No browser scrolls a text to its selection.
    const lines = this.text.split("\n").length;
    area.scrollTop = Math.max(0, ((spot.line - 4) / lines) * area.scrollHeight);
  }

  private async try(): Promise<void> {
    const { text } = this;
    await this.with(async () => {
      this.trial = { text, out: await body(api.POST("/v1/policy/try", { body: { toml: text } })) };
    });
  }

  private async put(): Promise<void> {
    const { text } = this;
    const seen = this.trial?.text === text ? this.trial.out : undefined;
    const told = seen ? counted("policy.sure_tried", seen.changed.length) : t("policy.sure_untried");
    if (!(await sure({ title: t("policy.put"), text: `${told}\n${t("policy.sure")}`, deed: t("policy.put") }))) return;
    const done = await this.with(async () => this.take(await body(api.PUT("/v1/policy", { body: { toml: text } }))));
    if (done) say(t("policy.in_force_now"));
  }

  private async client(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const name = String(data.get("client")).trim();
    this.text = withClient(this.text, name, String(data.get("version")).trim());
    form.reset();
    say(t("policy.client_written"));
    await this.updateComplete;
    const spot = spotOfKey(this.text, `clients.${name}.at_least`);
    if (spot) this.show(spot);
  }

  override render(): TemplateResult {
    const { found } = this;
    return html`<div class="page wide"><h1>${t("policy.title")}</h1>
      ${found ? html`<p>${t("policy.in_force")} <code>${found.identity}</code></p><p class="quiet">${t("policy.help")}</p>
        <section class="plot editor"><h2><label for="policy-text">${t("policy.text")}</label></h2>
          <textarea id="policy-text" rows="24" spellcheck="false" autocomplete="off" wrap="off" maxlength="65536" aria-describedby="policy-fault" aria-invalid=${this.fault ? "true" : "false"} .value=${this.text} @input=${(event: Event) => (this.text = (event.target as HTMLTextAreaElement).value)}></textarea>
          <div id="policy-fault">${this.fault ? this.saidFault() : this.refusal()}</div>
          ${this.changed && this.sameVersion ? html`<p class="quiet">${t("policy.same_version")}</p>` : nothing}
          <p class="buttons"><button class="main" ?disabled=${this.busy} @click=${() => void this.try()}>${t("policy.try")}</button>
            <button ?disabled=${this.busy || !this.changed} @click=${() => void this.put()}>${t("policy.put")}</button>
            <button ?disabled=${this.busy || !this.changed} @click=${() => this.take(found)}>${t("policy.discard")}</button></p>
          <details><summary>${t("policy.client_form")}</summary><form class="inline" @submit=${this.client}>
            <label>${t("policy.client")}<input name="client" pattern="[a-z0-9_\\-]+" maxlength="40" placeholder="android" required autocomplete="off" /></label>
            <label>${t("policy.at_least")}<input name="version" pattern="[0-9]+(\\.[0-9]+)*" maxlength="40" placeholder="3.2.0" required autocomplete="off" /></label>
            <button>${t("policy.write")}</button></form></details></section>
        ${this.trial ? html`${this.trial.text === this.text ? nothing : html`<p class="notice">${t("try.old")}</p>`}${tried(this.trial.out)}` : nothing}
        <h2 class="between">${t("policy.comes_to")}</h2>${summary(found.values as unknown as PolicyValues)}` : this.refusal()}</div>`;
  }

  private get fault(): boolean {
    return this.problem instanceof Problem && this.problem.code === "policy_invalid";
  }

  private get sameVersion(): boolean {
    const version = (text: string) => /^version\s*=.*$/m.exec(text)?.[0];
    return version(this.text) === version(this.found?.toml ?? "");
  }

  /** What is wrong and where; the service's own words name the key and are in English. */
  private saidFault(): TemplateResult {
    const { detail } = this.problem as Problem;
    const where = this.spot ? t("policy.fault_at", { ...this.spot }) : t("policy.fault");
    return html`<div class="refusal" role="alert"><p>${where}${this.spot ? html` <button class="tool" @click=${() => this.spot && this.show(this.spot)}>${t("policy.fault_show")}</button>` : nothing}</p><pre lang="en">${detail}</pre></div>`;
  }
}
