import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import type { ReasonOut } from "../../schema.js";
import { countries, likelyCountry } from "../countries.js";
import { fieldsOf, isDay, kindsOf, padded, readFromNumber } from "../documents.js";
import type { FieldName, Kind } from "../documents.js";
import { drawKind } from "../drawings.js";
import { page, reasonList } from "../view.js";
import type { View } from "../view.js";

/** Returns the screen on which the person says which document they have. */
export function documentScreen({ model, flow, texts: { t, lang }, accepted }: View): TemplateResult {
  const { draft } = model;
  const country = draft.country ?? likelyCountry() ?? (lang === "zh-CN" ? "CHN" : undefined);
  const kinds = country === undefined ? [] : kindsOf(country, accepted);
  const choose = (event: Event) => {
    const { value } = event.target as HTMLSelectElement;
    flow.type({ country: value });
  };
  const take = (kind: Kind) => {
    const other = draft.document !== kind || draft.country !== country;
    flow.type({ document: kind, country: country ?? "", ...(other ? { number: "" } : {}) });
    flow.set({ choosing: false, wrong: [] });
  };
  return page({
    heading: t("document.heading"),
    lead: t("document.lead"),
    body: html`
      <div class="field"><label for="country">${t("document.country")}</label>
        <select id="country" name="country" @change=${choose}>
          ${country === undefined ? html`<option value="" selected disabled>${t("document.country.choose")}</option>` : nothing}
          ${countries(lang).map(({ code, name }) => html`<option value=${code} ?selected=${code === country}>${name}</option>`)}
        </select>
      </div>
      ${kinds.length > 0
        ? html`<ul class="choices" aria-label=${t("document.kinds")}>
            ${kinds.map(
              (kind) => html`<li><button type="button" class="choice" part="choice" @click=${() => take(kind)}>
                <span class="drawing" aria-hidden="true">${drawKind(kind)}</span>
                <span><strong>${t(`kind.${kind}`)}</strong><br /><span class="small">${t(`kind.${kind}.what`)}</span></span>
              </button></li>`,
            )}
          </ul>`
        : nothing}
      ${country !== undefined && kinds.length === 0 ? html`<p class="note">${t("document.none")}</p>` : nothing}
    `,
  });
}

/** By which of the service's names of fields a field of the form is meant. */
const NAMES: Readonly<Record<FieldName, readonly string[]>> = {
  name: ["name", "surname", "given_names"],
  number: ["document_number", "personal_number"],
  birth_date: ["birth_date"],
  sex: ["sex"],
  nationality: ["nationality", "birth_place", "issuing_state"],
};

/** By their codes, where a reason names no field. */
const CODES: Readonly<Record<string, FieldName>> = {
  name_mismatch: "name",
  number_mismatch: "number",
  doc_number_checksum: "number",
  dob_mismatch: "birth_date",
  sex_mismatch: "sex",
};

/** Returns the field that a reason is about; nothing where it is about all of them. */
function fieldOf({ field, code }: ReasonOut): FieldName | undefined {
  const named = (Object.keys(NAMES) as FieldName[]).find((name) => field && NAMES[name].includes(field));
  return named ?? CODES[code ?? ""];
}

/** Returns the screen with the data to be typed. */
export function formScreen(view: View): TemplateResult {
  const { model, flow, texts } = view;
  const { t } = texts;
  const kind = (model.draft.document ?? "passport") as Kind;
  const fields = fieldsOf(kind);
  const failed = (model.known?.verification.reasons ?? []).filter(({ step }) => step === "form");
  const reasons = model.wrong.length > 0 ? model.wrong : failed;
  // What is said of a field that is not on the screen stands above it.
  const shown = (reason: ReasonOut) => fields.some((field) => field === fieldOf(reason));
  const hand = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const day = form.querySelector<HTMLInputElement>("input[name=day]");
    // A day that no calendar has is said at once, in the browser's own way.
    day?.setCustomValidity(isDay(padded(model.draft.birth_date ?? "")) ? "" : t("form.birth_date.wrong"));
    if (form.reportValidity()) void flow.handInData();
  };
  return page({
    heading: t("form.heading"),
    lead: t(`form.lead.${kind === "prc_id_card" ? "prc" : "other"}`),
    body: html`<form @submit=${hand}>
      ${reasonList(reasons.filter((reason) => !shown(reason)), texts)}
      ${fields.map((field) => control(view, field, kind, reasons.filter((reason) => fieldOf(reason) === field)))}
      ${kind === "prc_id_card" && !fields.includes("birth_date") ? readBack(view) : nothing}
      <div class="actions">
        <button class="primary" part="button primary" ?disabled=${model.busy}>${t("form.next")}</button>
        <button type="button" class="secondary" part="button secondary" @click=${() => flow.set({ choosing: true })}>${t("form.other")}</button>
      </div>
    </form>`,
  });
}

/** Returns what the number of a Chinese card says, so that a slip of the pen is seen at once. */
function readBack({ model, texts: { t, day } }: View) {
  const { birth_date, sex } = readFromNumber(model.draft.number ?? "");
  if (!birth_date || !isDay(birth_date)) return nothing;
  return html`<p class="note">${t("form.read", { date: day(`${birth_date}T12:00:00`), sex: t(sex === "M" ? "sex.M" : "sex.F") })}</p>`;
}

/** Returns a field with its label, its hint and what is wrong with it. */
function control(view: View, field: FieldName, kind: Kind, reasons: readonly ReasonOut[]) {
  const { model, flow, texts } = view;
  const { t, of } = texts;
  const hint = field === "name" ? `form.name.hint.${kind === "prc_id_card" ? "prc" : "other"}` : `form.${field}.hint`;
  const about = texts.has(hint) ? html`<span class="small" id="${field}-hint">${t(hint)}</span>` : nothing;
  const wrong = reasons.map(({ title, remedy }) => html`<span class="wrong"><strong>${of(title)}</strong> ${of(remedy)}</span>`);
  const described = `${field}-hint ${field}-wrong`;
  const below = html`${about}<span id="${field}-wrong">${wrong}</span>`;
  if (field === "birth_date") return birthDate(view, described, below, reasons.length > 0);
  if (field === "sex") {
    const option = (value: string, label: string) =>
      html`<option value=${value} ?selected=${(model.draft.sex ?? "") === value}>${label}</option>`;
    const choose = (event: Event) => flow.type({ sex: (event.target as HTMLSelectElement).value });
    return html`<div class="field"><label for="sex">${t("form.sex")}</label>
      <select id="sex" name="sex" aria-describedby=${described} @change=${choose}>
        ${option("", t("form.sex.none"))} ${option("F", t("sex.F"))} ${option("M", t("sex.M"))} ${option("X", t("sex.X"))}
      </select>${below}</div>`;
  }
  const type = (event: Event) => {
    const { value } = event.target as HTMLInputElement;
    flow.type(field === "number" && kind === "prc_id_card" ? { number: value.trim(), ...readFromNumber(value) } : { [field]: value });
  };
  return html`<div class="field"><label for=${field}>${t(field === "name" ? "form.name" : kind === "prc_id_card" ? "form.number.prc" : "form.number")}</label>
    <input id=${field} name=${field} required autocomplete=${field === "name" ? "name" : "off"} autocapitalize=${field === "name" ? "words" : "characters"}
      spellcheck="false" maxlength=${field === "name" ? 300 : 100} .value=${model.draft[field] ?? ""} aria-describedby=${described}
      aria-invalid=${reasons.length > 0} @input=${type} />${below}</div>`;
}

/** Returns three fields for a day: nobody scrolls a calendar back to the year of their birth. */
function birthDate({ model, flow, texts: { t, lang } }: View, described: string, below: TemplateResult, wrong: boolean) {
  const [year = "", month = "", day = ""] = (model.draft.birth_date ?? "").split("-");
  const parts = { year, month, day };
  const type = (part: keyof typeof parts) => (event: Event) => {
    const input = event.target as HTMLInputElement;
    input.form?.querySelector<HTMLInputElement>("input[name=day]")?.setCustomValidity("");
    const all = { ...parts, [part]: input.value.replace(/\D/g, "") };
    flow.type({ birth_date: `${all.year}-${all.month}-${all.day}` });
  };
  const settle = () => {
    const whole = padded(`${year}-${month}-${day}`);
    if (isDay(whole)) flow.type({ birth_date: whole });
  };
  const field = (part: keyof typeof parts, length: number) => html`<label><span class="small">${t(`form.${part}`)}</span>
    <input name=${part} inputmode="numeric" required pattern="[0-9]{1,${length}}" maxlength=${length} autocomplete="bday-${part}"
      .value=${parts[part]} aria-describedby=${described} aria-invalid=${wrong} @input=${type(part)} @blur=${settle} /></label>`;
  const order = { year: field("year", 4), month: field("month", 2), day: field("day", 2) };
  const shown = lang === "zh-CN" ? [order.year, order.month, order.day] : [order.day, order.month, order.year];
  return html`<fieldset class="field date"><legend>${t("form.birth_date")}</legend><div class="row">${shown}</div>${below}</fieldset>`;
}
