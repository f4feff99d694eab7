-- Teams, as the policy's recipients and the partnership's own desk.

-- name: every
SELECT code, name, retired_at FROM team ORDER BY retired_at IS NOT NULL, code;

-- name: keep
INSERT INTO team (code, name) SELECT * FROM unnest($1::text[], $2::text[])
ON CONFLICT (code) DO UPDATE SET name = excluded.name, retired_at = NULL
WHERE (team.name, team.retired_at) IS DISTINCT FROM (excluded.name, NULL)
RETURNING code;

-- name: retire
UPDATE team SET retired_at = now() WHERE code <> ALL ($1::text[]) AND retired_at IS NULL RETURNING code;
