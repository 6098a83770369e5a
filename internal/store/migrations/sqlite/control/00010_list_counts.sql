-- +goose Up
-- How many rows the lists of API keys and of providers have, so that they need
-- not count them: those of a workspace and, under '', all of the organisation.
CREATE TABLE list_counts (
  organisation_id TEXT NOT NULL,
  list            TEXT NOT NULL CHECK (list IN ('api_keys', 'providers')),
  workspace_id    TEXT NOT NULL,
  kind            TEXT NOT NULL,
  shard           INTEGER NOT NULL,
  live            INTEGER NOT NULL,
  PRIMARY KEY (organisation_id, list, workspace_id, kind, shard)
) STRICT, WITHOUT ROWID;
INSERT INTO list_counts (organisation_id, list, workspace_id, kind, shard, live)
SELECT organisation_id, 'api_keys', '', type || '-' || sub_type, 0, COUNT(*) FROM api_keys WHERE status <> 'archived' GROUP BY 1, 4;
INSERT INTO list_counts (organisation_id, list, workspace_id, kind, shard, live)
SELECT organisation_id, 'api_keys', workspace_id, type || '-' || sub_type, 0, COUNT(*) FROM api_keys
WHERE workspace_id IS NOT NULL AND status <> 'archived' GROUP BY 1, 3, 4;
INSERT INTO list_counts (organisation_id, list, workspace_id, kind, shard, live)
SELECT organisation_id, 'providers', '', '', 0, COUNT(*) FROM providers WHERE status <> 'archived' GROUP BY 1;
INSERT INTO list_counts (organisation_id, list, workspace_id, kind, shard, live)
SELECT organisation_id, 'providers', workspace_id, '', 0, COUNT(*) FROM providers WHERE status <> 'archived' GROUP BY 1, 3;
-- +goose StatementBegin
CREATE TRIGGER api_keys_count_new AFTER INSERT ON api_keys WHEN NEW.status <> 'archived'
BEGIN
  INSERT INTO list_counts (organisation_id, list, workspace_id, kind, shard, live)
  VALUES (NEW.organisation_id, 'api_keys', '', NEW.type || '-' || NEW.sub_type, 0, 1)
  ON CONFLICT (organisation_id, list, workspace_id, kind, shard) DO UPDATE SET live = live + 1;
  INSERT INTO list_counts (organisation_id, list, workspace_id, kind, shard, live)
  SELECT NEW.organisation_id, 'api_keys', NEW.workspace_id, NEW.type || '-' || NEW.sub_type, 0, 1 WHERE NEW.workspace_id IS NOT NULL
  ON CONFLICT (organisation_id, list, workspace_id, kind, shard) DO UPDATE SET live = live + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER api_keys_count_archived AFTER UPDATE OF status ON api_keys
WHEN OLD.status <> 'archived' AND NEW.status = 'archived'
BEGIN
  UPDATE list_counts SET live = live - 1
  WHERE organisation_id = NEW.organisation_id AND list = 'api_keys' AND workspace_id IN ('', NEW.workspace_id)
    AND kind = NEW.type || '-' || NEW.sub_type AND shard = 0;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER providers_count_new AFTER INSERT ON providers WHEN NEW.status <> 'archived'
BEGIN
  INSERT INTO list_counts (organisation_id, list, workspace_id, kind, shard, live)
  VALUES (NEW.organisation_id, 'providers', '', '', 0, 1), (NEW.organisation_id, 'providers', NEW.workspace_id, '', 0, 1)
  ON CONFLICT (organisation_id, list, workspace_id, kind, shard) DO UPDATE SET live = live + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER providers_count_archived AFTER UPDATE OF status ON providers
WHEN OLD.status <> 'archived' AND NEW.status = 'archived'
BEGIN
  UPDATE list_counts SET live = live - 1
  WHERE organisation_id = NEW.organisation_id AND list = 'providers' AND workspace_id IN ('', NEW.workspace_id)
    AND kind = '' AND shard = 0;
END;
-- +goose StatementEnd
