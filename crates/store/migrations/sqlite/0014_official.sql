-- What a tenant says of itself in public: official channels and announcements; and what people report as pretending to be it.

-- The number of a list grows with each of its changes, so that an older one is known.
CREATE TABLE official_list (
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    list TEXT NOT NULL CHECK (list IN ('channels', 'announcements')),
    number BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, list)
);

CREATE TABLE official_channel (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    entry TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX official_channel_entry ON official_channel (tenant_id, entry) WHERE removed_at IS NULL;
CREATE INDEX official_channel_tenant ON official_channel (tenant_id, id);

CREATE TABLE announcement (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    entry TEXT NOT NULL,
    ends_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX announcement_tenant ON announcement (tenant_id, id);
CREATE INDEX announcement_end ON announcement (tenant_id, ends_at);

CREATE TABLE report (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    kind TEXT NOT NULL,
    content_sealed BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    outcome TEXT,
    closed_at BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX report_queue ON report (tenant_id, state, id);
CREATE INDEX report_age ON report (created_at);
