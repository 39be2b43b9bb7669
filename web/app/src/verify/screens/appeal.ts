import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { drawn } from "../drawings.js";
import { loadingScreen } from "./start.js";
import { fileButton, page, reasonList } from "../view.js";
import type { Action, View } from "../view.js";

/** Returns the screen of an appeal: the first thing that is still to be done. */
export function appealScreen(view: View): TemplateResult {
  const { model } = view;
  const brief = model.known?.verification.appeal;
  const open = brief && !["decided", "withdrawn", "lapsed"].includes(brief.status);
  const { appeal } = model.appealing;
  if (!open) return beginning(view);
  if (!appeal || appeal.id !== brief.id) return loadingScreen(view);
  switch (appeal.next[0]) {
    case "prove_contact":
      return proving(view);
    case "statement":
      return stating(view);
    case "steps":
      return asked(view);
    case "submit":
      return handingIn(view);
    default:
      return waiting(view);
  }
}

const back = ({ flow, texts: { t } }: View): Action => ({ label: t("back"), act: () => flow.aside("none") });
const withdraw = ({ appeals, texts: { t } }: View): Action => ({ label: t("appeal.withdraw"), act: appeals.withdraw });

function beginning(view: View) {
  const { model, appeals, texts } = view;
  const { t, of } = texts;
  const reasons = (model.known?.verification.reasons ?? []).filter(({ end }) => end !== "hint" && end !== "wait");
  const waits = model.known?.verification.status === "pending";
  const begin = (event: Event) => {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const code = String(data.get("code") ?? "");
    void appeals.open(code || undefined, String(data.get("words") ?? ""));
  };
  const named = reasons.filter(({ code }) => code);
  return page({
    heading: t("appeal.heading"),
    lead: t("appeal.lead"),
    body: html`<form @submit=${begin}>
      ${waits || named.length === 0
        ? nothing
        : html`<fieldset class="field"><legend>${t("appeal.which")}</legend>
            ${named.map(
              ({ code, title }, at) => html`<label class="tick"><input type="radio" name="code" value=${code ?? ""} ?checked=${at === 0} required /><span>${of(title)}</span></label>`,
            )}</fieldset>`}
      <div class="field"><label for="words">${t("appeal.words")}</label>
        <textarea id="words" name="words" maxlength="2000" aria-describedby="words-hint"></textarea>
        <span class="small" id="words-hint">${t("appeal.words.hint")}</span></div>
      <div class="actions">
        <button class="primary" part="button primary" ?disabled=${model.busy}>${t("appeal.start")}</button>
        <button type="button" class="secondary" part="button secondary" @click=${back(view).act}>${t("back")}</button>
      </div>
    </form>`,
  });
}

function proving(view: View) {
  const { model, appeals, texts } = view;
  const { t } = texts;
  const contacts = model.appealing.appeal?.contacts ?? [];
  const prove = (event: Event) => {
    event.preventDefault();
    void appeals.prove(String(new FormData(event.target as HTMLFormElement).get("code") ?? "").replace(/\D/g, ""));
  };
  if (contacts.length === 0) {
    return page({
      heading: t("appeal.prove"),
      lead: t("appeal.no_contact"),
      body: html`<div class="picture" aria-hidden="true">${drawn("letter")}</div>`,
      primary: { label: t("support.ask"), act: () => view.flow.aside("support") },
      others: [withdraw(view), back(view)],
    });
  }
  return page({
    heading: t("appeal.prove"),
    lead: t("appeal.prove.lead"),
    body: html`
      <div class="actions">${contacts.map(
        ({ id, channel, address }) => html`<button type="button" class="secondary" part="button secondary" ?disabled=${model.busy} @click=${() => appeals.sendCode(id)}>
          ${t(channel === "sms" ? "appeal.send.sms" : "appeal.send.email", { address })}</button>`,
      )}</div>
      <form @submit=${prove}>
        <div class="field"><label for="code">${t("appeal.code")}</label>
          <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required pattern="[0-9 ]{6,8}" maxlength="8" /></div>
        <div class="actions"><button class="primary" part="button primary" ?disabled=${model.busy}>${t("appeal.code.send")}</button></div>
      </form>`,
    others: [withdraw(view), back(view)],
  });
}

function stating(view: View) {
  const { model, appeals, texts } = view;
  const { t, lang } = texts;
  const { dictated, statement } = model.appealing;
  if (!dictated) {
    return page({
      heading: t("statement.heading"),
      lead: t("statement.lead"),
      body: html`<div class="picture" aria-hidden="true">${drawn("sheet")}</div>`,
      primary: { label: t("statement.show"), act: appeals.dictate, disabled: model.busy },
      others: [withdraw(view), back(view)],
    });
  }
  return page({
    heading: t("statement.write"),
    lead: t("statement.write.lead"),
    body: html`<div class="dictated" lang=${lang}>${dictated.lines[lang].map((line) => html`<p>${line}</p>`)}</div>
      <ul class="tips"><li>${t("statement.tip1")}</li><li>${t("statement.tip2")}</li><li>${t("statement.tip3")}</li></ul>
      ${statement && !statement.usable ? html`${reasonList(statement.reasons, texts)}<p class="small">${t("statement.tries")}</p>` : nothing}
      ${model.busy ? html`<div class="waiting"><span class="spinner" aria-hidden="true"></span><p>${t("statement.reading")}</p></div>` : nothing}
      <div class="actions">${fileButton(t(statement ? "statement.again" : "statement.photo"), (file) => appeals.state(file), "primary")}</div>`,
    others: [back(view)],
  });
}

function asked(view: View) {
  const { model, flow, texts } = view;
  const { t, of } = texts;
  const steps = model.appealing.appeal?.asked ?? [];
  return page({
    heading: t("appeal.asked"),
    lead: t("appeal.asked.lead"),
    body: html`<ul class="done-list">${steps.map(({ title }) => html`<li>${of(title)}</li>`)}</ul>`,
    primary: { label: t("next"), act: flow.tryAgain },
    others: [back(view)],
  });
}

function handingIn(view: View) {
  const { model, appeals, texts } = view;
  const { t, n } = texts;
  const { attached, appeal } = model.appealing;
  return page({
    heading: t("appeal.hand_in"),
    lead: t("appeal.hand_in.lead"),
    body: html`${attached > 0 ? html`<p class="note">${n("appeal.attached", attached)}</p>` : nothing}
      ${appeal?.status === "asked_again" || attached >= 6 ? nothing : html`<div class="actions">${fileButton(t("appeal.attach"), (file) => appeals.attach(file))}</div>`}`,
    primary: { label: t("appeal.submit"), act: appeals.submit, disabled: model.busy },
    others: [appeal?.status === "collecting" ? withdraw(view) : undefined, back(view)],
  });
}

function waiting(view: View) {
  const { t, moment } = view.texts;
  const due = view.model.appealing.appeal?.due_at;
  return page({
    heading: t("appeal.waiting"),
    lead: due ? t("appeal.due", { when: moment(due) }) : t("appeal.waits"),
    body: html`<div class="picture" aria-hidden="true">${drawn("person")}</div>`,
    primary: back(view),
  });
}
