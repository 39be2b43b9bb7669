-- People who work for a tenant. Their names are sealed with a key of the tenant.

CREATE TABLE staff (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    role TEXT NOT NULL CHECK (role IN ('operator', 'reviewer', 'senior', 'auditor')),
    name_sealed BYTEA NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX staff_tenant ON staff (tenant_id, id);
