import { html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import "./account";
import "./audit";
import "./case";
import "./hits";
import "./operate/announcements";
import "./operate/api-keys";
import "./operate/apps";
import "./operate/channels";
import "./operate/health";
import "./operate/invitations";
import "./operate/lists";
import "./operate/models";
import "./operate/policy";
import "./operate/reports";
import "./operate/retention";
import "./operate/tenants";
import "./operate/webhooks";
import "./queue";
import type { Place } from "./route";
import "./staff";
import "./statistics";
import { t } from "./texts";
import "./tickets";
import { View } from "./view";

/** The page that the address names. */
@customElement("menshen-page")
export class Page extends View {
  @property({ attribute: false }) place: Place = { page: "queue", id: undefined };
  /** May the role see it? */
  @property({ type: Boolean }) open = true;

  override render(): TemplateResult {
    const { page, id } = this.place;
    if (!this.open) return html`<div class="alone"><h1>${t("closed.title")}</h1><p>${t("problem.scope_missing")}</p></div>`;
    switch (page) {
      case "case":
        return html`<menshen-case .case_id=${id ?? ""}></menshen-case>`;
      case "tickets":
      case "ticket":
        return html`<menshen-tickets .chosen=${id ?? ""}></menshen-tickets>`;
      case "hits":
        return html`<menshen-hits .applicant=${id ?? ""}></menshen-hits>`;
      case "statistics":
        return html`<menshen-statistics></menshen-statistics>`;
      case "audit":
        return html`<menshen-audit></menshen-audit>`;
      case "account":
        return html`<menshen-account></menshen-account>`;
      case "webhooks":
        return html`<menshen-webhooks .chosen=${id ?? ""}></menshen-webhooks>`;
      case "keys":
        return html`<menshen-api-keys></menshen-api-keys>`;
      case "policy":
        return html`<menshen-policy></menshen-policy>`;
      case "models":
        return html`<menshen-models></menshen-models>`;
      case "channels":
        return html`<menshen-channels></menshen-channels>`;
      case "announcements":
        return html`<menshen-announcements></menshen-announcements>`;
      case "reports":
        return html`<menshen-reports></menshen-reports>`;
      case "apps":
        return html`<menshen-apps .chosen=${id ?? ""}></menshen-apps>`;
      case "invitations":
        return html`<menshen-invitations></menshen-invitations>`;
      case "lists":
        return html`<menshen-lists></menshen-lists>`;
      case "retention":
        return html`<menshen-retention></menshen-retention>`;
      case "health":
        return html`<menshen-health></menshen-health>`;
      case "tenants":
        return html`<menshen-tenants></menshen-tenants>`;
      case "staff":
        return html`<menshen-staff></menshen-staff>`;
      default:
        return html`<menshen-queue .chosen=${id ?? ""}></menshen-queue>`;
    }
  }
}
