import { body, done } from "../shared/service.js";
import type { Flow } from "./flow.js";
import type { Appealing } from "./model.js";

/** What the person does about a verdict that they call wrong. */
export class Appeals {
  constructor(readonly flow: Flow) {}

  get #api() {
    return this.flow.service.api;
  }

  #set(change: Partial<Appealing>): void {
    this.flow.set({ appealing: { ...this.flow.model.appealing, ...change } });
  }

  #path(): { path: { id: string } } {
    return { path: { id: this.flow.model.appealing.appeal?.id ?? "" } };
  }

  /** Reads the appeal that is open, where there is one. */
  read = async (): Promise<void> => {
    const brief = this.flow.model.known?.verification.appeal;
    const over = !brief || ["decided", "withdrawn", "lapsed"].includes(brief.status);
    if (over || this.flow.model.appealing.appeal?.id === brief.id) return;
    await this.flow.run(async () => {
      const appeal = await body(this.#api.GET("/v1/appeals/{id}", { params: { path: { id: brief.id } } }));
      this.#set({ appeal });
    });
  };

  /** Opens an appeal against a reason, or against waiting. */
  open = (code: string | undefined, words: string): Promise<void> =>
    this.flow.run(async () => {
      const said = words.trim();
      const about = { verification: this.flow.verification, ...(code ? { code } : {}), ...(said ? { words: said } : {}) };
      const appeal = await body(this.#api.POST("/v1/appeals", { body: about }));
      this.#set({ appeal, dictated: undefined, statement: undefined, attached: 0 });
      this.flow.learn(await this.flow.ask());
    });

  /** Sends a code to an address of the person's. */
  sendCode = (contact: string): Promise<void> =>
    this.flow.run(async () => {
      const appeal = await body(this.#api.POST("/v1/appeals/{id}/code", { params: this.#path(), body: { contact } }));
      this.#set({ appeal });
      this.flow.set({ notice: { code: "code_sent", at: undefined } });
    });

  /** Hands in the code that arrived. */
  prove = (code: string): Promise<void> =>
    this.flow.run(async () => {
      this.#set({ appeal: await body(this.#api.POST("/v1/appeals/{id}/proof", { params: this.#path(), body: { code } })) });
    });

  /** Asks for the text that the person writes down. */
  dictate = (): Promise<void> =>
    this.flow.run(async () => {
      this.#set({ dictated: await body(this.#api.POST("/v1/appeals/{id}/statement", { params: this.#path() })), statement: undefined });
    });

  /** Hands in the photo of the sheet. */
  state = (photo: Blob): Promise<void> =>
    this.flow.run(async () => {
      const sent = { body: photo as unknown as string, bodySerializer: () => photo, headers: { "Content-Type": photo.type || "image/jpeg" } };
      const statement = await body(this.#api.PUT("/v1/appeals/{id}/statement", { params: this.#path(), ...sent }));
      this.#set({ statement, appeal: await body(this.#api.GET("/v1/appeals/{id}", { params: this.#path() })) });
    });

  /** Attaches a picture. */
  attach = (picture: Blob): Promise<void> =>
    this.flow.run(async () => {
      const id = await attachmentOf(this.flow, picture);
      const { attachments } = await body(this.#api.POST("/v1/appeals/{id}/attachments", { params: this.#path(), body: { attachments: [id] } }));
      this.#set({ attached: attachments.length });
    });

  /** Hands the appeal in. */
  submit = (): Promise<void> =>
    this.flow.run(async () => {
      this.#set({ appeal: await body(this.#api.POST("/v1/appeals/{id}/submit", { params: this.#path() })) });
      this.flow.set({ aside: "none", again: false });
      this.flow.learn(await this.flow.ask());
    });

  /** Takes the appeal back. */
  withdraw = (): Promise<void> =>
    this.flow.run(async () => {
      await done(this.#api.DELETE("/v1/appeals/{id}", { params: this.#path() }));
      this.#set({ appeal: undefined });
      this.flow.set({ aside: "none" });
      this.flow.learn(await this.flow.ask());
    });
}

/** Hands in a picture that goes with a ticket or an appeal, and returns its id. */
export async function attachmentOf(flow: Flow, picture: Blob): Promise<string> {
  const params = { path: { id: flow.model.known?.verification.applicant ?? "" } };
  const sent = { body: picture as unknown as string, bodySerializer: () => picture, headers: { "Content-Type": picture.type || "image/jpeg" } };
  const { id } = await body(flow.service.api.POST("/v1/applicants/{id}/attachments", { params, ...sent }));
  return id;
}
