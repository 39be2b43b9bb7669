-- Who was verified with which document and as whom, in which order that and faces changed, and the operator's blocklist.

-- One row a tenant, which whoever changes what duplicates are found by locks and counts up: what is written under a number
-- is there for everybody who reads a higher one.
CREATE TABLE gallery (
    tenant_id TEXT PRIMARY KEY REFERENCES tenant (id),
    seq BIGINT NOT NULL
);

CREATE TABLE identity_mark (
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    kind TEXT NOT NULL CHECK (kind IN ('document', 'person')),
    digest TEXT NOT NULL,
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    verification_id TEXT NOT NULL REFERENCES verification (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, kind, digest, applicant_id)
);
CREATE UNIQUE INDEX identity_mark_document ON identity_mark (tenant_id, digest) WHERE kind = 'document';
CREATE INDEX identity_mark_applicant ON identity_mark (applicant_id);

ALTER TABLE identity ADD COLUMN face_model TEXT;
ALTER TABLE identity ADD COLUMN face_seq BIGINT;
-- Which model measured the faces of before is not known: they are counted, and compared with none.
UPDATE identity SET face_model = '', face_seq = 0 WHERE template_sealed IS NOT NULL;
CREATE INDEX identity_face ON identity (tenant_id, face_seq, applicant_id);

CREATE TABLE blocklist (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    kind TEXT NOT NULL CHECK (kind IN ('document', 'face')),
    digest TEXT,
    face_model TEXT,
    template_sealed BYTEA,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    verification_id TEXT REFERENCES verification (id),
    created_at BIGINT NOT NULL,
    ends_at BIGINT,
    removed_at BIGINT,
    seq BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX blocklist_tenant ON blocklist (tenant_id, id);
CREATE INDEX blocklist_digest ON blocklist (tenant_id, digest);
CREATE INDEX blocklist_seq ON blocklist (tenant_id, seq);
