/** What the person has tried before they asked, in the words of the service. */
export const TRIED = [
  "updated", "cleared_cache", "restarted", "other_network", "other_device", "better_light", "wiped_lens", "bare_face", "automatic_time",
  "checked_spam", "reinstalled",
] as const;
/** Something that was tried. */
export type Tried = (typeof TRIED)[number];
