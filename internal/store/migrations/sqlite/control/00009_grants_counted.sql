-- +goose Up
-- To how many workspaces an integration is granted, from one index and no rows.
-- SQLite reads the row for a column that the condition alone names, so it is in
-- the index as well.
CREATE INDEX grants_enabled ON grants (organisation_id, integration_id, enabled) WHERE enabled;
