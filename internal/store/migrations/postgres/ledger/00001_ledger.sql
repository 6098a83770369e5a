-- +goose Up
CREATE TABLE entries (
  entry_id           BYTEA NOT NULL PRIMARY KEY,
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
  stream             BOOLEAN NOT NULL,
  attempt            BIGINT NOT NULL,
  opened_us          BIGINT NOT NULL,
  estimated_in       BIGINT NOT NULL,
  estimated_out      BIGINT NOT NULL,
  node               TEXT NOT NULL,
  status             TEXT NOT NULL,
  outcome            TEXT NOT NULL,
  http_status        BIGINT NOT NULL,
  estimated          BOOLEAN NOT NULL,
  response_model     TEXT NOT NULL,
  closed_us          BIGINT,
  upstream_us        BIGINT NOT NULL,
  first_byte_us      BIGINT NOT NULL,
  input              BIGINT NOT NULL,
  cache_read         BIGINT NOT NULL,
  cache_write_5m     BIGINT NOT NULL,
  cache_write_1h     BIGINT NOT NULL,
  audio_input        BIGINT NOT NULL,
  image_input        BIGINT NOT NULL,
  output             BIGINT NOT NULL,
  audio_output       BIGINT NOT NULL,
  image_output       BIGINT NOT NULL,
  reasoning          BIGINT NOT NULL
);
CREATE INDEX entries_list ON entries (organisation_id, opened_us DESC, entry_id DESC);
CREATE INDEX entries_workspace ON entries (organisation_id, workspace_id, opened_us DESC, entry_id DESC);
CREATE INDEX entries_api_key ON entries (organisation_id, api_key_id, opened_us DESC, entry_id DESC);
CREATE INDEX entries_provider ON entries (organisation_id, provider_slug, opened_us DESC, entry_id DESC);
CREATE INDEX entries_open ON entries (node) WHERE status = 'open';

CREATE TABLE ledger_positions (
  node     TEXT NOT NULL PRIMARY KEY,
  position BYTEA NOT NULL
);
