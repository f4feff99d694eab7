-- Venues and taxi operators with a poster. The web reads one by its code; the rest is the command line's.

-- name: by_code
-- One organisation whose poster still counts. $1 code
SELECT code, kind, name, town, created_at, retired_at FROM organisation WHERE code = $1 AND retired_at IS NULL

-- name: any_by_code
-- One organisation, retired or not. $1 code
SELECT code, kind, name, town, created_at, retired_at FROM organisation WHERE code = $1

-- name: all
SELECT code, kind, name, town, created_at, retired_at FROM organisation
ORDER BY retired_at IS NOT NULL, kind, name, created_at

-- name: add
-- $1 code, $2 kind, $3 name, $4 town, $5 created at
INSERT INTO organisation (code, kind, name, town, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (code) DO NOTHING

-- name: retire
-- $1 code, $2 retired at
UPDATE organisation SET retired_at = $2 WHERE code = $1 AND retired_at IS NULL

-- name: record_organisation
-- Put a person's act on the audit chain. $1 at, $2 actor, $3 action, $4 subject, $5 detail
INSERT INTO audit_event (at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)
