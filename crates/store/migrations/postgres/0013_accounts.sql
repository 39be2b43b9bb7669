-- People's accounts: what they sign in with, where they have signed in, and the ways back. Passwords' hashes and secrets of
-- authenticator apps are sealed with the person's key; of cookies and tokens only hashes are kept, of codes, logins and recovery
-- codes keyed digests.

CREATE TABLE invitation_code (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    code TEXT NOT NULL,
    label TEXT NOT NULL,
    benefit TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT,
    removed_at BIGINT,
    UNIQUE (tenant_id, code)
);

CREATE TABLE account (
    applicant_id TEXT PRIMARY KEY REFERENCES applicant (id),
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    password_sealed BYTEA,
    totp_sealed BYTEA,
    totp_step BIGINT NOT NULL,
    totp_offered_sealed BYTEA,
    face_since BIGINT,
    reset_at BIGINT,
    invitation_id TEXT REFERENCES invitation_code (id),
    hold_reason TEXT,
    hold_since BIGINT,
    hold_until BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

-- What a person signs in as: an address that they have proven.
CREATE TABLE account_login (
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    digest TEXT NOT NULL,
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    contact_id TEXT NOT NULL REFERENCES contact (id),
    PRIMARY KEY (tenant_id, digest)
);
CREATE INDEX account_login_applicant ON account_login (applicant_id);

CREATE TABLE account_recovery_code (
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    digest TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (applicant_id, digest)
);

CREATE TABLE account_device (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    public_key BYTEA NOT NULL,
    key_digest TEXT NOT NULL,
    name_sealed BYTEA NOT NULL,
    browser TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    trusted_at BIGINT,
    trusted_by TEXT,
    used_at BIGINT NOT NULL,
    verification_id TEXT REFERENCES verification (id),
    revoked_at BIGINT,
    version BIGINT NOT NULL,
    UNIQUE (applicant_id, key_digest)
);

CREATE TABLE account_session (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    hash TEXT NOT NULL UNIQUE,
    stage TEXT NOT NULL CHECK (stage IN ('factor', 'open')),
    shown TEXT NOT NULL,
    device_id TEXT REFERENCES account_device (id),
    browser TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX account_session_applicant ON account_session (applicant_id, id);
CREATE INDEX account_session_end ON account_session (expires_at);

-- A code that was sent. Whose it is: an account's, or a registration's whose account does not exist yet.
CREATE TABLE account_code (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    whose TEXT NOT NULL,
    purpose TEXT NOT NULL,
    channel TEXT NOT NULL,
    locale TEXT NOT NULL,
    kind TEXT NOT NULL,
    address_sealed BYTEA,
    code_sealed BYTEA,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX account_code_whose ON account_code (tenant_id, whose, created_at);
CREATE INDEX account_code_time ON account_code (created_at);

CREATE TABLE registration (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    hash TEXT NOT NULL UNIQUE,
    login_digest TEXT NOT NULL,
    channel TEXT NOT NULL,
    address_sealed BYTEA NOT NULL,
    locale TEXT NOT NULL,
    proven_at BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX registration_end ON registration (expires_at);

-- A number that a device signs, once.
CREATE TABLE device_nonce (
    hash TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    expires_at BIGINT NOT NULL
);

-- A sensitive action that waits to be confirmed, is confirmed, or is done.
CREATE TABLE step_up (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    session_id TEXT NOT NULL,
    action TEXT NOT NULL,
    detail_digest TEXT NOT NULL,
    shown TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX step_up_end ON step_up (expires_at);

-- A way back for somebody who has lost everything: who they are is proven as at first.
CREATE TABLE recovery (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    hash TEXT NOT NULL UNIQUE,
    stop_hash TEXT NOT NULL UNIQUE,
    stop_sealed BYTEA NOT NULL,
    address_sealed BYTEA NOT NULL,
    channel TEXT NOT NULL,
    verification_id TEXT NOT NULL REFERENCES verification (id),
    state TEXT NOT NULL CHECK (state IN ('proving', 'waiting', 'done', 'stopped', 'lapsed')),
    ready_at BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX recovery_applicant ON recovery (applicant_id, id);
CREATE INDEX recovery_open ON recovery (state, expires_at);

-- More is tried than before.
CREATE TABLE strike_new (
    tried TEXT NOT NULL,
    whose TEXT NOT NULL,
    run BIGINT NOT NULL,
    waits BIGINT NOT NULL,
    last_at BIGINT,
    PRIMARY KEY (tried, whose)
);
INSERT INTO strike_new (tried, whose, run, waits, last_at) SELECT tried, whose, run, waits, last_at FROM strike;
DROP TABLE strike;
ALTER TABLE strike_new RENAME TO strike;
CREATE INDEX strike_last ON strike (last_at);
