import { body, done } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call, Creation } from "./call.js";
import type {
  BlockIn, BlockOut, ClearIn, ConfirmIn, HitOut, ListOut, operations, PageOutBlockOut, PageOutHitOut, PageOutListOut,
  PageOutRunOut, WholeHitOut,
} from "./schema.js";

type Page = NonNullable<operations["list_lists"]["parameters"]["query"]>;
type Hits = NonNullable<operations["list_hits"]["parameters"]["query"]>;

/** The tenant's own blocklist, and lists of sanctioned people. */
export const lists = (api: Api) => ({
  /** Puts a document or a face on the blocklist: a person looks at whoever comes with it. */
  createBlock: (block: BlockIn, call?: Creation): Promise<BlockOut> =>
    body(api.POST("/v1/blocklist", { body: block, ...own(call) })),

  /** Lists the blocklist, newest first. */
  listBlocks: (query: Page = {}, call?: Call): Promise<PageOutBlockOut> =>
    body(api.GET("/v1/blocklist", { params: { query }, ...own(call) })),

  /** Takes an entry off the blocklist. */
  removeBlock: (id: string, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/blocklist/{id}", { params: { path: { id } }, ...own(call) })),

  /** Imports a list of sanctioned people, an XML file, whole or not at all. For the operator. */
  putList: (list: string, file: Blob, call?: Call): Promise<ListOut> => {
    const sent = { body: "", bodySerializer: () => file, headers: { "Content-Type": "application/xml" } };
    return body(api.PUT("/v1/screening/lists/{list}", { params: { path: { list } }, ...sent, ...own(call) }));
  },

  /** Lists the imports of lists, newest first. */
  listLists: (query: Page = {}, call?: Call): Promise<PageOutListOut> =>
    body(api.GET("/v1/screening/lists", { params: { query }, ...own(call) })),

  /** Lists the searches of everyone, newest first. */
  listRuns: (query: Page = {}, call?: Call): Promise<PageOutRunOut> =>
    body(api.GET("/v1/screening/runs", { params: { query }, ...own(call) })),

  /** Lists hits, newest first. */
  listHits: (query: Hits = {}, call?: Call): Promise<PageOutHitOut> =>
    body(api.GET("/v1/screening/hits", { params: { query }, ...own(call) })),

  /** Returns a hit with the names on both sides. */
  getHit: (id: string, call?: Call): Promise<WholeHitOut> =>
    body(api.GET("/v1/screening/hits/{id}", { params: { path: { id } }, ...own(call) })),

  /** Says that it is somebody else, until a time. */
  clearHit: (id: string, why: ClearIn, call?: Creation): Promise<HitOut> =>
    body(api.POST("/v1/screening/hits/{id}/clear", { params: { path: { id } }, body: why, ...own(call) })),

  /** Says that it is this person. */
  confirmHit: (id: string, why: ConfirmIn, call?: Creation): Promise<HitOut> =>
    body(api.POST("/v1/screening/hits/{id}/confirm", { params: { path: { id } }, body: why, ...own(call) })),
});
