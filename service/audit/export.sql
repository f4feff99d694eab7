-- Fetching the record for another system.

-- name: after
-- $1 the last that is known, $2 most
SELECT seq, at, actor, action, subject, detail, hash FROM audit_event WHERE seq > $1 ORDER BY seq LIMIT $2

-- name: exported
-- $1 actor, $2 detail
INSERT INTO audit_event (at, actor, action, subject, detail) VALUES (now(), $1, 'audit.exported', 'record', $2)
