-- Support: pictures that people attach, tickets with their threads, codes that prove who writes, and the phrase by
-- which a person knows a real message.

-- A picture is one however often it is sent; what it is attached to stands beside it. A sandbox keeps no picture.
CREATE TABLE attachment (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    digest TEXT NOT NULL,
    image_blob TEXT REFERENCES blob (id),
    size BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (applicant_id, digest)
);
CREATE INDEX attachment_time ON attachment (applicant_id, created_at);

CREATE TABLE attachment_use (
    attachment_id TEXT NOT NULL REFERENCES attachment (id),
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    owner TEXT NOT NULL CHECK (owner IN ('ticket', 'appeal')),
    owner_id TEXT NOT NULL,
    message_id TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (owner, owner_id, attachment_id)
);
CREATE INDEX attachment_use_of ON attachment_use (attachment_id);

CREATE TABLE ticket (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    verification_id TEXT REFERENCES verification (id),
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    state TEXT NOT NULL,
    diagnostics_sealed BLOB,
    due_at BIGINT NOT NULL,
    look_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX ticket_queue ON ticket (tenant_id, status, due_at, id);
CREATE INDEX ticket_applicant ON ticket (applicant_id, id);
CREATE INDEX ticket_look ON ticket (look_at, id);

CREATE TABLE ticket_message (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    author TEXT NOT NULL CHECK (author IN ('person', 'integrator', 'staff')),
    staff_id TEXT REFERENCES staff (id),
    text_sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX ticket_message_of ON ticket_message (ticket_id, id);

-- Who has opened a ticket may see its pictures.
CREATE TABLE ticket_opening (
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    staff_id TEXT NOT NULL REFERENCES staff (id),
    opened_at BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, staff_id)
);

CREATE TABLE case_code (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    message_id TEXT REFERENCES ticket_message (id),
    channel TEXT NOT NULL CHECK (channel IN ('thread', 'phone', 'email', 'sms', 'chat')),
    digest TEXT NOT NULL,
    code_sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (applicant_id, digest)
);
CREATE INDEX case_code_ticket ON case_code (ticket_id, id);

-- Codes that were asked about and are none.
CREATE TABLE code_guess (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    applicant_id TEXT NOT NULL REFERENCES applicant (id),
    at BIGINT NOT NULL
);
CREATE INDEX code_guess_applicant ON code_guess (applicant_id, at);
CREATE INDEX code_guess_time ON code_guess (at);

ALTER TABLE applicant ADD COLUMN phrase_sealed BLOB;
-- The code that a message to a person bears.
ALTER TABLE notice ADD COLUMN code_id TEXT;

-- What waits for a person is looked at once, and gets its time then.
UPDATE verification SET due_at = 0 WHERE status = 'pending';
