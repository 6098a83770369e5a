-- +goose Up
CREATE TABLE integration_models (
  organisation_id TEXT NOT NULL,
  integration_id  TEXT NOT NULL,
  slug            TEXT NOT NULL,
  id              TEXT NOT NULL,
  enabled         BOOLEAN NOT NULL,
  custom          BOOLEAN NOT NULL,
  fine_tune       BOOLEAN NOT NULL,
  base_model      TEXT NOT NULL,
  custom_host     TEXT NOT NULL,
  sealed          BYTEA,
  root_key_id     BIGINT NOT NULL,
  key_version     BIGINT NOT NULL,
  pricing         TEXT,
  created_us      BIGINT NOT NULL,
  updated_us      BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, integration_id, slug),
  FOREIGN KEY (organisation_id, integration_id) REFERENCES integrations (organisation_id, id)
);
CREATE INDEX integration_models_root_key ON integration_models (root_key_id) WHERE sealed IS NOT NULL;

CREATE TABLE integration_tags (
  organisation_id TEXT NOT NULL,
  integration_id  TEXT NOT NULL,
  name            TEXT NOT NULL,
  value           TEXT NOT NULL,
  PRIMARY KEY (organisation_id, integration_id, name),
  FOREIGN KEY (organisation_id, integration_id) REFERENCES integrations (organisation_id, id)
);
CREATE INDEX integration_tags_name ON integration_tags (organisation_id, name, value, integration_id);
INSERT INTO integration_tags (organisation_id, integration_id, name, value)
SELECT i.organisation_id, i.id, t.key, t.value FROM integrations i, json_each_text(i.tags::json) t
WHERE i.tags IS NOT NULL AND i.status <> 'archived';

ALTER TABLE grants ADD COLUMN status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'exhausted', 'expired'));
ALTER TABLE grants ADD COLUMN last_reset_us BIGINT;
