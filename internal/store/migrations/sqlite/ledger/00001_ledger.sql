-- +goose Up
CREATE TABLE entries (
  entry_id           BLOB NOT NULL PRIMARY KEY,
  organisation_id    TEXT NOT NULL,
  workspace_id       TEXT NOT NULL,
  api_key_id         TEXT NOT NULL,
  integration_id     TEXT NOT NULL,
  provider_id        TEXT NOT NULL,
  provider_slug      TEXT NOT NULL,
  request_id         TEXT NOT NULL,
  ai_provider        TEXT NOT NULL,
  operation          TEXT NOT NULL,
  model              TEXT NOT NULL,
  stream             INTEGER NOT NULL,
  attempt            INTEGER NOT NULL,
  opened_us          INTEGER NOT NULL,
  estimated_in       INTEGER NOT NULL,
  estimated_out      INTEGER NOT NULL,
  node               TEXT NOT NULL,
  status             TEXT NOT NULL,
  outcome            TEXT NOT NULL,
  http_status        INTEGER NOT NULL,
  estimated          INTEGER NOT NULL,
  response_model     TEXT NOT NULL,
  closed_us          INTEGER,
  upstream_us        INTEGER NOT NULL,
  first_byte_us      INTEGER NOT NULL,
  input              INTEGER NOT NULL,
  cache_read         INTEGER NOT NULL,
  cache_write_5m     INTEGER NOT NULL,
  cache_write_1h     INTEGER NOT NULL,
  audio_input        INTEGER NOT NULL,
  image_input        INTEGER NOT NULL,
  output             INTEGER NOT NULL,
  audio_output       INTEGER NOT NULL,
  image_output       INTEGER NOT NULL,
  reasoning          INTEGER NOT NULL
) STRICT;
CREATE INDEX entries_list ON entries (organisation_id, opened_us DESC, entry_id DESC);
CREATE INDEX entries_workspace ON entries (organisation_id, workspace_id, opened_us DESC, entry_id DESC);
CREATE INDEX entries_api_key ON entries (organisation_id, api_key_id, opened_us DESC, entry_id DESC);
CREATE INDEX entries_provider ON entries (organisation_id, provider_slug, opened_us DESC, entry_id DESC);
CREATE INDEX entries_open ON entries (node) WHERE status = 'open';

CREATE TABLE ledger_positions (
  node     TEXT NOT NULL PRIMARY KEY,
  position BLOB NOT NULL
) STRICT;
