-- +goose Up
-- Before anything is counted: what others write meanwhile is either there already
-- or waits, and then meets the triggers.
LOCK TABLE api_keys, providers IN SHARE ROW EXCLUSIVE MODE;
-- How many rows the lists of API keys and of providers have, so that they need
-- not count them: those of a workspace and, under '', all of the organisation.
-- A number is the sum of its shards, which keep writers out of each other's way.
CREATE TABLE list_counts (
  organisation_id TEXT NOT NULL,
  list            TEXT NOT NULL CHECK (list IN ('api_keys', 'providers')),
  workspace_id    TEXT NOT NULL,
  kind            TEXT NOT NULL,
  shard           INTEGER NOT NULL,
  live            BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, list, workspace_id, kind, shard)
) WITH (fillfactor = 20);
-- +goose StatementBegin
CREATE FUNCTION api_keys_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO list_counts AS c (organisation_id, list, workspace_id, kind, shard, live)
  SELECT n.organisation_id, 'api_keys', s.scope, n.type || '-' || n.sub_type, pg_backend_pid() % 32, COUNT(*)
  FROM made n CROSS JOIN LATERAL (VALUES (''), (n.workspace_id)) s (scope)
  WHERE n.status <> 'archived' AND s.scope IS NOT NULL GROUP BY 1, 3, 4 ORDER BY 1, 3, 4
  ON CONFLICT (organisation_id, list, workspace_id, kind, shard) DO UPDATE SET live = c.live + excluded.live;
  RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION api_keys_count_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO list_counts AS c (organisation_id, list, workspace_id, kind, shard, live)
  SELECT n.organisation_id, 'api_keys', s.scope, n.type || '-' || n.sub_type, pg_backend_pid() % 32, -COUNT(*)
  FROM was o JOIN made n ON n.organisation_id = o.organisation_id AND n.id = o.id
  CROSS JOIN LATERAL (VALUES (''), (n.workspace_id)) s (scope)
  WHERE o.status <> 'archived' AND n.status = 'archived' AND s.scope IS NOT NULL GROUP BY 1, 3, 4 ORDER BY 1, 3, 4
  ON CONFLICT (organisation_id, list, workspace_id, kind, shard) DO UPDATE SET live = c.live + excluded.live;
  RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION providers_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO list_counts AS c (organisation_id, list, workspace_id, kind, shard, live)
  SELECT n.organisation_id, 'providers', s.scope, '', pg_backend_pid() % 32, COUNT(*)
  FROM made n CROSS JOIN LATERAL (VALUES (''), (n.workspace_id)) s (scope)
  WHERE n.status <> 'archived' GROUP BY 1, 3 ORDER BY 1, 3
  ON CONFLICT (organisation_id, list, workspace_id, kind, shard) DO UPDATE SET live = c.live + excluded.live;
  RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION providers_count_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO list_counts AS c (organisation_id, list, workspace_id, kind, shard, live)
  SELECT n.organisation_id, 'providers', s.scope, '', pg_backend_pid() % 32, -COUNT(*)
  FROM was o JOIN made n ON n.organisation_id = o.organisation_id AND n.id = o.id
  CROSS JOIN LATERAL (VALUES (''), (n.workspace_id)) s (scope)
  WHERE o.status <> 'archived' AND n.status = 'archived' GROUP BY 1, 3 ORDER BY 1, 3
  ON CONFLICT (organisation_id, list, workspace_id, kind, shard) DO UPDATE SET live = c.live + excluded.live;
  RETURN NULL;
END $$;
-- +goose StatementEnd
-- Each statement once, however many rows it archives.
CREATE TRIGGER api_keys_count_new AFTER INSERT ON api_keys REFERENCING NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION api_keys_count();
CREATE TRIGGER api_keys_count_archived AFTER UPDATE ON api_keys REFERENCING OLD TABLE AS was NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION api_keys_count_archived();
CREATE TRIGGER providers_count_new AFTER INSERT ON providers REFERENCING NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION providers_count();
CREATE TRIGGER providers_count_archived AFTER UPDATE ON providers REFERENCING OLD TABLE AS was NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION providers_count_archived();
INSERT INTO list_counts (organisation_id, list, workspace_id, kind, shard, live)
SELECT k.organisation_id, 'api_keys', s.scope, k.type || '-' || k.sub_type, 0, COUNT(*)
FROM api_keys k CROSS JOIN LATERAL (VALUES (''), (k.workspace_id)) s (scope)
WHERE k.status <> 'archived' AND s.scope IS NOT NULL GROUP BY 1, 3, 4;
INSERT INTO list_counts (organisation_id, list, workspace_id, kind, shard, live)
SELECT p.organisation_id, 'providers', s.scope, '', 0, COUNT(*)
FROM providers p CROSS JOIN LATERAL (VALUES (''), (p.workspace_id)) s (scope)
WHERE p.status <> 'archived' GROUP BY 1, 3;
