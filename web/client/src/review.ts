import { body, done } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call, Creation } from "./call.js";
import type {
  CaseOut, DecidedOut, DecideIn, NoteIn, NoteKeptOut, operations, PageOutCaseOut, QueueOut, ReviewerOut, StatisticsOut,
} from "./schema.js";

type Cases = NonNullable<operations["list_cases"]["parameters"]["query"]>;
type Release = NonNullable<operations["release_case"]["parameters"]["query"]>;
type Look = operations["get_image"]["parameters"]["query"];

type Weeks = NonNullable<operations["review_statistics"]["parameters"]["query"]>;

/** Cases that people decide. For staff. */
export const review = (api: Api) => ({
  /** Returns reasons by week, how submissions end, times to a decision, and the queues as they are. */
  reviewStatistics: (query: Weeks = {}, call?: Call): Promise<StatisticsOut> =>
    body(api.GET("/v1/review/statistics", { params: { query }, ...own(call) })),

  /** Lists cases, first what is due first. */
  listCases: (query: Cases = {}, call?: Call): Promise<PageOutCaseOut> =>
    body(api.GET("/v1/review/cases", { params: { query }, ...own(call) })),

  /** Returns a case: everything to whoever has claimed it, its codes to others. */
  getCase: (id: string, call?: Call): Promise<CaseOut> =>
    body(api.GET("/v1/review/cases/{id}", { params: { path: { id } }, ...own(call) })),

  /** Claims a case, or holds on to it. */
  claimCase: (id: string, call?: Call): Promise<CaseOut> =>
    body(api.POST("/v1/review/cases/{id}/claim", { params: { path: { id } }, ...own(call) })),

  /** Gives a case back. */
  releaseCase: (id: string, query: Release = {}, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/review/cases/{id}/claim", { params: { path: { id }, query }, ...own(call) })),

  /** Returns a photo of a claimed case. Each look is logged with its purpose. */
  getImage: (id: string, capture: string, query: Look, call?: Call): Promise<ArrayBuffer> => {
    const params = { path: { id, capture }, query };
    return body(api.GET("/v1/review/cases/{id}/images/{capture}", { params, parseAs: "arrayBuffer", ...own(call) }));
  },

  /** Notes something on a claimed case. */
  addNote: (id: string, note: NoteIn, call?: Creation): Promise<NoteKeptOut> =>
    body(api.POST("/v1/review/cases/{id}/notes", { params: { path: { id } }, body: note, ...own(call) })),

  /** Votes on a claimed case. */
  decideCase: (id: string, vote: DecideIn, call?: Creation): Promise<DecidedOut> =>
    body(api.POST("/v1/review/cases/{id}/decide", { params: { path: { id } }, body: vote, ...own(call) })),

  /** Tells how long the queues are. */
  listQueues: (call?: Call): Promise<QueueOut[]> => body(api.GET("/v1/review/queues", own(call))),

  /** Tells how often people were not confirmed. */
  listReviewers: (call?: Call): Promise<ReviewerOut[]> => body(api.GET("/v1/review/reviewers", own(call))),
});
