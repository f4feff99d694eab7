-- The keeping of accounts, for administrators and the commands.

-- name: every
SELECT id, email, name, office, disabled_at, made_at, password IS NOT NULL AS has_password, password_once,
       totp_secret IS NOT NULL AS has_code, invited_until,
       (SELECT count(*) FROM passkey WHERE account_id = account.id) AS passkeys,
       EXISTS (SELECT FROM identity WHERE account_id = account.id) AS linked,
       coalesce((SELECT jsonb_object_agg(team, role) FROM membership WHERE account_id = account.id), '{}') AS teams,
       (SELECT max(started_at) FROM session WHERE account_id = account.id) AS last_session
FROM account ORDER BY disabled_at IS NOT NULL, lower(name), id;

-- name: add
INSERT INTO account (id, email, name, office, password, password_once, password_until, invited_until)
VALUES ($1, $2, $3, $4, $5, $5::text IS NOT NULL, CASE WHEN $5::text IS NOT NULL THEN now() + interval '7 days' END,
        CASE WHEN $5::text IS NULL THEN now() + interval '14 days' END);

-- name: id_of
SELECT id FROM account WHERE email = $1;

-- name: remove_memberships
DELETE FROM membership WHERE account_id = $1;

-- name: set_office
UPDATE account SET office = $2 WHERE id = $1;

-- name: add_memberships
INSERT INTO membership (account_id, team, role) SELECT $1, * FROM unnest($2::text[], $3::text[]);

-- name: disable
UPDATE account SET disabled_at = now() WHERE id = $1 AND disabled_at IS NULL RETURNING id;

-- name: enable
UPDATE account SET disabled_at = NULL WHERE id = $1 AND disabled_at IS NOT NULL RETURNING id;

-- name: reset
UPDATE account SET password = $2, password_once = true, password_until = now() + interval '7 days',
       totp_key_id = NULL, totp_secret = NULL
WHERE id = $1 RETURNING id;

-- name: forget_passkeys
DELETE FROM passkey WHERE account_id = $1;

-- name: forget_recovery_codes
DELETE FROM recovery_code WHERE account_id = $1;

-- name: lock_administrators
SELECT id FROM account WHERE office = 'administrator' AND disabled_at IS NULL ORDER BY id FOR UPDATE;
