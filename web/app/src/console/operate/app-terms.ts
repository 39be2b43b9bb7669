import { html, type TemplateResult } from "lit";
import type { OidcClientOut } from "../../schema";
import { t } from "../texts";

/** Where an app runs: on a server that keeps a secret, or on people's devices. */
export const KINDS = ["confidential", "public"] as const;
const CLAIMS = ["name", "given_name", "family_name", "birthdate", "nationalities"] as const;
const ALGS = ["ES256", "EdDSA"] as const;

/** The fields of what can be changed of an app. */
export function termFields(app?: OidcClientOut): TemplateResult {
  const lines = (list: readonly string[] = []) => list.join("\n");
  return html`<label>${t("app.name")}<input name="name" maxlength="100" required autocomplete="off" .value=${app?.name ?? ""} /></label>
    <label>${t("app.redirects")}<textarea name="redirects" rows="2" required spellcheck="false" placeholder="https://exchange.example/callback" aria-describedby="redirects-help" .value=${lines(app?.redirect_uris)}></textarea></label>
    <p class="quiet" id="redirects-help">${t("app.redirects_help")}</p>
    <label>${t("app.logouts")}<textarea name="logouts" rows="2" spellcheck="false" .value=${lines(app?.post_logout_uris)}></textarea></label>
    <fieldset><legend>${t("app.claims")}</legend><p class="quiet">${t("app.claims_help")}</p><div class="choices">${CLAIMS.map((claim) => html`<label class="check"><input type="checkbox" name="claims" value=${claim} .checked=${app?.claims.includes(claim) ?? false} />${t(`claim.${claim}`)}</label>`)}</div></fieldset>
    <label>${t("app.alg")}<select name="alg">${ALGS.map((alg) => html`<option ?selected=${alg === app?.alg}>${alg}</option>`)}</select></label>`;
}

/** Reads the fields. */
export function readTerms(data: FormData): { name: string; redirect_uris: string[]; post_logout_uris: string[]; claims: string[]; alg: string } {
  const lines = (name: string) => String(data.get(name) ?? "").split("\n").map((line) => line.trim()).filter(Boolean);
  return { name: String(data.get("name")).trim(), redirect_uris: lines("redirects"), post_logout_uris: lines("logouts"), claims: data.getAll("claims").map(String), alg: String(data.get("alg")) };
}
