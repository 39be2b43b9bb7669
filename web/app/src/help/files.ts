import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ChannelOut } from "../schema.js";
import type { Book } from "./book.js";
import { official, percent, t } from "./texts.js";
import { View } from "./view.js";

/** What a file turned out to be. */
interface Compared {
  name: string;
  sha256: string;
  release: ChannelOut | undefined;
}

/** Releases of apps with the SHA-256 of their files, and a comparison of a file that somebody has: it stays where it is. */
@customElement("menshen-files")
export class Files extends View {
  @property({ attribute: false }) channels: ChannelOut[] = [];
  @property({ attribute: false }) book: Book | undefined;
  @property({ type: Boolean }) holds = false;
  @state() private share: number | undefined;
  @state() private compared: Compared | undefined;
  @state() private over = false;

  private async compare(file: File | undefined): Promise<void> {
    const { book } = this;
    if (file === undefined || book === undefined || this.share !== undefined) return;
    [this.compared, this.share] = [undefined, 0];
    await this.attempt(async () => {
      const sha256 = await book.sha256(file, (share) => (this.share = share));
      this.compared = { name: file.name, sha256, release: this.channels.find((one) => one.sha256 === sha256) };
    });
    this.share = undefined;
  }

  override render(): TemplateResult | typeof nothing {
    if (!this.holds) return nothing;
    const apps = this.channels.filter(({ kind }) => kind === "app");
    return html`<section><h2>${t("files.title")}</h2><p>${t("files.lead")}</p>
      ${apps.length === 0 ? html`<p>${t("files.none")}</p>` : html`<ul class="channels">${apps.map((app) => html`<li><code>${app.value}</code> ${app.platform} <span class="tag">${app.release}</span><br />
        <span class="quiet">SHA-256</span> <code class="hash">${app.sha256}</code></li>`)}</ul>${this.drop()}`}</section>`;
  }

  private drop(): TemplateResult {
    const over = (event: DragEvent) => {
      event.preventDefault();
      this.over = true;
    };
    const dropped = (event: DragEvent) => {
      event.preventDefault();
      this.over = false;
      void this.compare(event.dataTransfer?.files[0]);
    };
    const chosen = (event: Event) => {
      const input = event.target as HTMLInputElement;
      void this.compare(input.files?.[0]);
      input.value = "";
    };
    return html`<div class="drop ${this.over ? "over" : ""}" @dragover=${over} @dragleave=${() => (this.over = false)} @drop=${dropped}>
      <label class="pick"><span>${t("files.choose")}</span><input type="file" ?disabled=${this.share !== undefined} @change=${chosen} aria-describedby="files-help" /></label>
      <p class="quiet" id="files-help">${t("files.help")}</p></div>
      <p role="status">${this.share === undefined ? "" : t("files.reading", { share: percent(this.share) })}</p>${this.refusal()}
      ${this.compared ? this.result(this.compared) : nothing}`;
  }

  private result({ name, sha256, release }: Compared): TemplateResult {
    return html`<div class="verdict ${release ? "official" : "unknown"}" role="status"><h3>${t(release ? "files.is" : "files.is_not")}</h3>
      <p class="asked">${name}</p>
      <p>${release ? t("files.release", { app: release.value, platform: release.platform ?? "", release: release.release ?? "" }) : t("files.other")}</p>
      ${release ? html`<p>${official().official.app_file}</p>` : nothing}<p><span class="quiet">SHA-256</span> <code class="hash">${sha256}</code></p></div>`;
  }
}
