-- What an auditor reads of the record, in a transaction of the actor.

-- name: page
-- The newest first. $1 before, $2 actor, $3 actions as a regular expression, $4 subject, $5 since, $6 until, $7 most
SELECT seq, at, actor, action, subject, detail FROM audit_page($1, $2, $3, $4, $5, $6, $7)

-- name: report
-- $1 reference
SELECT report_id FROM audited_report WHERE reference = $1

-- name: references
-- $1 ids of reports, and of other things
SELECT report_id, reference FROM audited_report WHERE report_id = any($1::uuid[])

-- name: names
SELECT id, name FROM colleague ORDER BY name, id

-- name: on_record
-- $1 action, $2 detail
SELECT actor_record($1, 'record', $2)
