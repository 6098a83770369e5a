-- +goose Up
-- The index of the list has all that the list shows, so that a page is read from
-- it alone, and rows that are shown together lie together. The status in the
-- other index keeps it the better one for a workspace's own.
DROP INDEX integrations_list;
DROP INDEX integrations_workspace;
CREATE INDEX integrations_list ON integrations (organisation_id, created_us DESC, id DESC, workspace_id, slug, name, description, ai_provider, status, updated_us)
WHERE status <> 'archived';
CREATE INDEX integrations_workspace ON integrations (organisation_id, workspace_id, created_us DESC, id DESC, status)
WHERE status <> 'archived';
