import { body } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call } from "./call.js";
import type { ChannelCheckIn, ChannelCheckOut, ReceivedOut, ReportIn } from "./schema.js";

const of = (tenant: string) => ({ params: { path: { tenant } } });

/** What anybody may ask of a tenant, without a key. The service counts who asks: from one server many people are one. */
export const anybody = (api: Api) => ({
  /** Returns the official channels as a signed list, for `menshen official verify`. */
  getChannels: (tenant: string, call?: Call): Promise<unknown> => body(api.GET("/v1/public/{tenant}/channels", { ...of(tenant), ...own(call) })),

  /** Returns the announcements as a signed list. */
  getAnnouncements: (tenant: string, call?: Call): Promise<unknown> =>
    body(api.GET("/v1/public/{tenant}/announcements", { ...of(tenant), ...own(call) })),

  /** Says whether something is official, imitates what is, or neither. */
  checkChannel: (tenant: string, what: ChannelCheckIn, call?: Call): Promise<ChannelCheckOut> =>
    body(api.POST("/v1/public/{tenant}/channels/check", { ...of(tenant), body: what, ...own(call) })),

  /** Reports what pretends to be the tenant. */
  report: (tenant: string, what: ReportIn, call?: Call): Promise<ReceivedOut> =>
    body(api.POST("/v1/public/{tenant}/reports", { ...of(tenant), body: what, ...own(call) })),
});
