import { body, done } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call, Creation } from "./call.js";
import type {
  AnnouncementIn, AnnouncementOut, ListedChannelOut, OfficialChannelIn, OpenedReportOut, operations, OutcomeIn, PageOutAnnouncementOut,
  PageOutListedChannelOut, PageOutReportOut, ReportOut,
} from "./schema.js";

type Page = NonNullable<operations["list_channels"]["parameters"]["query"]>;
type Reports = NonNullable<operations["list_reports"]["parameters"]["query"]>;

const of = (id: string) => ({ params: { path: { id } } });

/** By what people know that it is you: your channels, what you announce, and what they report. */
export const official = (api: Api) => ({
  /** Puts a channel on the list of what is yours. */
  createChannel: (channel: OfficialChannelIn, call?: Creation): Promise<ListedChannelOut> =>
    body(api.POST("/v1/channels", { body: channel, ...own(call) })),

  /** Lists your channels, newest first. */
  listChannels: (query: Page = {}, call?: Call): Promise<PageOutListedChannelOut> =>
    body(api.GET("/v1/channels", { params: { query }, ...own(call) })),

  /** Takes a channel off the list. */
  removeChannel: (id: string, call?: Call): Promise<void> => done(api.DELETE("/v1/channels/{id}", { ...of(id), ...own(call) })),

  /** Announces something to everybody. */
  createAnnouncement: (announcement: AnnouncementIn, call?: Creation): Promise<AnnouncementOut> =>
    body(api.POST("/v1/announcements", { body: announcement, ...own(call) })),

  /** Lists announcements that are not over, newest first. */
  listAnnouncements: (query: Page = {}, call?: Call): Promise<PageOutAnnouncementOut> =>
    body(api.GET("/v1/announcements", { params: { query }, ...own(call) })),

  /** Withdraws an announcement. */
  withdrawAnnouncement: (id: string, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/announcements/{id}", { ...of(id), ...own(call) })),

  /** Lists what people have reported, newest first. */
  listReports: (query: Reports = {}, call?: Call): Promise<PageOutReportOut> =>
    body(api.GET("/v1/reports", { params: { query }, ...own(call) })),

  /** Returns a report with what was reported. What stands there is somebody else's: open no link of it. */
  openReport: (id: string, call?: Call): Promise<OpenedReportOut> => body(api.GET("/v1/reports/{id}", { ...of(id), ...own(call) })),

  /** Closes a report. */
  closeReport: (id: string, outcome: OutcomeIn, call?: Creation): Promise<ReportOut> =>
    body(api.POST("/v1/reports/{id}/close", { ...of(id), body: outcome, ...own(call) })),
});
