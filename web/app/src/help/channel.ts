import { html, type TemplateResult } from "lit";
import type { ChannelOut } from "../schema.js";
import { official, t } from "./texts.js";

/** Returns what a kind of channel is called. */
export const kindOf = (kind: string): string => (official().kinds as Readonly<Record<string, string>>)[kind] ?? kind;

/** Returns a channel as people read it; never a link: what is shown here is compared, not followed. */
export function channelText({ kind, value, platform, release }: ChannelOut): TemplateResult {
  if (kind === "app") return html`<code>${value}</code> (${[platform, release].filter(Boolean).join(" ")})`;
  if (kind === "social") return html`<code>@${value}</code> (${platform ?? ""})`;
  if (kind === "domain" && value.startsWith("*.")) return html`<code>${value}</code> ${t("channels.below")}`;
  if (kind === "mail_sender" && value.startsWith("*@")) return html`<code>${value}</code> ${t("channels.all")}`;
  return html`<code>${value}</code>`;
}
