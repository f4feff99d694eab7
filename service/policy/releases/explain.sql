-- Why a stored report was graded and routed as it was.

-- name: report
-- $1: a reference.
SELECT report.id, handle.reference, report.received_at, report.reporter, report.anonymity, report.concern
FROM report_handle AS handle JOIN report ON report.id = handle.report_id
WHERE handle.reference = $1;

-- name: decisions
-- $1: a report's id. `cause` is a column of later schemas: what brought the decision about.
SELECT decided_at, to_jsonb(decision) ->> 'cause' AS cause, detail FROM decision
WHERE report_id = $1 ORDER BY decided_at, id;

-- name: read
-- $1: now; $2: who reads; $3: the report's id; $4: its reference and the account of the machine.
INSERT INTO audit_event (at, actor, action, subject, detail) VALUES ($1, $2, 'report.explained', $3, $4);
