-- Stored reports, read to be decided again. Only ever run in a read-only transaction.

-- name: begin
-- $1, $2: ids between which; $3: reports in a batch. The first id of every batch.
SELECT id FROM (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM report WHERE id >= $1 AND id < $2
) AS numbered
WHERE (place - 1) % $3::integer = 0
ORDER BY id;

-- name: count
-- $1, $2: ids between which.
SELECT count(*) FROM report WHERE id >= $1 AND id < $2;

-- name: stored
-- $1, $2: ids between which. Each report with the first decision on it: later ones were made from more than the report.
SELECT report.id, handle.reference, report.received_at, report.concern, report.body, first.policy,
       first.detail AS decision
FROM report
JOIN report_handle AS handle ON handle.report_id = report.id
LEFT JOIN LATERAL (
    SELECT policy, detail FROM decision WHERE decision.report_id = report.id ORDER BY decided_at, decision.id LIMIT 1
) AS first ON true
WHERE report.id >= $1 AND report.id < $2
ORDER BY report.id;
