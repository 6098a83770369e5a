-- +goose Up
-- To how many workspaces an integration is granted, from one index and no rows.
CREATE INDEX grants_enabled ON grants (organisation_id, integration_id) WHERE enabled;
