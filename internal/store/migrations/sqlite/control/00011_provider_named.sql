-- +goose Up
-- Whether a provider's integration was named by its id when the provider was made:
-- it is shown as it was named, to clients that compare.
ALTER TABLE providers ADD COLUMN named_by_id INTEGER NOT NULL DEFAULT 0;
