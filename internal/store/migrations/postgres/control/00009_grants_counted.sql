-- +goose Up
-- To how many workspaces an integration is granted, from one index and no rows.
-- A number in its row would have concurrent grants wait for one another.
CREATE INDEX grants_enabled ON grants (organisation_id, integration_id) WHERE enabled;
