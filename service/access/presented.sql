-- What the web asks of a token or a key that somebody presents; functions of migrations 0010, 0015 and 0017.

-- name: open_session
SELECT session_id, account_id, name, office, teams, expires_at FROM open_session($1);

-- name: look_at_session
-- The same, without using the session.
SELECT session_id, account_id, name, office, teams, expires_at FROM look_at_session($1);

-- name: open_api_key
SELECT id, organisation, team, scopes FROM open_api_key($1);

-- name: request_refused
-- $1 token, $2 method, $3 path, $4 why
SELECT request_refused($1, $2, $3, $4);

-- name: key_refused
-- A key that is for other work. $1 actor, $2 key, $3 detail
INSERT INTO audit_event (at, actor, action, subject, detail) VALUES (now(), $1, 'request.refused', $2, $3)
