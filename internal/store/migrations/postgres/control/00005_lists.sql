-- +goose Up
-- Before anything is counted: what others write meanwhile is either there already
-- or waits, and then meets the triggers.
LOCK TABLE integrations, grants IN SHARE ROW EXCLUSIVE MODE;
-- How many integrations there are, so that lists need not count them: the sum
-- of the shards, which keep writers out of each other's way.
CREATE TABLE integration_counts (
  organisation_id TEXT NOT NULL,
  of_workspaces   BOOLEAN NOT NULL,
  shard           INTEGER NOT NULL,
  live            BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, of_workspaces, shard)
) WITH (fillfactor = 20);
INSERT INTO integration_counts (organisation_id, of_workspaces, shard, live)
SELECT organisation_id, workspace_id IS NOT NULL, 0, COUNT(*) FROM integrations WHERE status <> 'archived' GROUP BY 1, 2;
-- +goose StatementBegin
CREATE FUNCTION integrations_count_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO integration_counts AS c (organisation_id, of_workspaces, shard, live)
  SELECT organisation_id, workspace_id IS NOT NULL, pg_backend_pid() % 32, COUNT(*) FROM made WHERE status <> 'archived' GROUP BY 1, 2
  ON CONFLICT (organisation_id, of_workspaces, shard) DO UPDATE SET live = c.live + excluded.live;
  RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION integrations_count_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO integration_counts AS c (organisation_id, of_workspaces, shard, live)
  VALUES (NEW.organisation_id, NEW.workspace_id IS NOT NULL, pg_backend_pid() % 32, -1)
  ON CONFLICT (organisation_id, of_workspaces, shard) DO UPDATE SET live = c.live - 1;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER integrations_count_new AFTER INSERT ON integrations REFERENCING NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION integrations_count_new();
CREATE TRIGGER integrations_count_archived AFTER UPDATE OF status ON integrations
FOR EACH ROW WHEN (OLD.status <> 'archived' AND NEW.status = 'archived') EXECUTE FUNCTION integrations_count_archived();
CREATE INDEX integrations_of_workspaces ON integrations (organisation_id, created_us DESC, id DESC)
WHERE workspace_id IS NOT NULL AND status <> 'archived';

-- A workspace's list is read in the order of the integrations; own tells the
-- grants of its own to itself.
ALTER TABLE grants ADD COLUMN integration_created_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE grants ADD COLUMN own BOOLEAN NOT NULL DEFAULT false;
UPDATE grants SET integration_created_us = i.created_us, own = i.workspace_id IS NOT NULL AND i.workspace_id = grants.workspace_id
FROM integrations i
WHERE i.organisation_id = grants.organisation_id AND i.id = grants.integration_id;
CREATE INDEX grants_list ON grants (organisation_id, workspace_id, integration_created_us DESC, integration_id DESC) WHERE enabled;

-- How many integrations a workspace was granted, how many of these are its own,
-- and how many it has of its own: sums of the shards.
CREATE TABLE accessible_counts (
  organisation_id TEXT NOT NULL,
  workspace_id    TEXT NOT NULL,
  shard           INTEGER NOT NULL,
  granted         BIGINT NOT NULL DEFAULT 0,
  own_granted     BIGINT NOT NULL DEFAULT 0,
  own             BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (organisation_id, workspace_id, shard)
) WITH (fillfactor = 50);
INSERT INTO accessible_counts (organisation_id, workspace_id, shard, granted, own_granted)
SELECT organisation_id, workspace_id, 0, COUNT(*), COUNT(*) FILTER (WHERE own) FROM grants WHERE enabled GROUP BY 1, 2;
INSERT INTO accessible_counts (organisation_id, workspace_id, shard, own)
SELECT organisation_id, workspace_id, 0, COUNT(*) FROM integrations WHERE workspace_id IS NOT NULL AND status <> 'archived' GROUP BY 1, 2
ON CONFLICT (organisation_id, workspace_id, shard) DO UPDATE SET own = excluded.own;
-- +goose StatementBegin
CREATE FUNCTION grants_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO accessible_counts AS c (organisation_id, workspace_id, shard, granted, own_granted)
  SELECT organisation_id, workspace_id, pg_backend_pid() % 8, TG_ARGV[0]::bigint * COUNT(*), TG_ARGV[0]::bigint * COUNT(*) FILTER (WHERE own)
  FROM rows_of WHERE enabled GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT (organisation_id, workspace_id, shard) DO UPDATE
  SET granted = c.granted + excluded.granted, own_granted = c.own_granted + excluded.own_granted;
  RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION grants_count_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  n bigint := NEW.enabled::int - OLD.enabled::int;
BEGIN
  INSERT INTO accessible_counts AS c (organisation_id, workspace_id, shard, granted, own_granted)
  VALUES (NEW.organisation_id, NEW.workspace_id, pg_backend_pid() % 8, n, n * NEW.own::int)
  ON CONFLICT (organisation_id, workspace_id, shard) DO UPDATE
  SET granted = c.granted + excluded.granted, own_granted = c.own_granted + excluded.own_granted;
  RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION integrations_own_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO accessible_counts AS c (organisation_id, workspace_id, shard, own)
  SELECT organisation_id, workspace_id, pg_backend_pid() % 8, COUNT(*) FROM made
  WHERE workspace_id IS NOT NULL AND status <> 'archived' GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT (organisation_id, workspace_id, shard) DO UPDATE SET own = c.own + excluded.own;
  RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION integrations_own_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO accessible_counts AS c (organisation_id, workspace_id, shard, own)
  VALUES (NEW.organisation_id, NEW.workspace_id, pg_backend_pid() % 8, -1)
  ON CONFLICT (organisation_id, workspace_id, shard) DO UPDATE SET own = c.own - 1;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER grants_count_new AFTER INSERT ON grants REFERENCING NEW TABLE AS rows_of
FOR EACH STATEMENT EXECUTE FUNCTION grants_count('1');
CREATE TRIGGER grants_count_gone AFTER DELETE ON grants REFERENCING OLD TABLE AS rows_of
FOR EACH STATEMENT EXECUTE FUNCTION grants_count('-1');
CREATE TRIGGER grants_count_changed AFTER UPDATE OF enabled ON grants
FOR EACH ROW WHEN (OLD.enabled <> NEW.enabled) EXECUTE FUNCTION grants_count_changed();
CREATE TRIGGER integrations_own_new AFTER INSERT ON integrations REFERENCING NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION integrations_own_new();
CREATE TRIGGER integrations_own_archived AFTER UPDATE OF status ON integrations
FOR EACH ROW WHEN (NEW.workspace_id IS NOT NULL AND OLD.status <> 'archived' AND NEW.status = 'archived')
EXECUTE FUNCTION integrations_own_archived();
