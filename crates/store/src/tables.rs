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

/// Writes the list as a schema is read: a table a line, each column with what it holds.
macro_rules! tables {
    ($($name:ident { $($column:ident $holds:ident),* $(,)? })*) => {
        &[$(Table {
            name: stringify!($name),
            columns: &[$((stringify!($column), Holds::$holds)),*],
        }),*]
    };
}

/// The tables. `blob_data` is not among them: contents are kept as files, wherever they lay.
#[rustfmt::skip]
pub(crate) const TABLES: &[Table] = tables! {
    secret { name Text, master_key_id Text, wrapped Bytes, version Int }
    tenant { id Text, name Text, kind Text, policy_toml Text, policy_identity Text, created_at Int, version Int }
    policy_version { tenant_id Text, identity Text, toml Text, created_at Int }
    api_key {
        id Text, tenant_id Text, secret_hash Text, label Text, scopes Text, created_at Int, expires_at Int, revoked_at Int,
        last_used_at Int, version Int,
    }
    applicant {
        id Text, tenant_id Text, external_digest Text, external_sealed Bytes, locale Text, created_at Int, erased_at Int,
        version Int, phrase_sealed Bytes,
    }
    subject_key {
        applicant_id Text, purpose Text, tenant_id Text, master_key_id Text, wrapped Bytes, created_at Int, destroyed_at Int,
        version Int,
    }
    verification {
        id Text, tenant_id Text, applicant_id Text, level Text, flow Text, status Text, state Text, claims_sealed Bytes,
        reasons_sealed Bytes, codes Text, attempt Int, policy_identity Text, created_at Int, updated_at Int, submitted_at Int,
        version Int, due_at Int, submitted_from Text, program Text,
    }
    applicant_token { hash Text, tenant_id Text, applicant_id Text, verification_id Text, expires_at Int, revoked_at Int }
    blob { id Text, tenant_id Text, applicant_id Text, purpose Text, place Text, size Int, created_at Int }
    capture {
        id Text, tenant_id Text, verification_id Text, part Text, attempt Int, digest Text, evidence_sealed Bytes,
        embedding_sealed Bytes, reasons_sealed Bytes, codes Text, image_blob Text, original_blob Text, usable Int,
        replaced_at Int, created_at Int,
    }
    upload {
        id Text, tenant_id Text, verification_id Text, part Text, length Int, received Int, metadata_sealed Bytes,
        created_at Int, expires_at Int, finished_capture Text, version Int,
    }
    upload_chunk { upload_id Text, start Int, data_sealed Bytes }
    live_session {
        id Text, tenant_id Text, applicant_id Text, verification_id Text, attempt Int, device_digest Text, state Text,
        opened_at Int, expires_at Int, ended_at Int, cue_shown Int, connection Int, next_seq Int, chunks Int,
        secret_sealed Bytes, evidence_sealed Bytes, reasons_sealed Bytes, codes Text, best_blob Text, capture_id Text,
        version Int,
    }
    live_chunk { session_id Text, n Int, frames_sealed Bytes }
    live_print { session_id Text, n Int, tenant_id Text, print_sealed Bytes, created_at Int }
    live_band { tenant_id Text, digest Text, session_id Text, n Int }
    attempt {
        id Text, tenant_id Text, applicant_id Text, device_digest Text, address_digest Text, at Int, counted Int,
        verification_id Text,
    }
    decision {
        id Text, tenant_id Text, verification_id Text, attempt Int, outcome Text, codes Text, policy_identity Text, engine Text,
        evidence_file_sealed Bytes, digest Text, created_at Int, case_id Text, kind Text, program Text, submitted_at Int,
    }
    identity {
        tenant_id Text, applicant_id Text, name_digest Text, number_digest Text, claims_sealed Bytes, verified_at Int,
        template_sealed Bytes, verification_id Text, face_model Text, face_seq Int,
    }
    identity_mark { tenant_id Text, kind Text, digest Text, applicant_id Text, verification_id Text, created_at Int }
    gallery { tenant_id Text, seq Int }
    blocklist {
        id Text, tenant_id Text, kind Text, digest Text, face_model Text, template_sealed Bytes, reason Text, actor Text,
        verification_id Text, created_at Int, ends_at Int, removed_at Int, seq Int, version Int,
    }
    idempotency {
        tenant_id Text, key_digest Text, route Text, body_digest Text, status Int, body_sealed Bytes, created_at Int,
        expires_at Int,
    }
    job {
        id Text, kind Text, payload Text, state Text, run_at Int, leased_at Int, lease_until Int, tries Int, last_error Text,
        created_at Int, finished_at Int, version Int,
    }
    outbox { id Text, tenant_id Text, event Text, payload Text, created_at Int, seq Int }
    consent { id Text, tenant_id Text, applicant_id Text, purpose Text, text_version Text, given_at Int, withdrawn_at Int }
    legal_hold { id Text, tenant_id Text, applicant_id Text, reason Text, placed_at Int, ends_at Int, lifted_at Int }
    contact { id Text, tenant_id Text, applicant_id Text, channel Text, address_sealed Bytes, created_at Int, replaced_at Int }
    notice {
        id Text, tenant_id Text, applicant_id Text, verification_id Text, contact_id Text, kind Text, channel Text, state Text,
        error Text, created_at Int, finished_at Int, version Int, code_id Text,
    }
    webhook {
        id Text, tenant_id Text, url_sealed Bytes, secrets_sealed Bytes, events Text, state Text, reason Text, stalls Int,
        rest_until Int, created_at Int, version Int,
    }
    delivery {
        id Text, tenant_id Text, webhook_id Text, event_id Text, event Text, state Text, tries Int, next_at Int, status Int,
        error Text, created_at Int, finished_at Int, version Int,
    }
    staff {
        id Text, tenant_id Text, role Text, name_sealed Bytes, secret_hash Text, created_at Int, disabled_at Int, version Int,
        applicant_id Text,
    }
    staff_invitation { staff_id Text, tenant_id Text, hash Text, totp_sealed Bytes, expires_at Int }
    staff_login {
        staff_id Text, tenant_id Text, login_digest Text, login_sealed Bytes, password_sealed Bytes, totp_sealed Bytes,
        totp_step Int, version Int,
    }
    staff_recovery_code { staff_id Text, tenant_id Text, digest Text, used_at Int }
    staff_session {
        id Text, tenant_id Text, staff_id Text, hash Text, stage Text, browser Text, created_at Int, seen_at Int, expires_at Int,
    }
    strike { tried Text, whose Text, run Int, waits Int, last_at Int }
    review_case {
        id Text, tenant_id Text, applicant_id Text, verification_id Text, decision_id Text, queue Text, level Text, kind Text,
        codes Text, policy_identity Text, state Text, since Int, claimed_by Text, claim_until Int, votes Text, barred Text,
        seen Text, disputed Int, judged Text, overturned Int, opened_at Int, due_at Int, closed_at Int, version Int,
    }
    review_note { id Text, tenant_id Text, case_id Text, applicant_id Text, staff_id Text, text_sealed Bytes, created_at Int }
    attachment { id Text, tenant_id Text, applicant_id Text, digest Text, image_blob Text, size Int, created_at Int }
    attachment_use { attachment_id Text, tenant_id Text, owner Text, owner_id Text, message_id Text, created_at Int }
    ticket {
        id Text, tenant_id Text, applicant_id Text, verification_id Text, kind Text, status Text, state Text,
        diagnostics_sealed Bytes, due_at Int, look_at Int, created_at Int, updated_at Int, version Int,
    }
    ticket_message { id Text, tenant_id Text, ticket_id Text, author Text, staff_id Text, text_sealed Bytes, created_at Int }
    ticket_opening { ticket_id Text, staff_id Text, opened_at Int }
    case_code {
        id Text, tenant_id Text, applicant_id Text, ticket_id Text, message_id Text, channel Text, digest Text,
        code_sealed Bytes, created_at Int, expires_at Int,
    }
    code_guess { id Text, tenant_id Text, applicant_id Text, at Int }
    screening_list {
        id Text, list Text, format Text, sha256 Text, published Text, entries Int, size Int, imported_at Int, imported_by Text,
        replaced_at Int,
    }
    screening_chunk { list_id Text, part Text, start Int, data Bytes }
    screening_hit {
        id Text, tenant_id Text, applicant_id Text, verification_id Text, list Text, list_id Text, entry Text, entry_digest Text,
        score_permille Int, detail_sealed Bytes, state Text, reason_sealed Bytes, decided_by Text, decided_at Int,
        cleared_until Int, created_at Int, version Int,
    }
    screening_run {
        id Text, tenant_id Text, last_applicant Text, people Int, hits Int, unread Int, outcome Text, started_at Int,
        moved_at Int, finished_at Int, version Int,
    }
    appeal {
        id Text, tenant_id Text, applicant_id Text, verification_id Text, code Text, policy_identity Text, status Text,
        state Text, words_sealed Bytes, due_at Int, created_at Int, updated_at Int, version Int,
    }
    appeal_code {
        id Text, tenant_id Text, applicant_id Text, appeal_id Text, contact_id Text, notice_id Text, code_sealed Bytes,
        created_at Int, expires_at Int, ended_at Int,
    }
    guess { applicant_id Text, factor Text, tenant_id Text, run Int, total Int, wait_until Int, version Int }
    appeal_outcome { appeal_id Text, tenant_id Text, code Text, policy_identity Text, outcome Text, at Int }
    statement {
        id Text, tenant_id Text, applicant_id Text, appeal_id Text, dictated_sealed Bytes, dictated_at Int, digest Text,
        evidence_sealed Bytes, reasons_sealed Bytes, codes Text, image_blob Text, usable Int, tries Int, received_at Int,
        replaced_at Int, version Int,
    }
    official_list { tenant_id Text, list Text, number Int, changed_at Int }
    official_channel { id Text, tenant_id Text, entry Text, created_at Int, removed_at Int, version Int }
    announcement { id Text, tenant_id Text, entry Text, ends_at Int, created_at Int, removed_at Int, version Int }
    report {
        id Text, tenant_id Text, kind Text, content_sealed Bytes, state Text, outcome Text, closed_at Int, created_at Int,
        version Int,
    }
    invitation_code {
        id Text, tenant_id Text, code Text, label Text, benefit Text, created_at Int, ends_at Int, removed_at Int,
    }
    account {
        applicant_id Text, tenant_id Text, password_sealed Bytes, totp_sealed Bytes, totp_step Int, totp_offered_sealed Bytes,
        face_since Int, reset_at Int, invitation_id Text, hold_reason Text, hold_since Int, hold_until Int, created_at Int, version Int,
    }
    account_login { tenant_id Text, digest Text, applicant_id Text, contact_id Text }
    account_recovery_code { applicant_id Text, tenant_id Text, digest Text, used_at Int }
    account_device {
        id Text, tenant_id Text, applicant_id Text, public_key Bytes, key_digest Text, name_sealed Bytes, browser Text,
        created_at Int, trusted_at Int, trusted_by Text, used_at Int, verification_id Text, revoked_at Int, version Int,
    }
    account_session {
        id Text, tenant_id Text, applicant_id Text, hash Text, stage Text, shown Text, device_id Text, browser Text,
        created_at Int, seen_at Int, expires_at Int, network Text,
    }
    account_network { applicant_id Text, tenant_id Text, digest Text, used_at Int }
    account_code {
        id Text, tenant_id Text, whose Text, purpose Text, channel Text, locale Text, kind Text, address_sealed Bytes,
        code_sealed Bytes, created_at Int, expires_at Int, ended_at Int,
    }
    registration {
        id Text, tenant_id Text, hash Text, login_digest Text, channel Text, address_sealed Bytes, locale Text, proven_at Int,
        created_at Int, expires_at Int, version Int,
    }
    device_nonce { hash Text, tenant_id Text, expires_at Int }
    step_up {
        id Text, tenant_id Text, applicant_id Text, session_id Text, action Text, detail_digest Text, shown Text,
        created_at Int, expires_at Int, used_at Int, version Int,
    }
    recovery {
        id Text, tenant_id Text, applicant_id Text, hash Text, stop_hash Text, stop_sealed Bytes, address_sealed Bytes,
        channel Text, verification_id Text, state Text, ready_at Int, created_at Int, expires_at Int, ended_at Int, version Int,
    }
    passkey {
        id Text, tenant_id Text, applicant_id Text, credential_digest Text, credential_sealed Bytes, name_sealed Bytes,
        backup_eligible Int, backed_up Int, transports Text, created_at Int, last_used_at Int, revoked_at Int, version Int,
    }
    passkey_ceremony {
        id Text, tenant_id Text, applicant_id Text, purpose Text, state_sealed Bytes, expires_at Int,
    }
    oidc_client {
        id Text, tenant_id Text, name Text, kind Text, secret_hash Text, old_secret_hash Text, old_secret_until Int,
        redirect_uris Text, post_logout_uris Text, sector Text, claims Text, alg Text, created_at Int, deleted_at Int, version Int,
    }
    oidc_key {
        id Text, tenant_id Text, alg Text, public_key Bytes, private_sealed Bytes, created_at Int, active_from Int, ends_at Int,
    }
    oidc_request { hash Text, tenant_id Text, client_id Text, asked_sealed Bytes, created_at Int, expires_at Int }
    oidc_grant {
        id Text, tenant_id Text, client_id Text, applicant_id Text, session_id Text, sid Text, granted_sealed Bytes, code_hash Text,
        code_expires_at Int, code_used_at Int, created_at Int, revoked_at Int, expires_at Int,
    }
    oidc_token { hash Text, tenant_id Text, grant_id Text, created_at Int, expires_at Int }
    audit_entry { seq Int, tenant_id Text, at Int, line Text }
    audit_checkpoint { size Int, at Int, note Text, edge Bytes }
    audit_edge { id Int, edge Bytes }
};

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
                    Holds::Text => "TEXT",
                    Holds::Int => "BIGINT",
                    Holds::Bytes => "BLOB",
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
                (["DROP", "TABLE", name], _) => {
                    let gone = format!("{}.", name.trim_end_matches(';'));
                    found.retain(|listed: &String| !listed.starts_with(&gone));
                }
                (["ALTER", "TABLE", name, "RENAME", "TO", to], _) => {
                    let (from, to) = (format!("{name}."), to.trim_end_matches(';'));
                    let renamed = |listed: String| match listed.strip_prefix(&from) {
                        Some(column) => format!("{to}.{column}"),
                        None => listed,
                    };
                    found = found.into_iter().map(renamed).collect();
                }
                (["ALTER", "TABLE", name, "ADD", "COLUMN", column, kind], _) => {
                    found.insert(format!("{name}.{column} {}", kind.trim_end_matches(';')));
                }
                (["ALTER", "TABLE", name, "DROP", "COLUMN", column], _) => {
                    let gone = format!("{name}.{} ", column.trim_end_matches(';'));
                    found.retain(|listed: &String| !listed.starts_with(&gone));
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
