-- Lists of sanctioned people as their authorities publish them, what was found on them, and the searches of everyone.
-- A list is of the installation, not of a tenant, and holds nothing of our applicants: its bytes are plain.

CREATE TABLE screening_list (
    id TEXT PRIMARY KEY,
    list TEXT NOT NULL,
    format TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    published TEXT,
    entries BIGINT NOT NULL,
    size BIGINT NOT NULL,
    imported_at BIGINT NOT NULL,
    imported_by TEXT NOT NULL,
    replaced_at BIGINT
);
-- One version of a list is in force.
CREATE UNIQUE INDEX screening_list_in_force ON screening_list (list) WHERE replaced_at IS NULL;

CREATE TABLE screening_chunk (
    list_id TEXT NOT NULL REFERENCES screening_list (id),
    part TEXT NOT NULL,
    start BIGINT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (list_id, part, start)
);

-- `entry` is the list's own id of the entry, `entry_digest` that of its content; both are forgotten with the person.
CREATE TABLE screening_hit (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    verification_id TEXT NOT NULL REFERENCES verification (id),
    list TEXT NOT NULL,
    list_id TEXT NOT NULL REFERENCES screening_list (id),
    entry TEXT NOT NULL,
    entry_digest TEXT NOT NULL,
    score_permille BIGINT NOT NULL,
    detail_sealed BLOB,
    state TEXT NOT NULL CHECK (state IN ('open', 'cleared', 'confirmed')),
    reason_sealed BLOB,
    decided_by TEXT,
    decided_at BIGINT,
    cleared_until BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX screening_hit_applicant ON screening_hit (applicant_id, id);
CREATE INDEX screening_hit_tenant ON screening_hit (tenant_id, id);
CREATE INDEX screening_hit_state ON screening_hit (tenant_id, state, id);

CREATE TABLE screening_run (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    last_applicant TEXT NOT NULL,
    people BIGINT NOT NULL,
    hits BIGINT NOT NULL,
    unread BIGINT NOT NULL,
    outcome TEXT,
    started_at BIGINT NOT NULL,
    moved_at BIGINT NOT NULL,
    finished_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX screening_run_tenant ON screening_run (tenant_id, id);
CREATE INDEX screening_run_open ON screening_run (finished_at, moved_at);

-- Everyone of a tenant is searched in this order.
CREATE INDEX identity_tenant ON identity (tenant_id, applicant_id);
