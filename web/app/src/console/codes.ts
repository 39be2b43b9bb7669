import type { Code } from "./texts";

/** What a verdict may be given with. Kept in step with `core::review::verdict` by `test/console-codes.ts`, which reads that table. */
type Fit = "both" | "refuse";

/** Codes by what they are about. `both`: the person can be asked again with it; `refuse`: a refusal only. */
export const GROUPS: { name: "document" | "mismatch" | "face" | "risk" | "other"; codes: Partial<Record<Code, Fit>> }[] = [
  {
    name: "document",
    codes: {
      doc_blurred: "both", doc_glare: "both", doc_too_dark: "both", doc_too_bright: "both", doc_shadow: "both", doc_low_contrast: "both",
      doc_corners_missing: "both", doc_covered: "both", doc_low_resolution: "both", doc_not_found: "both", doc_field_unreadable: "both",
      doc_mrz_invalid: "both", doc_side_missing: "both", doc_same_side_twice: "both", doc_damaged: "both", doc_copy_or_screen: "both",
      doc_expired: "both", doc_expiring_soon: "both", doc_not_yet_valid: "both", doc_type_unsupported: "both", portrait_unusable: "both",
      portrait_small: "both", photo_unreadable: "both",
    },
  },
  {
    name: "mismatch",
    codes: {
      name_mismatch: "both", number_mismatch: "both", dob_mismatch: "both", sex_mismatch: "both", nationality_mismatch: "both",
      doc_type_mismatch: "both", doc_sides_differ: "both", doc_number_checksum: "both", form_field_invalid: "both", identity_changed: "both",
    },
  },
  {
    name: "face",
    codes: {
      face_not_found: "both", face_multiple: "both", face_lighting: "both", face_covered: "both", face_pose_or_distance: "both",
      face_blurred: "both", face_eyes_closed: "both", face_mismatch: "both", face_match_uncertain: "both", face_not_compared: "both",
      selfie_missing: "both", action_not_done: "both", action_timeout: "both", liveness_missing: "both", liveness_not_checked: "both",
      liveness_not_confirmed: "refuse", face_declined: "both",
    },
  },
  {
    name: "risk",
    codes: {
      doc_edited: "refuse", doc_data_inconsistent: "refuse", capture_source_untrusted: "refuse", account_linked_conflict: "both",
      blocklist_hit: "refuse", screening_unclear: "refuse", duplicate_not_searched: "refuse",
    },
  },
  {
    name: "other",
    codes: {
      not_eligible: "refuse", review_refused: "refuse", statement_text_mismatch: "both", statement_date_old: "both", contact_not_owned: "both",
      camera_unavailable: "both", client_outdated: "both", upload_incomplete: "both", face_login_not_enrolled: "both", device_unknown: "both",
      network_unknown: "both",
      second_factor_required: "both", entitlement_limited: "both", reverification_limits: "both",
    },
  },
];

/** Most codes of a verdict. */
export const MOST_CODES = 8;

/** Can a verdict be given with a code? */
export function fits(code: string, verdict: "refuse" | "ask_again"): boolean {
  const fit = GROUPS.map((group) => (group.codes as Record<string, Fit>)[code]).find((found) => found !== undefined);
  return fit !== undefined && (verdict === "refuse" || fit === "both");
}
