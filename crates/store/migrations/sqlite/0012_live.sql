-- Live checks: sessions, what their frames showed while they run, and prints of frames that are looked up against replays.

CREATE TABLE live_session (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    verification_id TEXT NOT NULL REFERENCES verification (id),
    attempt BIGINT NOT NULL,
    device_digest TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'passed', 'review', 'failed', 'expired')),
    opened_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    cue_shown BIGINT NOT NULL,
    connection BIGINT NOT NULL,
    next_seq BIGINT NOT NULL,
    chunks BIGINT NOT NULL,
    secret_sealed BLOB,
    evidence_sealed BLOB,
    reasons_sealed BLOB,
    codes TEXT NOT NULL,
    best_blob TEXT,
    capture_id TEXT REFERENCES capture (id),
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX live_session_open ON live_session (verification_id) WHERE state = 'open';
CREATE INDEX live_session_verification ON live_session (verification_id, id);
CREATE INDEX live_session_applicant ON live_session (tenant_id, applicant_id, id);
CREATE INDEX live_session_expiry ON live_session (state, expires_at);

CREATE TABLE live_chunk (
    session_id TEXT NOT NULL REFERENCES live_session (id),
    n BIGINT NOT NULL,
    frames_sealed BLOB NOT NULL,
    PRIMARY KEY (session_id, n)
);

CREATE TABLE live_print (
    session_id TEXT NOT NULL REFERENCES live_session (id),
    n BIGINT NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    print_sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, n)
);
CREATE INDEX live_print_age ON live_print (created_at);

-- A part of a print as a digest with a key of the tenant: whoever has no key learns which prints are alike, and nothing else.
CREATE TABLE live_band (
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    digest TEXT NOT NULL,
    session_id TEXT NOT NULL REFERENCES live_session (id),
    n BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, digest, session_id, n)
);
CREATE INDEX live_band_session ON live_band (session_id, n);
