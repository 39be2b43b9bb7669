-- OpenID Connect: apps that people sign in to with their account. Of secrets, codes and tokens only hashes are kept; private keys
-- and what an app asked for (its state and nonce among it) are sealed with a key of the tenant.

CREATE TABLE oidc_client (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('confidential', 'public')),
    secret_hash TEXT,
    old_secret_hash TEXT,
    old_secret_until BIGINT,
    redirect_uris TEXT NOT NULL,
    post_logout_uris TEXT NOT NULL,
    sector TEXT NOT NULL,
    claims TEXT NOT NULL,
    alg TEXT NOT NULL CHECK (alg IN ('ES256', 'EdDSA')),
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX oidc_client_tenant ON oidc_client (tenant_id, id);

CREATE TABLE oidc_key (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    alg TEXT NOT NULL CHECK (alg IN ('ES256', 'EdDSA')),
    public_key BYTEA NOT NULL,
    private_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    active_from BIGINT NOT NULL,
    ends_at BIGINT
);
CREATE INDEX oidc_key_tenant ON oidc_key (tenant_id, alg, active_from);

CREATE TABLE oidc_request (
    hash TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    client_id TEXT NOT NULL REFERENCES oidc_client (id),
    asked_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX oidc_request_end ON oidc_request (expires_at);

-- A sign-in of a person to an app, from its code to the end of its session. The session may be gone: then nothing of it is good.
CREATE TABLE oidc_grant (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    client_id TEXT NOT NULL REFERENCES oidc_client (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    session_id TEXT NOT NULL,
    sid TEXT NOT NULL,
    granted_sealed BYTEA NOT NULL,
    code_hash TEXT NOT NULL UNIQUE,
    code_expires_at BIGINT NOT NULL,
    code_used_at BIGINT,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX oidc_grant_applicant ON oidc_grant (tenant_id, applicant_id);
CREATE INDEX oidc_grant_sid ON oidc_grant (client_id, sid);
CREATE INDEX oidc_grant_end ON oidc_grant (expires_at);

CREATE TABLE oidc_token (
    hash TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    grant_id TEXT NOT NULL REFERENCES oidc_grant (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX oidc_token_grant ON oidc_token (grant_id);
CREATE INDEX oidc_token_end ON oidc_token (expires_at);
