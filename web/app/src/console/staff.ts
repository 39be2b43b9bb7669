import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { StaffOut } from "../schema";
import { api, body } from "./api";
import { invite, may, session } from "./session";
import { t, word } from "./texts";
import { moment } from "./time";
import { say, View } from "./view";

const ROLES = ["operator", "reviewer", "senior", "auditor"] as const;
type Person = StaffOut;

/** Who works for the tenant: invite, change a role, let in no longer. */
@customElement("menshen-staff")
export class Staff extends View {
  @state() private people: Person[] = [];
  @state() private next: string | undefined;
  @state() private invited: { name: string; link: string } | undefined;
  @state() private leaving: Person | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    if (may("staff:write")) void this.look();
  }

  private async look(after?: string): Promise<void> {
    await this.attempt(async () => {
      const page = await body(api.GET("/v1/staff", { params: { query: { limit: 100, ...(after && { after }) } } }));
      this.people = after ? [...this.people, ...page.items] : page.items;
      this.next = page.next ?? undefined;
    });
  }

  private keep(person: Person): void {
    if (person.invitation) this.invited = { name: person.name, link: `${location.origin}/console#invitation=${person.invitation}` };
  }

  private async add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const done = await this.attempt(async () => {
      this.keep(await body(api.POST("/v1/staff", { body: { name: String(data.get("name")).trim(), role: String(data.get("role")) } as never })));
    });
    if (!done) return;
    form.reset();
    await this.look();
  }

  private async again(person: Person): Promise<void> {
    const done = await this.attempt(async () => this.keep(await invite(person.id)));
    if (done) await this.look();
  }

  private async change(person: Person, event: Event): Promise<void> {
    const chosen = event.target as HTMLSelectElement;
    const path = { id: person.id };
    const done = await this.attempt(async () => void (await body(api.PUT("/v1/staff/{id}", { params: { path }, body: { role: chosen.value } as never }))));
    if (!done) {
      chosen.value = person.role;
      return;
    }
    say(t("staff.changed"));
    await this.look();
  }

  private async disable(person: Person): Promise<void> {
    this.querySelector("dialog")?.close();
    const path = { id: person.id };
    if (!(await this.attempt(async () => void (await body(api.DELETE("/v1/staff/{id}", { params: { path } })))))) return;
    say(t("staff.gone"));
    await this.look();
  }

  private async copy(): Promise<void> {
    await this.attempt(() => navigator.clipboard.writeText(this.invited?.link ?? ""));
    if (!this.problem) say(t("staff.copied"));
  }

  override render(): TemplateResult {
    return html`<div class="page"><h1>${t("staff.title")}</h1>${this.refusal()}
      <form class="inline" aria-label=${t("staff.invite")} @submit=${this.add}>
        <label>${t("staff.name")}<input name="name" maxlength="200" autocomplete="off" required /></label>
        <label>${t("staff.role")}<select name="role">${ROLES.map((role) => html`<option value=${role} ?selected=${role === "reviewer"}>${t(`role.${role}`)}</option>`)}</select></label>
        <button class="main" ?disabled=${this.busy}>${t("staff.send")}</button>
      </form>
      ${this.invited ? html`<div class="notice" role="status"><p>${t("staff.link", { name: this.invited.name })}</p><p><code>${this.invited.link}</code> <button @click=${() => void this.copy()}>${t("staff.copy")}</button></p></div>` : nothing}
      <div class="scrolls" tabindex="0" role="region" aria-label=${t("staff.title")}><table class="compare people">
        <thead><tr><th scope="col">${t("staff.name")}</th><th scope="col">${t("staff.role")}</th><th scope="col">${t("staff.state")}</th><th scope="col">${t("staff.since")}</th><th scope="col">${t("staff.actions")}</th></tr></thead>
        <tbody>${this.people.map((person) => this.row(person))}</tbody></table></div>
      ${this.people.length === 0 && !this.busy ? html`<p class="empty">${t("staff.none")}</p>` : nothing}
      ${this.next ? html`<button class="plain more" @click=${() => void this.look(this.next)}>${t("more")}</button>` : nothing}
      ${this.sure()}
    </div>`;
  }

  private row(person: Person): TemplateResult {
    const own = person.id === session()?.id;
    const gone = Boolean(person.disabled_at);
    return html`<tr><th scope="row">${person.name}</th>
      <td>${own || gone ? word("role", person.role) : html`<select aria-label=${`${t("staff.role")} (${person.name})`} @change=${(event: Event) => void this.change(person, event)}>
        ${ROLES.map((role) => html`<option value=${role} ?selected=${role === person.role}>${t(`role.${role}`)}</option>`)}</select>`}</td>
      <td>${t(gone ? "staff.disabled" : person.signs_in ? "staff.signs_in" : "staff.invited")}</td>
      <td>${moment(person.created_at)}</td>
      <td>${own || gone ? nothing : html`<button @click=${() => void this.again(person)} aria-label=${`${t("staff.again")} (${person.name})`}>${t("staff.again")}</button>
        <button aria-label=${`${t("staff.disable")} (${person.name})`} @click=${() => this.ask(person)}>${t("staff.disable")}</button>`}</td></tr>`;
  }

  private ask(person: Person): void {
    this.leaving = person;
    void this.updateComplete.then(() => this.querySelector("dialog")?.showModal());
  }

  private sure(): TemplateResult | typeof nothing {
    const { leaving } = this;
    if (!leaving) return nothing;
    return html`<dialog aria-labelledby="sure" @close=${() => (this.leaving = undefined)}><p id="sure">${t("staff.disable_sure", { name: leaving.name })}</p>
      <p class="buttons"><button class="main" @click=${() => void this.disable(leaving)}>${t("staff.disable")}</button><button @click=${() => this.querySelector("dialog")?.close()}>${t("cancel")}</button></p></dialog>`;
  }
}
