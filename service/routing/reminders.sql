-- Reminding teams of what is due soon or late. Run by the database's owner; "now" is always a parameter.

-- name: remind
-- Note what is to be said now, each item and step once; of two runs at the same time one notes it. What is found late at
-- first is only late. $1 now, $2 how long before its due time an item of each grade is due soon, $3 the longest of them
WITH noted AS (
    INSERT INTO reminder (report_id, team, due_at, step, at)
    SELECT item.report_id, item.team, item.due_at, CASE WHEN item.due_at <= $1 THEN 'late' ELSE 'soon' END,
           date_trunc('minute', $1::timestamptz)
    FROM awaited_item AS item
    WHERE item.due_at <= $1 + $3::interval AND item.due_at <= $1 + ($2::interval[])[item.grade]
      AND NOT EXISTS (SELECT FROM reminder AS said
                      WHERE said.report_id = item.report_id AND said.team = item.team AND said.due_at = item.due_at
                        AND (said.step = 'late' OR item.due_at > $1))
    ORDER BY item.report_id, item.team
    ON CONFLICT DO NOTHING
    RETURNING report_id, team, due_at, step
)
SELECT noted.*, item.reference, item.grade, item.claimed_by
FROM noted JOIN queue_item AS item ON item.report_id = noted.report_id AND item.team = noted.team
ORDER BY noted.team, item.grade, noted.due_at, noted.report_id

-- name: leads
-- $1 teams
SELECT team, account_id FROM membership JOIN account ON account.id = account_id
WHERE team = any($1::text[]) AND role = 'lead' AND disabled_at IS NULL

-- name: tell_people
-- $1 team, $2 accounts, $3 the most urgent report for each, $4 details
WITH told AS (
    INSERT INTO notice (account_id, report_id, kind, detail)
    SELECT one.account, one.report, 'due', one.detail
    FROM unnest($2::uuid[], $3::uuid[], $4::jsonb[]) AS one (account, report, detail)
)
SELECT pg_notify('evenlode_notice', $1)

-- name: digest
-- One notification of a team's, on the route of its most urgent item. Nothing when the team was never told of the report.
-- $1 id, $2 report, $3 team, $4 channel, $5 now
INSERT INTO delivery (id, route_id, report_id, recipient, channel, grade, made_at, due_at, coarse, about)
SELECT $1, route.id, $2, $3, $4, item.grade, made.at, made.at, made.coarse, 'reminder'
FROM (SELECT id FROM route WHERE report_id = $2 AND recipient = $3 ORDER BY id DESC LIMIT 1) AS route
JOIN queue_item AS item ON item.report_id = $2 AND item.team = $3
CROSS JOIN LATERAL (
    SELECT anonymity = 'anonymous' AS coarse,
           CASE WHEN anonymity = 'anonymous' THEN date_trunc('minute', $5::timestamptz) ELSE $5 END AS at
    FROM report WHERE report.id = $2
) AS made
RETURNING grade

-- name: sent_in
-- $1 delivery, $2 reports, $3 dues, $4 steps, $5 team
UPDATE reminder SET delivery_id = $1
FROM unnest($2::uuid[], $3::timestamptz[], $4::text[]) AS one (report_id, due_at, step)
WHERE reminder.report_id = one.report_id AND reminder.due_at = one.due_at AND reminder.step = one.step
  AND reminder.team = $5

-- name: wake
-- $1 grades, separated by commas
SELECT pg_notify('evenlode_delivery', $1)
