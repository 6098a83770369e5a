-- +goose Up
ALTER TABLE entries ADD COLUMN estimated_cost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN price TEXT NOT NULL DEFAULT '';
ALTER TABLE entries ADD COLUMN charges TEXT NOT NULL DEFAULT '';
ALTER TABLE entries ADD COLUMN cost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN cache_read_audio INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN cache_read_image INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN web_searches INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN file_searches INTEGER NOT NULL DEFAULT 0;

-- What limits count on. It follows from the entries: claviger ledger check.
CREATE TABLE counters (
  organisation_id TEXT NOT NULL,
  kind            TEXT NOT NULL,
  owner_id        TEXT NOT NULL,
  measure         TEXT NOT NULL,
  cadence         TEXT NOT NULL,
  value           TEXT NOT NULL,
  window_us       INTEGER NOT NULL,
  used            INTEGER NOT NULL,
  PRIMARY KEY (organisation_id, kind, owner_id, measure, cadence, value)
) STRICT, WITHOUT ROWID;
