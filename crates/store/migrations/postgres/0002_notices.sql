-- Messages to people, and when the service must look at a verification by itself.

CREATE TABLE contact (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    channel TEXT NOT NULL CHECK (channel IN ('email', 'sms')),
    address_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    replaced_at BIGINT
);
CREATE INDEX contact_applicant ON contact (applicant_id, id);

CREATE TABLE notice (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    verification_id TEXT REFERENCES verification (id),
    contact_id TEXT REFERENCES contact (id),
    kind TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('app', 'email', 'sms')),
    state TEXT NOT NULL CHECK (state IN ('ready', 'sent', 'failed')),
    error TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX notice_applicant ON notice (applicant_id, channel, id);

-- What stood before is looked at once, and gets its time then.
ALTER TABLE verification ADD COLUMN due_at BIGINT;
UPDATE verification SET due_at = 0;
CREATE INDEX verification_due ON verification (due_at, id);

-- Digests of device and address of the last submission, until the person is erased.
ALTER TABLE verification ADD COLUMN submitted_from TEXT;
