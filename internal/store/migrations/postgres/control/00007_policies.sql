-- +goose Up
CREATE TABLE policies (
  organisation_id TEXT NOT NULL,
  id              TEXT NOT NULL,
  workspace_id    TEXT NOT NULL,
  kind            TEXT NOT NULL CHECK (kind IN ('usage_limits', 'rate_limits')),
  name            TEXT NOT NULL,
  description     TEXT NOT NULL,
  conditions      TEXT,
  group_by        TEXT,
  bound           TEXT,
  measure         TEXT NOT NULL,
  unit            TEXT NOT NULL,
  target          TEXT NOT NULL,
  status          TEXT NOT NULL CHECK (status IN ('active', 'archived')),
  created_us      BIGINT NOT NULL,
  updated_us      BIGINT NOT NULL,
  version         BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, workspace_id) REFERENCES workspaces (organisation_id, id)
);
CREATE INDEX policies_list ON policies (organisation_id, workspace_id, status, kind, created_us DESC, id DESC);

-- When a group of requests was last counted from zero by hand.
CREATE TABLE policy_resets (
  organisation_id TEXT NOT NULL,
  policy_id       TEXT NOT NULL,
  value_key       TEXT NOT NULL,
  reset_us        BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, policy_id, value_key),
  FOREIGN KEY (organisation_id, policy_id) REFERENCES policies (organisation_id, id)
);

ALTER TABLE workspaces ADD COLUMN reset_us BIGINT;
ALTER TABLE workspaces ADD COLUMN limited_us BIGINT;
ALTER TABLE api_keys ADD COLUMN limited_us BIGINT;
ALTER TABLE grants ADD COLUMN limited_us BIGINT;
ALTER TABLE providers ADD COLUMN reset_us BIGINT;
ALTER TABLE providers ADD COLUMN limited_us BIGINT;
-- Whether a limit is reached is counted, never stored.
UPDATE workspaces SET status = 'active' WHERE status = 'exhausted';
UPDATE api_keys SET status = 'active' WHERE status = 'exhausted';
UPDATE grants SET status = 'active' WHERE status = 'exhausted';
UPDATE providers SET status = 'active' WHERE status = 'exhausted';
