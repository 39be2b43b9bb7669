import { body } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call } from "./call.js";
import type { AskIn, EntitlementOut } from "./schema.js";

/** What an account may do. */
export const entitlements = (api: Api) => ({
  /** Says whether an account may do something now, and if not: why, what would help, until when. */
  checkEntitlement: (ask: AskIn, call?: Call): Promise<EntitlementOut> =>
    body(api.POST("/v1/entitlements/check", { body: ask, ...own(call) })),
});
