-- Addresses of integrators that are told of events, and what became of each event at each of them.

CREATE TABLE webhook (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    url_sealed BLOB NOT NULL,
    secrets_sealed BLOB NOT NULL,
    events TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('enabled', 'disabled', 'deleted')),
    reason TEXT,
    stalls BIGINT NOT NULL,
    rest_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX webhook_tenant ON webhook (tenant_id, id);

CREATE TABLE delivery (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    webhook_id TEXT NOT NULL REFERENCES webhook (id),
    event_id TEXT NOT NULL REFERENCES outbox (id),
    event TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'sent', 'failed')),
    tries BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    status BIGINT,
    error TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX delivery_once ON delivery (webhook_id, event_id);
CREATE INDEX delivery_finished ON delivery (finished_at);
