import { body, done } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call, Creation } from "./call.js";
import type {
  EntryOut, KeyIn, NewKeyOut, operations, PageOutEventOut, PageOutKeyOut, PageOutTenantOut, PolicyIn, PolicyOut,
  TenantIn, TenantOut, TryOut,
} from "./schema.js";

type Which = NonNullable<operations["list_keys"]["parameters"]["query"]>;
type Entries = NonNullable<operations["list_audit"]["parameters"]["query"]>;

/** A tenant's own affairs: events, keys, policy, audit log; and tenants, for the operator. */
export const tenant = (api: Api) => ({
  /** Lists events, oldest first: keep the last id and ask for what came after it. */
  listEvents: (query: Which = {}, call?: Call): Promise<PageOutEventOut> =>
    body(api.GET("/v1/events", { params: { query }, ...own(call) })),

  /** Creates a key. The secret is shown once. */
  createKey: (key: KeyIn, call?: Creation): Promise<NewKeyOut> =>
    body(api.POST("/v1/keys", { body: key, ...own(call) })),

  /** Lists keys, newest first. */
  listKeys: (query: Which = {}, call?: Call): Promise<PageOutKeyOut> =>
    body(api.GET("/v1/keys", { params: { query }, ...own(call) })),

  /** Revokes a key, at once. */
  revokeKey: (id: string, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/keys/{id}", { params: { path: { id } }, ...own(call) })),

  /** Returns the policy in force. */
  getPolicy: (call?: Call): Promise<PolicyOut> => body(api.GET("/v1/policy", own(call))),

  /** Puts a policy in force for verifications opened from now on. */
  putPolicy: (policy: PolicyIn, call?: Call): Promise<PolicyOut> =>
    body(api.PUT("/v1/policy", { body: policy, ...own(call) })),

  /** Judges the newest past cases by a policy without changing anything. */
  tryPolicy: (policy: PolicyIn, call?: Call): Promise<TryOut> =>
    body(api.POST("/v1/policy/try", { body: policy, ...own(call) })),

  /** Lists the tenant's entries of the audit log, oldest first. */
  listAudit: (query: Entries = {}, call?: Call): Promise<EntryOut[]> =>
    body(api.GET("/v1/audit", { params: { query }, ...own(call) })),

  /** Signs the log as it stands and returns the checkpoint, a signed note. */
  getCheckpoint: (call?: Call): Promise<string> =>
    body(api.GET("/v1/audit/checkpoint", { parseAs: "text", ...own(call) })),

  /** Returns the proof that an entry stands in the log, for `menshen audit proof`. */
  getProof: (seq: number, call?: Call): Promise<unknown> =>
    body(api.GET("/v1/audit/{seq}/proof", { params: { path: { seq } }, ...own(call) })),

  /** Creates a tenant with the default policy and its first key. For the operator. */
  createTenant: (made: TenantIn, call?: Creation): Promise<TenantOut> =>
    body(api.POST("/v1/tenants", { body: made, ...own(call) })),

  /** Lists tenants, newest first. For the operator. */
  listTenants: (query: Which = {}, call?: Call): Promise<PageOutTenantOut> =>
    body(api.GET("/v1/tenants", { params: { query }, ...own(call) })),
});
