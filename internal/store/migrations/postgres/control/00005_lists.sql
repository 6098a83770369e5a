-- +goose Up
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
CREATE INDEX grants_own ON grants (organisation_id, workspace_id) WHERE enabled AND own;
