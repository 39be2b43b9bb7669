import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Problem } from "../api";
import { session } from "../session";
import { t } from "../texts";
import { moment } from "../time";
import { View } from "../view";

/** What the console reads of a signed file; whoever relies on it checks the signature with `menshen official verify`. */
interface SignedFile {
  number: number;
  issued_at: number;
  expires_at: number;
}

/** The signed list as everybody gets it: its number, how long it holds, and the file itself. */
@customElement("menshen-signed-list")
export class SignedList extends View {
  /** `channels` or `announcements`. */
  @property() kind = "channels";
  @state() private file: SignedFile | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private get url(): string {
    return `/v1/public/${session()?.tenant.id ?? ""}/${this.kind}`;
  }

  /** Reads it again: a change has another number at once. */
  async look(): Promise<void> {
    await this.attempt(async () => {
      const answer = await fetch(this.url, { cache: "no-store" }).catch(() => undefined);
      if (!answer?.ok) throw new Problem(answer?.status ?? 0, answer ? `status_${answer.status}` : "unreachable", "", undefined);
      const { payload } = (await answer.json()) as { payload: string };
      const bytes = Uint8Array.from(atob(payload), (letter) => letter.charCodeAt(0));
      this.file = (JSON.parse(new TextDecoder().decode(bytes)) as { file: SignedFile }).file;
    });
  }

  override render(): TemplateResult {
    const { file } = this;
    const at = (ms: number) => moment(new Date(ms).toISOString());
    return html`${this.refusal()}${file ? html`<section class="plot"><h2>${t("signed.title", { n: String(file.number) })}</h2>
      <p>${t("signed.holds", { from: at(file.issued_at), until: at(file.expires_at) })}</p>
      <p><a href=${this.url} download=${`${this.kind}.json`}>${t("signed.download")}</a></p><p class="quiet">${t("signed.help")}</p></section>` : nothing}`;
  }
}
