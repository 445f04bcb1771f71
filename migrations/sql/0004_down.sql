DROP TABLE sync_trims;
DROP TRIGGER no_truncate ON events;
DROP TRIGGER no_truncate ON sync_conflicts;
DROP TABLE history_seal_entries;
DROP TABLE history_seals;
DROP INDEX ix_events_tx_seq;
ALTER TABLE events DROP COLUMN tx;
