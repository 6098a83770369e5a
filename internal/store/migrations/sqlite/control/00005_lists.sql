-- +goose Up
-- How many integrations there are, so that lists need not count them.
CREATE TABLE integration_counts (
  organisation_id TEXT NOT NULL,
  of_workspaces   INTEGER NOT NULL,
  shard           INTEGER NOT NULL,
  live            INTEGER NOT NULL,
  PRIMARY KEY (organisation_id, of_workspaces, shard)
) STRICT;
INSERT INTO integration_counts (organisation_id, of_workspaces, shard, live)
SELECT organisation_id, workspace_id IS NOT NULL, 0, COUNT(*) FROM integrations WHERE status <> 'archived' GROUP BY 1, 2;
-- +goose StatementBegin
CREATE TRIGGER integrations_count_new AFTER INSERT ON integrations WHEN NEW.status <> 'archived'
BEGIN
  INSERT INTO integration_counts (organisation_id, of_workspaces, shard, live)
  VALUES (NEW.organisation_id, NEW.workspace_id IS NOT NULL, 0, 1)
  ON CONFLICT (organisation_id, of_workspaces, shard) DO UPDATE SET live = live + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER integrations_count_archived AFTER UPDATE OF status ON integrations
WHEN OLD.status <> 'archived' AND NEW.status = 'archived'
BEGIN
  UPDATE integration_counts SET live = live - 1
  WHERE organisation_id = NEW.organisation_id AND of_workspaces = (NEW.workspace_id IS NOT NULL) AND shard = 0;
END;
-- +goose StatementEnd
CREATE INDEX integrations_of_workspaces ON integrations (organisation_id, created_us DESC, id DESC)
WHERE workspace_id IS NOT NULL AND status <> 'archived';

-- A workspace's list is read in the order of the integrations; own tells the
-- grants of its own to itself.
ALTER TABLE grants ADD COLUMN integration_created_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE grants ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
UPDATE grants SET (integration_created_us, own) = (SELECT i.created_us, i.workspace_id IS NOT NULL AND i.workspace_id = grants.workspace_id
  FROM integrations i WHERE i.organisation_id = grants.organisation_id AND i.id = grants.integration_id);
CREATE INDEX grants_list ON grants (organisation_id, workspace_id, integration_created_us DESC, integration_id DESC) WHERE enabled;

-- How many integrations a workspace was granted, how many of these are its own,
-- and how many it has of its own.
CREATE TABLE accessible_counts (
  organisation_id TEXT NOT NULL,
  workspace_id    TEXT NOT NULL,
  shard           INTEGER NOT NULL,
  granted         INTEGER NOT NULL DEFAULT 0,
  own_granted     INTEGER NOT NULL DEFAULT 0,
  own             INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (organisation_id, workspace_id, shard)
) STRICT;
INSERT INTO accessible_counts (organisation_id, workspace_id, shard, granted, own_granted)
SELECT organisation_id, workspace_id, 0, COUNT(*), SUM(own) FROM grants WHERE enabled GROUP BY 1, 2;
INSERT INTO accessible_counts (organisation_id, workspace_id, shard, own)
SELECT organisation_id, workspace_id, 0, COUNT(*) FROM integrations WHERE workspace_id IS NOT NULL AND status <> 'archived' GROUP BY 1, 2
ON CONFLICT (organisation_id, workspace_id, shard) DO UPDATE SET own = excluded.own;
-- +goose StatementBegin
CREATE TRIGGER grants_count_new AFTER INSERT ON grants WHEN NEW.enabled
BEGIN
  INSERT INTO accessible_counts (organisation_id, workspace_id, shard, granted, own_granted)
  VALUES (NEW.organisation_id, NEW.workspace_id, 0, 1, NEW.own)
  ON CONFLICT (organisation_id, workspace_id, shard) DO UPDATE SET granted = granted + 1, own_granted = own_granted + excluded.own_granted;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER grants_count_changed AFTER UPDATE OF enabled ON grants WHEN OLD.enabled <> NEW.enabled
BEGIN
  INSERT INTO accessible_counts (organisation_id, workspace_id, shard, granted, own_granted)
  VALUES (NEW.organisation_id, NEW.workspace_id, 0, NEW.enabled - OLD.enabled, (NEW.enabled - OLD.enabled) * NEW.own)
  ON CONFLICT (organisation_id, workspace_id, shard) DO UPDATE
  SET granted = granted + excluded.granted, own_granted = own_granted + excluded.own_granted;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER grants_count_gone AFTER DELETE ON grants WHEN OLD.enabled
BEGIN
  UPDATE accessible_counts SET granted = granted - 1, own_granted = own_granted - OLD.own
  WHERE organisation_id = OLD.organisation_id AND workspace_id = OLD.workspace_id AND shard = 0;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER integrations_own_new AFTER INSERT ON integrations WHEN NEW.workspace_id IS NOT NULL AND NEW.status <> 'archived'
BEGIN
  INSERT INTO accessible_counts (organisation_id, workspace_id, shard, own) VALUES (NEW.organisation_id, NEW.workspace_id, 0, 1)
  ON CONFLICT (organisation_id, workspace_id, shard) DO UPDATE SET own = own + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER integrations_own_archived AFTER UPDATE OF status ON integrations
WHEN NEW.workspace_id IS NOT NULL AND OLD.status <> 'archived' AND NEW.status = 'archived'
BEGIN
  UPDATE accessible_counts SET own = own - 1
  WHERE organisation_id = NEW.organisation_id AND workspace_id = NEW.workspace_id AND shard = 0;
END;
-- +goose StatementEnd
