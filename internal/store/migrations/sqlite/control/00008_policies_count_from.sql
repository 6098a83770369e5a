-- +goose Up
ALTER TABLE policies ADD COLUMN counts_from_us INTEGER;
