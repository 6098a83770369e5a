-- +goose Up
ALTER TABLE api_keys ADD COLUMN old_hash BLOB;
ALTER TABLE api_keys ADD COLUMN old_until_us INTEGER;
ALTER TABLE api_keys ADD COLUMN rotated_us INTEGER;
ALTER TABLE api_keys ADD COLUMN rotation_policy TEXT;
ALTER TABLE api_keys ADD COLUMN reset_us INTEGER;
CREATE UNIQUE INDEX api_keys_old_hash ON api_keys (old_hash) WHERE old_hash IS NOT NULL;

ALTER TABLE workspaces ADD COLUMN input_guardrails TEXT;
ALTER TABLE workspaces ADD COLUMN output_guardrails TEXT;
ALTER TABLE workspaces ADD COLUMN user_api_key_config TEXT NOT NULL DEFAULT '';
CREATE INDEX workspaces_all ON workspaces (organisation_id, created_us, id);

ALTER TABLE audit_entries ADD COLUMN status INTEGER NOT NULL DEFAULT 200;
ALTER TABLE audit_entries ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1;
CREATE INDEX audit_entries_workspace ON audit_entries (organisation_id, workspace_id, at_us DESC, id DESC);
CREATE INDEX audit_entries_actor ON audit_entries (organisation_id, actor_key_id, at_us DESC, id DESC);
CREATE INDEX audit_entries_resource ON audit_entries (organisation_id, resource_type, at_us DESC, id DESC);
CREATE INDEX audit_entries_action ON audit_entries (organisation_id, action, at_us DESC, id DESC);
CREATE INDEX audit_entries_uri ON audit_entries (organisation_id, uri, at_us DESC, id DESC);
CREATE INDEX audit_entries_request ON audit_entries (organisation_id, request_id, at_us DESC, id DESC);
CREATE INDEX audit_entries_address ON audit_entries (organisation_id, address, at_us DESC, id DESC);
CREATE INDEX audit_entries_status ON audit_entries (organisation_id, status, at_us DESC, id DESC);
-- Of indexes that look equally good, SQLite takes the one that is there longest:
-- the one that serves every query must be the youngest.
DROP INDEX audit_entries_list;
CREATE INDEX audit_entries_list ON audit_entries (organisation_id, at_us DESC, id DESC);
