-- Passkeys: credentials with which a person signs in, and questions that were asked of a browser and wait for one answer.

CREATE TABLE passkey (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    credential_digest TEXT NOT NULL,
    credential_sealed BLOB NOT NULL,
    name_sealed BLOB NOT NULL,
    backup_eligible BIGINT NOT NULL,
    backed_up BIGINT NOT NULL,
    transports TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT,
    version BIGINT NOT NULL,
    UNIQUE (tenant_id, credential_digest)
);
CREATE INDEX passkey_applicant ON passkey (applicant_id, id);

CREATE TABLE passkey_ceremony (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT REFERENCES applicant (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('register', 'authenticate')),
    state_sealed BLOB NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX passkey_ceremony_end ON passkey_ceremony (expires_at);
CREATE INDEX passkey_ceremony_applicant ON passkey_ceremony (applicant_id);
