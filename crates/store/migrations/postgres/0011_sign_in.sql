-- How people who work for a tenant sign in. Of invitations and sessions only hashes are kept, of recovery codes keyed digests;
-- logins, password hashes and the secrets of authenticator apps are sealed with a key of the tenant.

CREATE TABLE staff_invitation (
    staff_id TEXT PRIMARY KEY REFERENCES staff (id),
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    hash TEXT NOT NULL UNIQUE,
    totp_sealed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);

-- A login is unique in the installation: who signs in does not say for whom they work.
CREATE TABLE staff_login (
    staff_id TEXT PRIMARY KEY REFERENCES staff (id),
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    login_digest TEXT NOT NULL UNIQUE,
    login_sealed BYTEA NOT NULL,
    password_sealed BYTEA NOT NULL,
    totp_sealed BYTEA NOT NULL,
    totp_step BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE staff_recovery_code (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    digest TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (staff_id, digest)
);

CREATE TABLE staff_session (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    staff_id TEXT NOT NULL REFERENCES staff (id),
    hash TEXT NOT NULL UNIQUE,
    stage TEXT NOT NULL CHECK (stage IN ('factor', 'open')),
    browser TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX staff_session_staff ON staff_session (staff_id, id);
CREATE INDEX staff_session_end ON staff_session (expires_at);

-- Tries to sign in, by what was tried: a login's or an address's keyed digest, or an account's id.
CREATE TABLE strike (
    tried TEXT NOT NULL CHECK (tried IN ('password', 'factor', 'address')),
    whose TEXT NOT NULL,
    run BIGINT NOT NULL,
    waits BIGINT NOT NULL,
    last_at BIGINT,
    PRIMARY KEY (tried, whose)
);
CREATE INDEX strike_last ON strike (last_at);

-- What the statistics of the console count by. None for what was decided before.
ALTER TABLE verification ADD COLUMN program TEXT;
ALTER TABLE decision ADD COLUMN kind TEXT;
ALTER TABLE decision ADD COLUMN program TEXT;
ALTER TABLE decision ADD COLUMN submitted_at BIGINT;
CREATE INDEX decision_time ON decision (tenant_id, created_at);
