-- The same text as the other database's file, but for the type of bytes. A test compares them.
-- Times are milliseconds since 1970. Columns named *_sealed hold values only the store can open.

CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    master_key_id TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE tenant (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('live', 'sandbox')),
    policy_toml TEXT NOT NULL,
    policy_identity TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE policy_version (
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    identity TEXT NOT NULL,
    toml TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, identity)
);

CREATE TABLE api_key (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    secret_hash TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    last_used_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX api_key_tenant ON api_key (tenant_id, id);

CREATE TABLE applicant (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    external_digest TEXT NOT NULL,
    external_sealed BLOB NOT NULL,
    locale TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    erased_at BIGINT,
    version BIGINT NOT NULL,
    UNIQUE (tenant_id, external_digest)
);
CREATE INDEX applicant_tenant ON applicant (tenant_id, id);

CREATE TABLE subject_key (
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('document', 'biometric')),
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    master_key_id TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    destroyed_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (applicant_id, purpose)
);
CREATE INDEX subject_key_master ON subject_key (master_key_id);

CREATE TABLE verification (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    level TEXT NOT NULL,
    flow TEXT NOT NULL,
    status TEXT NOT NULL,
    state TEXT NOT NULL,
    claims_sealed BLOB,
    reasons_sealed BLOB,
    codes TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    policy_identity TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    submitted_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX verification_tenant ON verification (tenant_id, id);
CREATE INDEX verification_applicant ON verification (applicant_id, id);
CREATE INDEX verification_status ON verification (tenant_id, status, id);

CREATE TABLE applicant_token (
    hash TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    verification_id TEXT REFERENCES verification (id),
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX applicant_token_applicant ON applicant_token (applicant_id);

CREATE TABLE blob (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('document', 'biometric')),
    place TEXT NOT NULL CHECK (place IN ('database', 'folder', 's3')),
    size BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX blob_applicant ON blob (applicant_id, purpose);

CREATE TABLE blob_data (
    id TEXT PRIMARY KEY REFERENCES blob (id),
    data BLOB NOT NULL
);

CREATE TABLE capture (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    verification_id TEXT NOT NULL REFERENCES verification (id),
    part TEXT NOT NULL CHECK (part IN ('front', 'back', 'selfie')),
    attempt BIGINT NOT NULL,
    digest TEXT NOT NULL,
    evidence_sealed BLOB NOT NULL,
    embedding_sealed BLOB,
    reasons_sealed BLOB NOT NULL,
    codes TEXT NOT NULL,
    image_blob TEXT REFERENCES blob (id),
    original_blob TEXT REFERENCES blob (id),
    usable BIGINT NOT NULL,
    replaced_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (verification_id, part, digest)
);

CREATE TABLE upload (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    verification_id TEXT NOT NULL REFERENCES verification (id),
    part TEXT NOT NULL CHECK (part IN ('front', 'back', 'selfie')),
    length BIGINT NOT NULL,
    received BIGINT NOT NULL,
    metadata_sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    finished_capture TEXT REFERENCES capture (id),
    version BIGINT NOT NULL
);
CREATE INDEX upload_expiry ON upload (expires_at);
CREATE INDEX upload_verification ON upload (verification_id);

CREATE TABLE upload_chunk (
    upload_id TEXT NOT NULL REFERENCES upload (id),
    start BIGINT NOT NULL,
    data_sealed BLOB NOT NULL,
    PRIMARY KEY (upload_id, start)
);

CREATE TABLE attempt (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    device_digest TEXT,
    address_digest TEXT,
    at BIGINT NOT NULL,
    counted BIGINT NOT NULL,
    verification_id TEXT NOT NULL REFERENCES verification (id)
);
CREATE INDEX attempt_applicant ON attempt (applicant_id, at);
CREATE INDEX attempt_device ON attempt (tenant_id, device_digest, at);
CREATE INDEX attempt_address ON attempt (tenant_id, address_digest, at);

CREATE TABLE decision (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    verification_id TEXT NOT NULL REFERENCES verification (id),
    attempt BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    codes TEXT NOT NULL,
    policy_identity TEXT NOT NULL,
    engine TEXT NOT NULL,
    evidence_file_sealed BLOB NOT NULL,
    digest TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX decision_verification ON decision (verification_id, id);
CREATE INDEX decision_tenant ON decision (tenant_id, id);

CREATE TABLE identity (
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT PRIMARY KEY REFERENCES applicant (id),
    name_digest TEXT NOT NULL,
    number_digest TEXT NOT NULL,
    claims_sealed BLOB NOT NULL,
    verified_at BIGINT NOT NULL,
    template_sealed BLOB,
    verification_id TEXT NOT NULL REFERENCES verification (id)
);
CREATE INDEX identity_number ON identity (tenant_id, number_digest);

CREATE TABLE idempotency (
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    key_digest TEXT NOT NULL,
    route TEXT NOT NULL,
    body_digest TEXT NOT NULL,
    status BIGINT,
    body_sealed BLOB,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, key_digest)
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at);

CREATE TABLE job (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'done', 'failed')),
    run_at BIGINT NOT NULL,
    leased_at BIGINT,
    lease_until BIGINT,
    tries BIGINT NOT NULL,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX job_ready ON job (kind, state, run_at, id);
CREATE INDEX job_lease ON job (state, lease_until);
CREATE INDEX job_finished ON job (kind, state, finished_at);

CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    event TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'sent', 'failed')),
    version BIGINT NOT NULL
);
CREATE INDEX outbox_tenant ON outbox (tenant_id, id);
CREATE INDEX outbox_state ON outbox (state, id);

CREATE TABLE consent (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    purpose TEXT NOT NULL,
    text_version TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    withdrawn_at BIGINT
);
CREATE INDEX consent_applicant ON consent (applicant_id, id);

CREATE TABLE legal_hold (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    reason TEXT NOT NULL,
    placed_at BIGINT NOT NULL,
    ends_at BIGINT,
    lifted_at BIGINT
);
CREATE INDEX legal_hold_applicant ON legal_hold (applicant_id, id);

-- An entry is its line, as it is exported. `edge` is the right edge of the tree: in audit_edge that of the
-- whole log, one row that every writer locks; in audit_checkpoint that of the size that was signed.
CREATE TABLE audit_entry (
    seq BIGINT PRIMARY KEY,
    tenant_id TEXT,
    at BIGINT NOT NULL,
    line TEXT NOT NULL
);
CREATE INDEX audit_entry_tenant ON audit_entry (tenant_id, seq);

CREATE TABLE audit_checkpoint (
    size BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    note TEXT NOT NULL,
    edge BLOB NOT NULL
);

CREATE TABLE audit_edge (
    id BIGINT PRIMARY KEY,
    edge BLOB NOT NULL
);
