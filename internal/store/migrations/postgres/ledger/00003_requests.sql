-- +goose Up
-- All attempts of one request.
CREATE INDEX entries_request ON entries (organisation_id, request_id, opened_us DESC, entry_id DESC);
