-- +goose Up
-- Whether a provider came with access to its integration and nobody asked for it
-- itself: it does not keep its workspace then. Of those there are already nobody
-- knows any more; they do.
ALTER TABLE providers ADD COLUMN made_by_access INTEGER NOT NULL DEFAULT 0;
