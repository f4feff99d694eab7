-- Keys of organisations' own systems.

-- name: every
SELECT id, organisation, team, scopes, made_by, made_at, expires_at, first_used_at, used_on, ended_at FROM api_key
ORDER BY ended_at IS NOT NULL OR expires_at < now(), organisation, made_at;

-- name: add
INSERT INTO api_key (id, organisation, team, scopes, key_hash, made_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: found
SELECT organisation, team, scopes FROM api_key WHERE id = $1 AND ended_at IS NULL;

-- name: end_at
UPDATE api_key SET expires_at = least(expires_at, $2) WHERE id = $1;

-- name: end
UPDATE api_key SET ended_at = now() WHERE id = $1 AND ended_at IS NULL RETURNING id;
