-- An event's place among those of its tenant, given as the last thing before its transaction commits. Ids are made as a
-- transaction begins, and a slow one commits after a faster one that began later: whoever had read on by ids missed it.
ALTER TABLE outbox ADD COLUMN seq BIGINT;
UPDATE outbox SET seq = placed.place
    FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY tenant_id ORDER BY id) AS place FROM outbox) AS placed
    WHERE placed.id = outbox.id;
CREATE UNIQUE INDEX outbox_seq ON outbox (tenant_id, seq);
-- Deliveries have states of their own.
DROP INDEX outbox_state;
DROP INDEX outbox_tenant;
ALTER TABLE outbox DROP COLUMN state;
ALTER TABLE outbox DROP COLUMN version;
