import { body } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call } from "./call.js";
import type { ConfirmedOut, SpendIn } from "./schema.js";

/** What people confirm here before your server does it. */
export const stepUps = (api: Api) => ({
  /**
   * Uses up the confirmation of a withdrawal or of an address, right before it is done, and once. Where the answer was lost it comes back as
   * `step_up_needed`: then ask the person again, and do nothing.
   */
  useStepUp: (id: string, what: SpendIn, call?: Call): Promise<ConfirmedOut> =>
    body(api.POST("/v1/step-ups/{id}/use", { params: { path: { id } }, body: what, ...own(call) })),
});
