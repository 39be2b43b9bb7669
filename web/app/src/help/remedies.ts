import type { RemedyOut } from "../schema.js";
import type { Probe } from "./probes.js";
import type { Tried } from "./tried.js";

/** Where each fault was seen that a remedy is about; what is not listed is about none of the probes. */
const SEEN_AT: Readonly<Record<string, Probe>> = {
  allow_camera: "permission",
  camera_unavailable: "camera",
  free_camera: "camera",
  uncover_camera: "camera",
  open_in_browser: "view",
  show_page: "page",
  client_outdated: "version",
  go_online: "network",
  faster_network: "network",
  set_clock: "clock",
  face_lighting: "light",
  doc_too_dark: "light",
  doc_too_bright: "light",
  even_light: "light",
  face_lens_haze: "lens",
  wipe_lens: "lens",
  larger_picture: "size",
};

/** What somebody says who has done it. */
const DONE_BY: Readonly<Record<string, Tried>> = {
  update: "updated",
  client_outdated: "updated",
  clear_cache: "cleared_cache",
  reinstall: "reinstalled",
  restart: "restarted",
  other_network: "other_network",
  other_device: "other_device",
  even_light: "better_light",
  face_lighting: "better_light",
  doc_too_dark: "better_light",
  doc_too_bright: "better_light",
  wipe_lens: "wiped_lens",
  face_lens_haze: "wiped_lens",
  bare_face: "bare_face",
  face_glasses: "bare_face",
  take_off_sunglasses: "bare_face",
  take_off_mask: "bare_face",
  take_off_hat: "bare_face",
  automatic_time: "automatic_time",
  set_clock: "automatic_time",
  look_in_spam: "checked_spam",
};

/** Returns at which probes faults were seen. */
export const faultsOf = (remedies: readonly RemedyOut[]): Set<Probe> =>
  new Set(remedies.filter(({ seen }) => seen).flatMap(({ code }) => SEEN_AT[code] ?? []));

/** Returns what somebody says who has followed a remedy; nothing where that is no word of the service. */
export const doneBy = (code: string): Tried | undefined => DONE_BY[code];
