-- What the web asks of a token or a key that somebody presents; functions of migrations 0010 and 0015.

-- name: open_session
SELECT session_id, account_id, name, office, teams, expires_at FROM open_session($1);

-- name: look_at_session
-- The same, without using the session.
SELECT session_id, account_id, name, office, teams, expires_at FROM look_at_session($1);

-- name: open_api_key
SELECT id, organisation, team, scopes FROM open_api_key($1);
