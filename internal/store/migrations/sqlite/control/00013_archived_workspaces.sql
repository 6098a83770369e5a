-- +goose Up
-- What an archived workspace is among the totals of: nothing, and rows that stay.
DELETE FROM list_counts WHERE workspace_id <> '' AND EXISTS (SELECT 1 FROM workspaces w
  WHERE w.organisation_id = list_counts.organisation_id AND w.id = list_counts.workspace_id AND w.status = 'archived');
DELETE FROM accessible_counts WHERE EXISTS (SELECT 1 FROM workspaces w
  WHERE w.organisation_id = accessible_counts.organisation_id AND w.id = accessible_counts.workspace_id AND w.status = 'archived');
-- Which secret references name a workspace, from the index alone.
DROP INDEX secret_reference_workspaces_workspace;
CREATE INDEX secret_reference_workspaces_workspace ON secret_reference_workspaces (organisation_id, workspace_id, reference_id);
