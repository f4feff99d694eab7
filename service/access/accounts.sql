-- Accounts as signing in sees them: found, their password, their factors.

-- name: by_email
SELECT id, email, name, office, password, password_once AND password_until < now() AS overdue, password_once,
       totp_key_id, totp_secret,
       EXISTS (SELECT FROM passkey WHERE account_id = account.id) AS has_passkey,
       (SELECT count(*) FROM recovery_code WHERE account_id = account.id) AS recovery_codes
FROM account WHERE email = $1 AND disabled_at IS NULL;

-- name: by_id
SELECT id, email, name, office, password, password_once AND password_until < now() AS overdue, password_once,
       totp_key_id, totp_secret,
       EXISTS (SELECT FROM passkey WHERE account_id = account.id) AS has_passkey,
       (SELECT count(*) FROM recovery_code WHERE account_id = account.id) AS recovery_codes
FROM account WHERE id = $1 AND disabled_at IS NULL;

-- name: set_password
UPDATE account SET password = $2, password_once = false, password_until = NULL, password_at = now() WHERE id = $1;

-- name: set_totp
UPDATE account SET totp_key_id = $2, totp_secret = $3, totp_used = $4 WHERE id = $1;

-- name: use_totp
UPDATE account SET totp_used = $2 WHERE id = $1 AND totp_used < $2 RETURNING id;

-- name: forget_recovery_codes
DELETE FROM recovery_code WHERE account_id = $1;

-- name: add_recovery_codes
INSERT INTO recovery_code (account_id, mark) SELECT $1, unnest($2::bytea[]);

-- name: use_recovery_code
DELETE FROM recovery_code WHERE account_id = $1 AND mark = $2 RETURNING account_id;

-- name: passkeys
SELECT id, name, made_at, used_at, credential_id FROM passkey WHERE account_id = $1 ORDER BY made_at, id;

-- name: passkey_by_credential
SELECT id, account_id, public_key, sign_count FROM passkey WHERE credential_id = $1;

-- name: add_passkey
INSERT INTO passkey (id, account_id, credential_id, public_key, sign_count, name) VALUES ($1, $2, $3, $4, $5, $6);

-- name: use_passkey
UPDATE passkey SET sign_count = $2, used_at = now() WHERE id = $1;

-- name: remove_passkey
DELETE FROM passkey WHERE account_id = $1 AND id = $2 RETURNING id;

-- name: by_identity
SELECT account_id FROM identity WHERE issuer = $1 AND subject = $2;

-- name: invited
SELECT id FROM account
WHERE email = $1 AND disabled_at IS NULL AND invited_until > now()
  AND NOT EXISTS (SELECT FROM identity WHERE account_id = account.id AND issuer = $2);

-- name: link_identity
INSERT INTO identity (issuer, subject, account_id) VALUES ($1, $2, $3);
