import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { OwnLimitOut, OwnLimitsOut } from "../schema.js";
import { limits } from "./own.js";
import { link } from "./route.js";
import { moment, t, told, word } from "./texts.js";
import { View } from "./view.js";

/** What the account may do now: how much, and where it may not, why and until when. */
@customElement("menshen-limits")
export class Limits extends View {
  @state() private limits: OwnLimitsOut | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(async () => void (this.limits = await limits()));
  }

  override render(): TemplateResult {
    return html`<h1>${t("nav.limits")}</h1>${this.refusal()}
      ${this.limits === undefined ? html`<p role="status">${t("loading")}</p>` : this.known(this.limits)}`;
  }

  private known({ actions, hold, restrictions, levels }: OwnLimitsOut): TemplateResult {
    const names = levels.map((level) => word("level", level)).join(t("comma"));
    return html`<p>${levels.length === 0 ? t("limits.no_level") : t("limits.levels", { levels: names })}</p>
      ${hold ? html`<section class="notice"><h2>${t("overview.held")}</h2><p>${t("overview.hold", { why: word("hold", hold.reason), until: moment(hold.until) })}</p></section>` : nothing}
      ${restrictions.map(({ flow, actions, until, hours_after }) => html`<section class="notice"><h2>${word("flow", flow)}</h2>
        <p>${t("overview.held_actions", { actions: actions.map((action) => word("held", action)).join(t("comma")) })}</p>
        <p>${until ? t("limits.restricted_until", { at: moment(until) }) : t("limits.restricted", { hours: hours_after })}</p></section>`)}
      ${actions.length === 0 ? html`<p class="quiet">${t("limits.none")}</p>` : html`<ul class="rows">${actions.map((one) => action(one, actions.filter(({ action: name }) => name === one.action).length > 1))}</ul>`}`;
  }
}

/** One action with one asset; `others` says that other assets of the action stand beside it. */
function action({ action, asset, allowed, limit, reason, required_level }: OwnLimitOut, others: boolean): TemplateResult {
  const every = others ? t("limits.any") : t("limits.every");
  const what = `${word("do", action)} · ${asset === "*" ? every : asset}`;
  if (allowed) {
    const most = [
      limit?.single && t("limits.single", { amount: limit.single }),
      limit?.daily && t("limits.daily", { amount: limit.daily }),
    ].filter(Boolean);
    return html`<li><span><strong>${what}</strong><br /><span class="quiet">${most.length === 0 ? t("limits.unlimited") : most.join(t("comma"))}</span></span>
      <span class="tag">${t("limits.open")}</span></li>`;
  }
  return html`<li><span><strong>${what}</strong><br />
      ${reason ? html`${told(reason.title)}<br /><span class="quiet">${told(reason.remedy)}</span>` : nothing}
      ${required_level ? html`<br /><a href=${link("identity")}>${t("limits.needs", { level: word("level", required_level) })}</a>` : nothing}</span>
    <span class="tag shut">${t("limits.shut")}</span></li>`;
}
