-- Sign-ins under way.

-- name: forget_old
DELETE FROM sign_in WHERE expires_at < now();

-- name: begin
INSERT INTO sign_in (token_hash, account_id, method, challenge, expires_at)
VALUES ($1, $2, $3, $4, now() + interval '20 minutes')
ON CONFLICT (token_hash) DO UPDATE
SET account_id = excluded.account_id, method = excluded.method, challenge = excluded.challenge, factor = NULL,
    draft_key_id = NULL, draft_secret = NULL, expires_at = excluded.expires_at;

-- name: found
SELECT account_id, method, factor, challenge, draft_key_id, draft_secret FROM sign_in
WHERE token_hash = $1 AND expires_at > now() FOR UPDATE;

-- name: challenge
UPDATE sign_in SET challenge = $2 WHERE token_hash = $1;

-- name: factor
UPDATE sign_in SET factor = $2, challenge = NULL WHERE token_hash = $1;

-- name: draft
UPDATE sign_in SET draft_key_id = $2, draft_secret = $3 WHERE token_hash = $1;

-- name: finish
DELETE FROM sign_in WHERE token_hash = $1;

-- name: finish_account
DELETE FROM sign_in WHERE account_id = $1;
