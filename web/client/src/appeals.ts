import { body, done } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call, Creation } from "./call.js";
import type {
  AppealIn, AppealOut, AttachedOut, AttachIn, CodeIn, DictatedOut, operations, PageOutAppealItem, ProofIn, RuleOut,
  StatementOut,
} from "./schema.js";

type Which = NonNullable<operations["list_appeals"]["parameters"]["query"]>;
type Since = NonNullable<operations["appeal_statistics"]["parameters"]["query"]>;

const of = (id: string) => ({ params: { path: { id } } });

/** Objections to a verdict, or to waiting too long. */
export const appeals = (api: Api) => ({
  /** Opens an appeal. */
  createAppeal: (appeal: AppealIn, call?: Creation): Promise<AppealOut> =>
    body(api.POST("/v1/appeals", { body: appeal, ...own(call) })),

  /** Lists appeals, newest first. */
  listAppeals: (query: Which = {}, call?: Call): Promise<PageOutAppealItem> =>
    body(api.GET("/v1/appeals", { params: { query }, ...own(call) })),

  /** Returns an appeal. */
  getAppeal: (id: string, call?: Call): Promise<AppealOut> =>
    body(api.GET("/v1/appeals/{id}", { ...of(id), ...own(call) })),

  /** Withdraws an appeal. */
  withdrawAppeal: (id: string, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/appeals/{id}", { ...of(id), ...own(call) })),

  /** Sends a code to an address that the person had when they registered. */
  sendAppealCode: (id: string, to: CodeIn = {}, call?: Creation): Promise<AppealOut> =>
    body(api.POST("/v1/appeals/{id}/code", { ...of(id), body: to, ...own(call) })),

  /** Hands in the code. Every call is a guess that counts. */
  proveAppeal: (id: string, proof: ProofIn, call?: Call): Promise<AppealOut> =>
    body(api.POST("/v1/appeals/{id}/proof", { ...of(id), body: proof, ...own(call) })),

  /** Says that the appeal is the person's, where no code can be sent. */
  vouchForAppeal: (id: string, call?: Creation): Promise<AppealOut> =>
    body(api.POST("/v1/appeals/{id}/vouch", { ...of(id), ...own(call) })),

  /** Returns the text that the person writes down and photographs. */
  dictateStatement: (id: string, call?: Creation): Promise<DictatedOut> =>
    body(api.POST("/v1/appeals/{id}/statement", { ...of(id), ...own(call) })),

  /** Hands in the photo of the statement, JPEG, PNG or WebP. */
  putStatement: (id: string, photo: Blob, call?: Call): Promise<StatementOut> => {
    const form = new FormData();
    // Not the file's own name: people call their files by their names.
    form.append("file", photo, "picture");
    return body(api.PUT("/v1/appeals/{id}/statement", { ...of(id), body: { file: "" }, bodySerializer: () => form, ...own(call) }));
  },

  /** Attaches pictures. */
  attachToAppeal: (id: string, pictures: AttachIn, call?: Creation): Promise<AttachedOut> =>
    body(api.POST("/v1/appeals/{id}/attachments", { ...of(id), body: pictures, ...own(call) })),

  /** Hands the appeal in. */
  submitAppeal: (id: string, call?: Creation): Promise<AppealOut> =>
    body(api.POST("/v1/appeals/{id}/submit", { ...of(id), ...own(call) })),

  /** Tells how appeals ended, by the rule that was disputed. */
  appealStatistics: (query: Since = {}, call?: Call): Promise<RuleOut[]> =>
    body(api.GET("/v1/appeals/statistics", { params: { query }, ...own(call) })),
});
