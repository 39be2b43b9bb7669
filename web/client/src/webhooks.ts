import { body, done } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call, Creation } from "./call.js";
import type {
  DeliveryOut, NewWebhookOut, operations, PageOutDeliveryOut, PageOutWebhookOut, RotatedOut, RotateIn, WebhookIn,
  WebhookOut,
} from "./schema.js";

type Which = NonNullable<operations["list_webhooks"]["parameters"]["query"]>;

const of = (id: string) => ({ params: { path: { id } } });

/** Addresses that events are sent to, and what became of each event there. */
export const webhooks = (api: Api) => ({
  /** Creates an address that events are sent to. Its secret is shown once. */
  createWebhook: (webhook: WebhookIn, call?: Creation): Promise<NewWebhookOut> =>
    body(api.POST("/v1/webhooks", { body: webhook, ...own(call) })),

  /** Lists addresses, newest first. */
  listWebhooks: (query: Which = {}, call?: Call): Promise<PageOutWebhookOut> =>
    body(api.GET("/v1/webhooks", { params: { query }, ...own(call) })),

  /** Returns an address. */
  getWebhook: (id: string, call?: Call): Promise<WebhookOut> =>
    body(api.GET("/v1/webhooks/{id}", { ...of(id), ...own(call) })),

  /** Changes an address. What was planned before goes to the new one. */
  putWebhook: (id: string, webhook: WebhookIn, call?: Call): Promise<WebhookOut> =>
    body(api.PUT("/v1/webhooks/{id}", { ...of(id), body: webhook, ...own(call) })),

  /** Forgets an address. */
  deleteWebhook: (id: string, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/webhooks/{id}", { ...of(id), ...own(call) })),

  /** Draws another secret, shown once; both sign until the overlap is over. */
  rotateWebhook: (id: string, rotate: RotateIn = {}, call?: Creation): Promise<RotatedOut> =>
    body(api.POST("/v1/webhooks/{id}/rotate", { ...of(id), body: rotate, ...own(call) })),

  /** Sends an event that means nothing. */
  testWebhook: (id: string, call?: Creation): Promise<DeliveryOut> =>
    body(api.POST("/v1/webhooks/{id}/test", { ...of(id), ...own(call) })),

  /** Lists deliveries to an address, newest first. */
  listDeliveries: (id: string, query: Which = {}, call?: Call): Promise<PageOutDeliveryOut> =>
    body(api.GET("/v1/webhooks/{id}/deliveries", { params: { path: { id }, query }, ...own(call) })),

  /** Sends an event once more, whatever became of it. */
  resendDelivery: (id: string, delivery: string, call?: Creation): Promise<DeliveryOut> => {
    const params = { path: { id, delivery } };
    return body(api.POST("/v1/webhooks/{id}/deliveries/{delivery}/resend", { params, ...own(call) }));
  },
});
