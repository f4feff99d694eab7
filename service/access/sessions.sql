-- Sessions: begun, listed, ended. Which are live is said by `live_session` of migration 0010.

-- name: start
INSERT INTO session (id, token_hash, account_id, method, device, expires_at)
VALUES ($1, $2, $3, $4, $5, now() + interval '12 hours');

-- name: own
SELECT id, method, device, started_at, seen_at FROM session
WHERE account_id = $1 AND ended_at IS NULL AND expires_at > now() AND seen_at > now() - interval '60 minutes'
ORDER BY seen_at DESC, id DESC;

-- name: end
UPDATE session SET ended_at = now(), ended_why = $3
WHERE account_id = $1 AND id = $2 AND ended_at IS NULL RETURNING id;

-- name: end_all
UPDATE session SET ended_at = now(), ended_why = $3
WHERE account_id = $1 AND id IS DISTINCT FROM $2 AND ended_at IS NULL RETURNING id;
