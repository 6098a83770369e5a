-- +goose Up
CREATE TABLE secret_references (
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  id              TEXT NOT NULL,
  slug            TEXT NOT NULL,
  name            TEXT NOT NULL,
  folded_name     TEXT NOT NULL,
  description     TEXT NOT NULL,
  manager         TEXT NOT NULL,
  auth_config     TEXT,
  sealed          BYTEA,
  root_key_id     BIGINT NOT NULL,
  key_version     BIGINT NOT NULL,
  secret_path     TEXT NOT NULL,
  secret_key      TEXT NOT NULL,
  all_workspaces  BOOLEAN NOT NULL,
  tags            TEXT,
  created_by      TEXT NOT NULL,
  status          TEXT NOT NULL CHECK (status IN ('active', 'archived')),
  created_us      BIGINT NOT NULL,
  updated_us      BIGINT NOT NULL,
  version         BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, id)
);
CREATE UNIQUE INDEX secret_references_slug ON secret_references (organisation_id, slug) WHERE status <> 'archived';
CREATE INDEX secret_references_list ON secret_references (organisation_id, created_us DESC, id DESC) WHERE status <> 'archived';
CREATE INDEX secret_references_root_key ON secret_references (root_key_id) WHERE sealed IS NOT NULL;

CREATE TABLE secret_reference_workspaces (
  organisation_id TEXT NOT NULL,
  reference_id    TEXT NOT NULL,
  workspace_id    TEXT NOT NULL,
  position        BIGINT NOT NULL,
  said            TEXT NOT NULL,
  PRIMARY KEY (organisation_id, reference_id, workspace_id),
  FOREIGN KEY (organisation_id, reference_id) REFERENCES secret_references (organisation_id, id),
  FOREIGN KEY (organisation_id, workspace_id) REFERENCES workspaces (organisation_id, id)
);
CREATE INDEX secret_reference_workspaces_workspace ON secret_reference_workspaces (organisation_id, workspace_id);

CREATE TABLE secret_uses (
  organisation_id TEXT NOT NULL,
  integration_id  TEXT NOT NULL,
  reference_id    TEXT NOT NULL,
  PRIMARY KEY (organisation_id, reference_id, integration_id),
  FOREIGN KEY (organisation_id, integration_id) REFERENCES integrations (organisation_id, id),
  FOREIGN KEY (organisation_id, reference_id) REFERENCES secret_references (organisation_id, id)
);
CREATE INDEX secret_uses_integration ON secret_uses (organisation_id, integration_id);

ALTER TABLE providers ADD COLUMN owns_integration BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX providers_named ON providers (organisation_id, slug) WHERE status <> 'archived';
