import type { DiagnosticsIn } from "../schema.js";
import type { Failed } from "./probes.js";

/** What hides a face, as the service names it, and whether it is another one than when it was enrolled. */
export const LOOKS = ["glasses", "sunglasses", "mask", "hat", "changed"] as const;
export type Look = (typeof LOOKS)[number];

/** Is a face what failed? */
export const isOfFace = (failed: Failed): boolean => failed === "face_login" || failed === "live_check";

/** What the service is told of it; nothing where nobody has said anything, so that the advice is for everybody. */
export function lookOf(failed: Failed, look: ReadonlySet<Look>): DiagnosticsIn {
  if (!isOfFace(failed) || look.size === 0) return {};
  return { worn: [...look].filter((one) => one !== "changed"), look_changed: look.has("changed") };
}
