import { html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { api, Problem } from "../api";
import { number, t, word } from "../texts";
import { say, View } from "../view";
import { asInstallation, withKey } from "./installation";

const LISTS = ["ofac_sdn", "un", "eu"] as const;
/** The files of the OFAC's older form, named as the authority names them. */
const CLASSIC = ["sdn", "alt", "add"] as const;

/** Takes an authority's own files in, with the installation's key, which is forgotten as soon as it was shown. Tells `imported`. */
@customElement("menshen-list-import")
export class ListImport extends View {
  private async send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const list = String(data.get("list"));
    const done = await this.attempt(async () => {
      const sent = whole(data.getAll("files") as File[]);
      const headers = { ...withKey(String(data.get("key")).trim()), ...(sent instanceof File && { "Content-Type": "application/xml" }) };
      const taken = await asInstallation(api.PUT("/v1/screening/lists/{list}", { headers, params: { path: { list } }, body: "", bodySerializer: () => sent }));
      say(t("list.import_done", { list: word("list", taken.list), entries: number(taken.entries) }));
    });
    form.querySelector<HTMLInputElement>("[name=key]")!.value = "";
    if (!done) return;
    form.reset();
    this.dispatchEvent(new Event("imported"));
  }

  override render(): TemplateResult {
    return html`<form class="plot card" @submit=${this.send}><h2>${t("list.import")}</h2><p class="quiet" id="list-import-help">${t("list.import_help")}</p>${this.refusal()}
      <label>${t("list.list")}<select name="list">${LISTS.map((list) => html`<option value=${list}>${word("list", list)}</option>`)}</select></label>
      <label>${t("list.files")}<input name="files" type="file" multiple required accept=".xml,.csv" aria-describedby="list-import-help" /></label>
      <label>${t("tenant.key")}<input name="key" type="password" required autocomplete="off" spellcheck="false" aria-describedby="list-key-help" /></label>
      <p class="quiet" id="list-key-help">${t("list.key_help")}</p>
      <p><button class="main" ?disabled=${this.busy}>${t("list.import")}</button></p></form>`;
  }
}

/** One file as it is, or the three files of the older form, each under its name. */
function whole(files: readonly File[]): File | FormData {
  const [first] = files;
  if (files.length === 1 && first) return first;
  const form = new FormData();
  for (const name of CLASSIC) {
    const named = files.filter((file) => file.name.toLowerCase() === `${name}.csv`);
    const [file] = named;
    if (!file || named.length > 1 || files.length !== CLASSIC.length) throw new Problem(422, "files_invalid", "", undefined);
    form.set(name, file);
  }
  return form;
}
