-- +goose Up
-- How a provider's integration was named, if by its id: in capitals it is shown so.
-- Servers of before go on writing named_by_id.
ALTER TABLE providers ADD COLUMN named_as TEXT NOT NULL DEFAULT '';
UPDATE providers SET named_as = integration_id WHERE named_by_id;
