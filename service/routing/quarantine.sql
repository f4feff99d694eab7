-- Reports that look machine-made, as a coordinator sees and settles them. Run by the database's owner.

-- name: listed
-- Those that nobody has settled, the most urgent first. $1 most rows
SELECT handle.reference, quarantine.at, quarantine.signs, quarantine.held, in_force.grade, in_force.concerns,
       (SELECT count(*) FROM delivery WHERE delivery.report_id = quarantine.report_id AND state = 'held') AS notifications
FROM quarantine
JOIN report_handle AS handle ON handle.report_id = quarantine.report_id
CROSS JOIN LATERAL (
    SELECT grade, concerns FROM decision WHERE decision.report_id = quarantine.report_id
    ORDER BY decided_at DESC, id DESC LIMIT 1
) AS in_force
WHERE quarantine.ended IS NULL
ORDER BY in_force.grade, quarantine.at
LIMIT $1

-- name: end
-- Settle some, or all that are open. $1 references, or null for all, $2 released or dropped, $3 now, $4 who
UPDATE quarantine SET ended = $2, ended_at = $3, ended_by = $4
FROM report_handle AS handle
WHERE handle.report_id = quarantine.report_id AND quarantine.ended IS NULL
  AND ($1::text[] IS NULL OR handle.reference = any($1::text[]))
RETURNING quarantine.report_id, handle.reference

-- name: release
-- Let what is held go, at once; the time to give up counts from now. $1 reports, $2 now
UPDATE delivery
SET state = 'waiting', due_at = CASE WHEN coarse THEN date_trunc('minute', $2::timestamptz) ELSE $2 END,
    retried_at = CASE WHEN coarse THEN date_trunc('minute', $2::timestamptz) ELSE $2 END
WHERE state = 'held' AND report_id = any($1::uuid[])
RETURNING report_id, grade

-- name: drop
-- Never send what is held. $1 reports, $2 now
UPDATE delivery
SET state = 'dropped', settled_at = CASE WHEN coarse THEN date_trunc('minute', $2::timestamptz) ELSE $2 END
WHERE state = 'held' AND report_id = any($1::uuid[])
RETURNING report_id, grade

-- name: wake
-- $1 grades, separated by commas
SELECT pg_notify('evenlode_delivery', $1)

-- name: record
-- Put a person's act on the audit chain. $1 at, $2 actor, $3 action, $4 subject, $5 detail
INSERT INTO audit_event (at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)
