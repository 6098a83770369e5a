-- +goose Up
CREATE TABLE organisations (
  id         TEXT NOT NULL PRIMARY KEY,
  name       TEXT NOT NULL,
  email      TEXT NOT NULL,
  created_us INTEGER NOT NULL
) STRICT;

CREATE TABLE workspaces (
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  id              TEXT NOT NULL,
  slug            TEXT NOT NULL,
  name            TEXT NOT NULL,
  description     TEXT NOT NULL,
  icon            TEXT NOT NULL,
  metadata        TEXT,
  usage_limits    TEXT,
  rate_limits     TEXT,
  is_default      INTEGER NOT NULL,
  status          TEXT NOT NULL CHECK (status IN ('active', 'archived', 'exhausted', 'expired')),
  created_us      INTEGER NOT NULL,
  updated_us      INTEGER NOT NULL,
  version         INTEGER NOT NULL,
  PRIMARY KEY (organisation_id, id)
) STRICT;
CREATE UNIQUE INDEX workspaces_slug ON workspaces (organisation_id, slug) WHERE status <> 'archived';
CREATE INDEX workspaces_list ON workspaces (organisation_id, created_us, id) WHERE status <> 'archived';

CREATE TABLE api_keys (
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  id              TEXT NOT NULL,
  workspace_id    TEXT,
  type            TEXT NOT NULL,
  sub_type        TEXT NOT NULL,
  user_id         TEXT NOT NULL,
  name            TEXT NOT NULL,
  description     TEXT NOT NULL,
  hash            BLOB,
  masked          TEXT NOT NULL,
  scopes          TEXT,
  usage_limits    TEXT,
  rate_limits     TEXT,
  defaults        TEXT,
  alert_emails    TEXT,
  expires_us      INTEGER,
  status          TEXT NOT NULL CHECK (status IN ('active', 'archived', 'exhausted', 'expired')),
  creation_mode   TEXT NOT NULL,
  created_us      INTEGER NOT NULL,
  updated_us      INTEGER NOT NULL,
  version         INTEGER NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, workspace_id) REFERENCES workspaces (organisation_id, id)
) STRICT;
CREATE UNIQUE INDEX api_keys_hash ON api_keys (hash);
CREATE INDEX api_keys_list ON api_keys (organisation_id, created_us DESC, id DESC) WHERE status <> 'archived';
CREATE INDEX api_keys_workspace ON api_keys (organisation_id, workspace_id, created_us DESC, id DESC) WHERE status <> 'archived';

CREATE TABLE integrations (
  organisation_id     TEXT NOT NULL REFERENCES organisations (id),
  id                  TEXT NOT NULL,
  workspace_id        TEXT,
  slug                TEXT NOT NULL,
  name                TEXT NOT NULL,
  description         TEXT NOT NULL,
  ai_provider         TEXT NOT NULL,
  configurations      TEXT,
  sealed              BLOB,
  root_key_id         INTEGER NOT NULL,
  key_version         INTEGER NOT NULL,
  secret_mappings     TEXT,
  pricing_adjustments TEXT,
  global_access       TEXT,
  globally_granted    INTEGER NOT NULL,
  tags                TEXT,
  allow_all_models    INTEGER NOT NULL,
  status              TEXT NOT NULL CHECK (status IN ('active', 'archived', 'exhausted', 'expired')),
  created_us          INTEGER NOT NULL,
  updated_us          INTEGER NOT NULL,
  key_rotated_us      INTEGER,
  version             INTEGER NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, workspace_id) REFERENCES workspaces (organisation_id, id)
) STRICT;
CREATE UNIQUE INDEX integrations_slug ON integrations (organisation_id, slug) WHERE status <> 'archived';
CREATE INDEX integrations_list ON integrations (organisation_id, created_us DESC, id DESC) WHERE status <> 'archived';
CREATE INDEX integrations_workspace ON integrations (organisation_id, workspace_id, created_us DESC, id DESC) WHERE status <> 'archived';
CREATE INDEX integrations_global ON integrations (organisation_id, id) WHERE globally_granted AND status <> 'archived';
CREATE INDEX integrations_root_key ON integrations (root_key_id) WHERE sealed IS NOT NULL;

CREATE TABLE grants (
  organisation_id TEXT NOT NULL,
  integration_id  TEXT NOT NULL,
  workspace_id    TEXT NOT NULL,
  enabled         INTEGER NOT NULL,
  usage_limits    TEXT,
  rate_limits     TEXT,
  created_us      INTEGER NOT NULL,
  updated_us      INTEGER NOT NULL,
  PRIMARY KEY (organisation_id, integration_id, workspace_id),
  FOREIGN KEY (organisation_id, integration_id) REFERENCES integrations (organisation_id, id),
  FOREIGN KEY (organisation_id, workspace_id) REFERENCES workspaces (organisation_id, id)
) STRICT;
CREATE INDEX grants_workspace ON grants (organisation_id, workspace_id, integration_id);

CREATE TABLE providers (
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  id              TEXT NOT NULL,
  workspace_id    TEXT NOT NULL,
  integration_id  TEXT NOT NULL,
  slug            TEXT NOT NULL,
  name            TEXT NOT NULL,
  note            TEXT NOT NULL,
  usage_limits    TEXT,
  rate_limits     TEXT,
  expires_us      INTEGER,
  status          TEXT NOT NULL CHECK (status IN ('active', 'archived', 'exhausted', 'expired')),
  created_us      INTEGER NOT NULL,
  updated_us      INTEGER NOT NULL,
  version         INTEGER NOT NULL,
  PRIMARY KEY (organisation_id, id),
  FOREIGN KEY (organisation_id, workspace_id) REFERENCES workspaces (organisation_id, id),
  FOREIGN KEY (organisation_id, integration_id) REFERENCES integrations (organisation_id, id)
) STRICT;
CREATE UNIQUE INDEX providers_slug ON providers (organisation_id, workspace_id, slug) WHERE status <> 'archived';
CREATE INDEX providers_list ON providers (organisation_id, created_us DESC, id DESC) WHERE status <> 'archived';
CREATE INDEX providers_workspace ON providers (organisation_id, workspace_id, created_us DESC, id DESC) WHERE status <> 'archived';
CREATE INDEX providers_integration ON providers (organisation_id, integration_id, created_us DESC, id DESC) WHERE status <> 'archived';

CREATE TABLE audit_entries (
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  id              TEXT NOT NULL,
  workspace_id    TEXT,
  at_us           INTEGER NOT NULL,
  actor_key_id    TEXT,
  actor_type      TEXT NOT NULL,
  action          TEXT NOT NULL,
  resource_type   TEXT NOT NULL,
  resource_id     TEXT NOT NULL,
  before          TEXT,
  after           TEXT,
  method          TEXT NOT NULL,
  uri             TEXT NOT NULL,
  request_id      TEXT NOT NULL,
  address         TEXT NOT NULL,
  PRIMARY KEY (organisation_id, id)
) STRICT;
CREATE INDEX audit_entries_list ON audit_entries (organisation_id, at_us DESC, id DESC);

CREATE TABLE keyring (
  id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  content BLOB NOT NULL
) STRICT;
