-- Networks from which somebody's account is used, as keyed digests, and the one from which a session began.

CREATE TABLE account_network (
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    digest TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (applicant_id, digest)
);
CREATE INDEX account_network_use ON account_network (used_at);

ALTER TABLE account_session ADD COLUMN network TEXT;
