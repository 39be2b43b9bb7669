-- Cases that people decide. `votes` is JSON in ids and codes; `barred` and `seen` are ids with commas between them.

ALTER TABLE staff ADD COLUMN applicant_id TEXT;

ALTER TABLE decision ADD COLUMN case_id TEXT;

CREATE TABLE review_case (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    verification_id TEXT NOT NULL REFERENCES verification (id),
    decision_id TEXT NOT NULL REFERENCES decision (id),
    queue TEXT NOT NULL CHECK (queue IN ('review', 'appeal', 'recheck')),
    level TEXT NOT NULL,
    kind TEXT,
    codes TEXT NOT NULL,
    policy_identity TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'claimed', 'decided', 'dropped')),
    since BIGINT NOT NULL,
    claimed_by TEXT,
    claim_until BIGINT,
    votes TEXT NOT NULL,
    barred TEXT NOT NULL,
    seen TEXT NOT NULL,
    disputed BIGINT NOT NULL,
    judged TEXT,
    overturned BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    closed_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX review_case_due ON review_case (tenant_id, due_at, id) WHERE closed_at IS NULL;
CREATE INDEX review_case_verification ON review_case (verification_id);
CREATE INDEX review_case_applicant ON review_case (applicant_id);
CREATE INDEX review_case_judged ON review_case (tenant_id, judged);
-- Nobody waits for two answers at once, and nothing is looked at again twice.
CREATE UNIQUE INDEX review_case_open ON review_case (verification_id) WHERE closed_at IS NULL AND queue <> 'recheck';
CREATE UNIQUE INDEX review_case_recheck ON review_case (decision_id) WHERE queue = 'recheck';

CREATE TABLE review_note (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    case_id TEXT NOT NULL REFERENCES review_case (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    staff_id TEXT NOT NULL REFERENCES staff (id),
    text_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX review_note_case ON review_note (case_id, id);
