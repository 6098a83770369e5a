-- +goose Up
-- To how many workspaces an integration is granted, in its own row: reading one
-- reads no page more. There is one writer, so nobody waits for the row.
ALTER TABLE integrations ADD COLUMN granted INTEGER NOT NULL DEFAULT 0;
UPDATE integrations SET granted = (SELECT COUNT(*) FROM grants g
  WHERE g.organisation_id = integrations.organisation_id AND g.integration_id = integrations.id AND g.enabled)
WHERE status <> 'archived';
-- +goose StatementBegin
CREATE TRIGGER grants_granted_new AFTER INSERT ON grants WHEN NEW.enabled
BEGIN
  UPDATE integrations SET granted = granted + 1 WHERE organisation_id = NEW.organisation_id AND id = NEW.integration_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER grants_granted_changed AFTER UPDATE OF enabled ON grants WHEN OLD.enabled <> NEW.enabled
BEGIN
  UPDATE integrations SET granted = granted + NEW.enabled - OLD.enabled
  WHERE organisation_id = NEW.organisation_id AND id = NEW.integration_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER grants_granted_gone AFTER DELETE ON grants WHEN OLD.enabled
BEGIN
  UPDATE integrations SET granted = granted - 1 WHERE organisation_id = OLD.organisation_id AND id = OLD.integration_id;
END;
-- +goose StatementEnd
