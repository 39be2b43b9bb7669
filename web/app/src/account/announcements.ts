import type { TextOut } from "../schema.js";
import { api, body } from "./api.js";

/** Something that everybody is told for a while. */
export interface Announcement {
  id: string;
  kind: string;
  text: TextOut;
  /** Milliseconds since 1970. */
  starts_at: number;
  ends_at: number;
}

/** The part of the signed list that is read here. It comes from the service that this page comes from: who doubts the one doubts the other, and
 * checks the file with a key from elsewhere (`/help`). */
interface Signed {
  payload: string;
}
interface Payload {
  file: { list: { announcements: Announcement[] } };
}

/** Lists what holds now and what is to come, the next first. */
export async function announcements(tenant: string): Promise<Announcement[]> {
  const { payload } = (await body(api.GET("/v1/public/{tenant}/announcements", { params: { path: { tenant } } }))) as Signed;
  const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
  const { file } = JSON.parse(new TextDecoder().decode(bytes)) as Payload;
  return file.list.announcements.filter(({ ends_at }) => ends_at > Date.now());
}
