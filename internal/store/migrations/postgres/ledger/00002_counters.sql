-- +goose Up
ALTER TABLE entries ADD COLUMN estimated_cost BIGINT NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN price TEXT NOT NULL DEFAULT '';
ALTER TABLE entries ADD COLUMN charges TEXT NOT NULL DEFAULT '';
ALTER TABLE entries ADD COLUMN cost BIGINT NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN cache_read_audio BIGINT NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN cache_read_image BIGINT NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN web_searches BIGINT NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN file_searches BIGINT NOT NULL DEFAULT 0;

-- What limits count on. It follows from the entries: claviger ledger check.
CREATE TABLE counters (
  organisation_id TEXT NOT NULL,
  kind            TEXT NOT NULL,
  owner_id        TEXT NOT NULL,
  measure         TEXT NOT NULL,
  cadence         TEXT NOT NULL,
  value           TEXT NOT NULL,
  window_us       BIGINT NOT NULL,
  used            BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, kind, owner_id, measure, cadence, value)
);
