//! Every table and column, in an order in which rows can be inserted: what a backup holds.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Text,
    Int,
    Bytes,
}

/// A table's columns.
pub(crate) struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, Holds)],
}

use Holds::{Bytes, Int, Text};

/// The tables. `blob_data` is not among them: contents are kept as files, wherever they lay.
pub(crate) const TABLES: &[Table] = &[
    Table {
        name: "secret",
        columns: &[
            ("name", Text),
            ("master_key_id", Text),
            ("wrapped", Bytes),
            ("version", Int),
        ],
    },
    Table {
        name: "tenant",
        columns: &[
            ("id", Text),
            ("name", Text),
            ("kind", Text),
            ("policy_toml", Text),
            ("policy_identity", Text),
            ("created_at", Int),
            ("version", Int),
        ],
    },
    Table {
        name: "policy_version",
        columns: &[
            ("tenant_id", Text),
            ("identity", Text),
            ("toml", Text),
            ("created_at", Int),
        ],
    },
    Table {
        name: "api_key",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("secret_hash", Text),
            ("label", Text),
            ("scopes", Text),
            ("created_at", Int),
            ("expires_at", Int),
            ("revoked_at", Int),
            ("last_used_at", Int),
            ("version", Int),
        ],
    },
    Table {
        name: "applicant",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("external_digest", Text),
            ("external_sealed", Bytes),
            ("locale", Text),
            ("created_at", Int),
            ("erased_at", Int),
            ("version", Int),
            ("phrase_sealed", Bytes),
        ],
    },
    Table {
        name: "subject_key",
        columns: &[
            ("applicant_id", Text),
            ("purpose", Text),
            ("tenant_id", Text),
            ("master_key_id", Text),
            ("wrapped", Bytes),
            ("created_at", Int),
            ("destroyed_at", Int),
            ("version", Int),
        ],
    },
    Table {
        name: "verification",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("level", Text),
            ("flow", Text),
            ("status", Text),
            ("state", Text),
            ("claims_sealed", Bytes),
            ("reasons_sealed", Bytes),
            ("codes", Text),
            ("attempt", Int),
            ("policy_identity", Text),
            ("created_at", Int),
            ("updated_at", Int),
            ("submitted_at", Int),
            ("version", Int),
            ("due_at", Int),
            ("submitted_from", Text),
        ],
    },
    Table {
        name: "applicant_token",
        columns: &[
            ("hash", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("verification_id", Text),
            ("expires_at", Int),
            ("revoked_at", Int),
        ],
    },
    Table {
        name: "blob",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("purpose", Text),
            ("place", Text),
            ("size", Int),
            ("created_at", Int),
        ],
    },
    Table {
        name: "capture",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("verification_id", Text),
            ("part", Text),
            ("attempt", Int),
            ("digest", Text),
            ("evidence_sealed", Bytes),
            ("embedding_sealed", Bytes),
            ("reasons_sealed", Bytes),
            ("codes", Text),
            ("image_blob", Text),
            ("original_blob", Text),
            ("usable", Int),
            ("replaced_at", Int),
            ("created_at", Int),
        ],
    },
    Table {
        name: "upload",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("verification_id", Text),
            ("part", Text),
            ("length", Int),
            ("received", Int),
            ("metadata_sealed", Bytes),
            ("created_at", Int),
            ("expires_at", Int),
            ("finished_capture", Text),
            ("version", Int),
        ],
    },
    Table {
        name: "upload_chunk",
        columns: &[("upload_id", Text), ("start", Int), ("data_sealed", Bytes)],
    },
    Table {
        name: "attempt",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("device_digest", Text),
            ("address_digest", Text),
            ("at", Int),
            ("counted", Int),
            ("verification_id", Text),
        ],
    },
    Table {
        name: "decision",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("verification_id", Text),
            ("attempt", Int),
            ("outcome", Text),
            ("codes", Text),
            ("policy_identity", Text),
            ("engine", Text),
            ("evidence_file_sealed", Bytes),
            ("digest", Text),
            ("created_at", Int),
            ("case_id", Text),
        ],
    },
    Table {
        name: "identity",
        columns: &[
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("name_digest", Text),
            ("number_digest", Text),
            ("claims_sealed", Bytes),
            ("verified_at", Int),
            ("template_sealed", Bytes),
            ("verification_id", Text),
            ("face_model", Text),
            ("face_seq", Int),
        ],
    },
    Table {
        name: "identity_mark",
        columns: &[
            ("tenant_id", Text),
            ("kind", Text),
            ("digest", Text),
            ("applicant_id", Text),
            ("verification_id", Text),
            ("created_at", Int),
        ],
    },
    Table {
        name: "gallery",
        columns: &[("tenant_id", Text), ("seq", Int)],
    },
    Table {
        name: "blocklist",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("kind", Text),
            ("digest", Text),
            ("face_model", Text),
            ("template_sealed", Bytes),
            ("reason", Text),
            ("actor", Text),
            ("verification_id", Text),
            ("created_at", Int),
            ("ends_at", Int),
            ("removed_at", Int),
            ("seq", Int),
            ("version", Int),
        ],
    },
    Table {
        name: "idempotency",
        columns: &[
            ("tenant_id", Text),
            ("key_digest", Text),
            ("route", Text),
            ("body_digest", Text),
            ("status", Int),
            ("body_sealed", Bytes),
            ("created_at", Int),
            ("expires_at", Int),
        ],
    },
    Table {
        name: "job",
        columns: &[
            ("id", Text),
            ("kind", Text),
            ("payload", Text),
            ("state", Text),
            ("run_at", Int),
            ("leased_at", Int),
            ("lease_until", Int),
            ("tries", Int),
            ("last_error", Text),
            ("created_at", Int),
            ("finished_at", Int),
            ("version", Int),
        ],
    },
    Table {
        name: "outbox",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("event", Text),
            ("payload", Text),
            ("created_at", Int),
            ("state", Text),
            ("version", Int),
        ],
    },
    Table {
        name: "consent",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("purpose", Text),
            ("text_version", Text),
            ("given_at", Int),
            ("withdrawn_at", Int),
        ],
    },
    Table {
        name: "legal_hold",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("reason", Text),
            ("placed_at", Int),
            ("ends_at", Int),
            ("lifted_at", Int),
        ],
    },
    Table {
        name: "contact",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("channel", Text),
            ("address_sealed", Bytes),
            ("created_at", Int),
            ("replaced_at", Int),
        ],
    },
    Table {
        name: "notice",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("verification_id", Text),
            ("contact_id", Text),
            ("kind", Text),
            ("channel", Text),
            ("state", Text),
            ("error", Text),
            ("created_at", Int),
            ("finished_at", Int),
            ("version", Int),
            ("code_id", Text),
        ],
    },
    Table {
        name: "webhook",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("url_sealed", Bytes),
            ("secrets_sealed", Bytes),
            ("events", Text),
            ("state", Text),
            ("reason", Text),
            ("stalls", Int),
            ("rest_until", Int),
            ("created_at", Int),
            ("version", Int),
        ],
    },
    Table {
        name: "delivery",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("webhook_id", Text),
            ("event_id", Text),
            ("event", Text),
            ("state", Text),
            ("tries", Int),
            ("next_at", Int),
            ("status", Int),
            ("error", Text),
            ("created_at", Int),
            ("finished_at", Int),
            ("version", Int),
        ],
    },
    Table {
        name: "staff",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("role", Text),
            ("name_sealed", Bytes),
            ("secret_hash", Text),
            ("created_at", Int),
            ("disabled_at", Int),
            ("version", Int),
            ("applicant_id", Text),
        ],
    },
    Table {
        name: "review_case",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("verification_id", Text),
            ("decision_id", Text),
            ("queue", Text),
            ("level", Text),
            ("kind", Text),
            ("codes", Text),
            ("policy_identity", Text),
            ("state", Text),
            ("since", Int),
            ("claimed_by", Text),
            ("claim_until", Int),
            ("votes", Text),
            ("barred", Text),
            ("seen", Text),
            ("disputed", Int),
            ("judged", Text),
            ("overturned", Int),
            ("opened_at", Int),
            ("due_at", Int),
            ("closed_at", Int),
            ("version", Int),
        ],
    },
    Table {
        name: "review_note",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("case_id", Text),
            ("applicant_id", Text),
            ("staff_id", Text),
            ("text_sealed", Bytes),
            ("created_at", Int),
        ],
    },
    Table {
        name: "attachment",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("digest", Text),
            ("image_blob", Text),
            ("size", Int),
            ("created_at", Int),
        ],
    },
    Table {
        name: "attachment_use",
        columns: &[
            ("attachment_id", Text),
            ("tenant_id", Text),
            ("owner", Text),
            ("owner_id", Text),
            ("message_id", Text),
            ("created_at", Int),
        ],
    },
    Table {
        name: "ticket",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("verification_id", Text),
            ("kind", Text),
            ("status", Text),
            ("state", Text),
            ("diagnostics_sealed", Bytes),
            ("due_at", Int),
            ("look_at", Int),
            ("created_at", Int),
            ("updated_at", Int),
            ("version", Int),
        ],
    },
    Table {
        name: "ticket_message",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("ticket_id", Text),
            ("author", Text),
            ("staff_id", Text),
            ("text_sealed", Bytes),
            ("created_at", Int),
        ],
    },
    Table {
        name: "ticket_opening",
        columns: &[("ticket_id", Text), ("staff_id", Text), ("opened_at", Int)],
    },
    Table {
        name: "case_code",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("ticket_id", Text),
            ("message_id", Text),
            ("channel", Text),
            ("digest", Text),
            ("code_sealed", Bytes),
            ("created_at", Int),
            ("expires_at", Int),
        ],
    },
    Table {
        name: "code_guess",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("at", Int),
        ],
    },
    Table {
        name: "screening_list",
        columns: &[
            ("id", Text),
            ("list", Text),
            ("format", Text),
            ("sha256", Text),
            ("published", Text),
            ("entries", Int),
            ("size", Int),
            ("imported_at", Int),
            ("imported_by", Text),
            ("replaced_at", Int),
        ],
    },
    Table {
        name: "screening_chunk",
        columns: &[
            ("list_id", Text),
            ("part", Text),
            ("start", Int),
            ("data", Bytes),
        ],
    },
    Table {
        name: "screening_hit",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("verification_id", Text),
            ("list", Text),
            ("list_id", Text),
            ("entry", Text),
            ("entry_digest", Text),
            ("score_permille", Int),
            ("detail_sealed", Bytes),
            ("state", Text),
            ("reason_sealed", Bytes),
            ("decided_by", Text),
            ("decided_at", Int),
            ("cleared_until", Int),
            ("created_at", Int),
            ("version", Int),
        ],
    },
    Table {
        name: "screening_run",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("last_applicant", Text),
            ("people", Int),
            ("hits", Int),
            ("unread", Int),
            ("outcome", Text),
            ("started_at", Int),
            ("moved_at", Int),
            ("finished_at", Int),
            ("version", Int),
        ],
    },
    Table {
        name: "appeal",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("verification_id", Text),
            ("code", Text),
            ("policy_identity", Text),
            ("status", Text),
            ("state", Text),
            ("words_sealed", Bytes),
            ("due_at", Int),
            ("created_at", Int),
            ("updated_at", Int),
            ("version", Int),
        ],
    },
    Table {
        name: "appeal_code",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("appeal_id", Text),
            ("contact_id", Text),
            ("notice_id", Text),
            ("code_sealed", Bytes),
            ("created_at", Int),
            ("expires_at", Int),
            ("ended_at", Int),
        ],
    },
    Table {
        name: "guess",
        columns: &[
            ("applicant_id", Text),
            ("factor", Text),
            ("tenant_id", Text),
            ("run", Int),
            ("total", Int),
            ("wait_until", Int),
            ("version", Int),
        ],
    },
    Table {
        name: "appeal_outcome",
        columns: &[
            ("appeal_id", Text),
            ("tenant_id", Text),
            ("code", Text),
            ("policy_identity", Text),
            ("outcome", Text),
            ("at", Int),
        ],
    },
    Table {
        name: "statement",
        columns: &[
            ("id", Text),
            ("tenant_id", Text),
            ("applicant_id", Text),
            ("appeal_id", Text),
            ("dictated_sealed", Bytes),
            ("dictated_at", Int),
            ("digest", Text),
            ("evidence_sealed", Bytes),
            ("reasons_sealed", Bytes),
            ("codes", Text),
            ("image_blob", Text),
            ("usable", Int),
            ("tries", Int),
            ("received_at", Int),
            ("replaced_at", Int),
            ("version", Int),
        ],
    },
    Table {
        name: "audit_entry",
        columns: &[
            ("seq", Int),
            ("tenant_id", Text),
            ("at", Int),
            ("line", Text),
        ],
    },
    Table {
        name: "audit_checkpoint",
        columns: &[("size", Int), ("at", Int), ("note", Text), ("edge", Bytes)],
    },
    Table {
        name: "audit_edge",
        columns: &[("id", Int), ("edge", Bytes)],
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_list_is_that_of_the_migrations() {
        let mut listed = BTreeSet::new();
        for table in TABLES {
            listed.extend(table.columns.iter().map(|(column, holds)| {
                let word = match holds {
                    Text => "TEXT",
                    Int => "BIGINT",
                    Bytes => "BLOB",
                };
                format!("{}.{column} {word}", table.name)
            }));
        }
        assert_eq!(listed, migrated());
    }

    /// Reads the columns out of the texts that make them.
    fn migrated() -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut table = String::new();
        for line in crate::migrate::sqlite_texts()
            .iter()
            .flat_map(|sql| sql.lines())
        {
            let words: Vec<&str> = line.split_whitespace().collect();
            match (words.as_slice(), line.starts_with("    ")) {
                (["CREATE", "TABLE", name, ..], _) => table = (*name).to_owned(),
                (["ALTER", "TABLE", name, "ADD", "COLUMN", column, kind], _) => {
                    found.insert(format!("{name}.{column} {}", kind.trim_end_matches(';')));
                }
                ([column, kind, ..], true) if table != "blob_data" => {
                    let kind = kind.trim_end_matches(',');
                    if ["TEXT", "BIGINT", "BLOB"].contains(&kind) {
                        found.insert(format!("{table}.{column} {kind}"));
                    }
                }
                _ => {}
            }
        }
        found
    }
}
