-- Appeals against verdicts, the codes that prove whose they are, statements, and which rules erred.

CREATE TABLE appeal (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    verification_id TEXT NOT NULL REFERENCES verification (id),
    code TEXT,
    policy_identity TEXT NOT NULL,
    status TEXT NOT NULL,
    state TEXT NOT NULL,
    words_sealed BLOB,
    due_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX appeal_tenant ON appeal (tenant_id, id);
CREATE INDEX appeal_applicant ON appeal (applicant_id, id);
CREATE INDEX appeal_verification ON appeal (verification_id, id);
CREATE INDEX appeal_due ON appeal (due_at, id);
-- One at a time.
CREATE UNIQUE INDEX appeal_open ON appeal (verification_id)
    WHERE status IN ('opened', 'collecting', 'waiting', 'asked_again');

-- Codes sent to addresses; the newest of an appeal is the one that counts.
CREATE TABLE appeal_code (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    appeal_id TEXT NOT NULL REFERENCES appeal (id),
    contact_id TEXT NOT NULL REFERENCES contact (id),
    notice_id TEXT NOT NULL REFERENCES notice (id),
    code_sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX appeal_code_appeal ON appeal_code (appeal_id, id);
CREATE INDEX appeal_code_notice ON appeal_code (notice_id);
CREATE INDEX appeal_code_applicant ON appeal_code (applicant_id, created_at);

-- Guesses at secrets that were looked at, by person and kind of secret: a new secret brings no new guesses.
CREATE TABLE guess (
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    factor TEXT NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    run BIGINT NOT NULL,
    total BIGINT NOT NULL,
    wait_until BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (applicant_id, factor)
);

-- How appeals ended, by the reason that was disputed and the policy that gave it.
CREATE TABLE appeal_outcome (
    appeal_id TEXT PRIMARY KEY REFERENCES appeal (id),
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    code TEXT,
    policy_identity TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('upheld', 'overturned')),
    at BIGINT NOT NULL
);
CREATE INDEX appeal_outcome_tenant ON appeal_outcome (tenant_id, code);

-- Statements that people are asked to write down and photograph. The text bears their name.
CREATE TABLE statement (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    appeal_id TEXT NOT NULL REFERENCES appeal (id),
    dictated_sealed BLOB NOT NULL,
    dictated_at BIGINT NOT NULL,
    digest TEXT,
    evidence_sealed BLOB,
    reasons_sealed BLOB,
    codes TEXT NOT NULL,
    image_blob TEXT REFERENCES blob (id),
    usable BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    received_at BIGINT,
    replaced_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX statement_appeal ON statement (appeal_id, id);
