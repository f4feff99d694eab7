-- Taking on what a team did not acknowledge in time. Run by the database's owner; "now" is always a parameter.

-- name: late
-- Items past their due time that go on to somebody, the most urgent first. Not where the next contact has acknowledged,
-- nor where the team itself has since the decision in force: such an item is new again because more was said.
-- $1 now, $2 teams, $3 their next contacts ('' for none), $4 the grades at which each goes on, as '14', $5 most rows,
-- $6 due before then, an item is old: it is in the digests
SELECT item.report_id, item.team, item.grade, item.due_at
FROM awaited_item AS item
LEFT JOIN unnest($2::text[], $3::text[], $4::text[]) AS known (team, next, grades) ON known.team = item.team
WHERE item.due_at <= $1 AND item.due_at > $6 AND item.team <> 'coordination'
  AND position(item.grade::text IN coalesce(known.grades, '1')) > 0
  AND NOT EXISTS (SELECT FROM escalation AS done
                  WHERE done.report_id = item.report_id AND done.team = item.team AND done.due_at = item.due_at)
  AND NOT EXISTS (SELECT FROM queue_item AS other
                  WHERE other.report_id = item.report_id AND other.team = coalesce(nullif(known.next, ''), 'coordination')
                    AND other.state IN ('acknowledged', 'closed'))
  AND NOT EXISTS (SELECT FROM case_event
                  WHERE case_event.report_id = item.report_id AND case_event.team = item.team
                    AND kind IN ('acknowledged', 'closed', 'delivery_accepted', 'delivery_outcome')
                    AND at >= (SELECT date_trunc('minute', max(decided_at)) FROM decision
                               WHERE decision.report_id = item.report_id))
ORDER BY item.grade, item.due_at, item.report_id, item.team
LIMIT $5

-- name: lock
-- The case, as whoever acts on the report locks it: who acknowledges meanwhile comes before this, or after. $1 report
INSERT INTO report_case AS made (report_id) VALUES ($1)
ON CONFLICT (report_id) DO UPDATE SET version = made.version

-- name: still
-- Whether the item is still awaited and nobody has taken it on; asked under the lock. $1 report, $2 team, $3 due, $4 to whom
SELECT item.grade, report.anonymity, handle.reference,
       (SELECT id FROM route WHERE route.report_id = $1 AND route.recipient = $4 ORDER BY id DESC LIMIT 1) AS route,
       (SELECT id FROM decision WHERE decision.report_id = $1 ORDER BY decided_at DESC, id DESC LIMIT 1) AS decision
FROM awaited_item AS item
JOIN report ON report.id = item.report_id
JOIN report_handle AS handle ON handle.report_id = item.report_id
WHERE item.report_id = $1 AND item.team = $2 AND item.due_at = $3
  AND NOT EXISTS (SELECT FROM escalation WHERE report_id = $1 AND team = $2 AND due_at = $3)

-- name: route
-- $1 id, $2 decision, $3 report, $4 recipient, $5 tier
INSERT INTO route (id, decision_id, report_id, recipient, tier) VALUES ($1, $2, $3, $4, $5)

-- name: give_time
-- A body that hears of it only now has its own time from now. $1 report, $2 team, $3 due
UPDATE queue_item SET due_at = $3 WHERE report_id = $1 AND team = $2

-- name: to_the_desk
-- The coordination desk sees that there is one, if it did not. $1 report, $2 team that did not acknowledge
INSERT INTO queue_item (report_id, team, reference, tier, grade, due_at, received_at, concerns, town)
SELECT report_id, 'coordination', reference, 'D1', grade, due_at, received_at, concerns, town
FROM queue_item WHERE report_id = $1 AND team = $2
ON CONFLICT (report_id, team) DO NOTHING

-- name: notify
-- $1 ids, $2 route, $3 report, $4 recipient, $5 channels, $6 grade, $7 now, $8 coarse
INSERT INTO delivery (id, route_id, report_id, recipient, channel, grade, made_at, due_at, coarse, about)
SELECT one.id, $2, $3, $4, one.channel, $6, $7, $7, $8, 'escalation'
FROM unnest($1::uuid[], $5::text[]) AS one (id, channel)

-- name: escalated
-- Once for each item: a second would be refused. $1 report, $2 team, $3 due, $4 to whom, $5 route made or null, $6 now
INSERT INTO escalation (report_id, team, due_at, to_team, made_route, at) VALUES ($1, $2, $3, $4, $5, $6)

-- name: on_the_case
-- $1 report, $2 team, $3 detail
SELECT actor_case_event($1, $2, 'escalated', true, $3)

-- name: tell_people
-- A notice to the leads of a team, and of the coordination desk to all. $1 team, $2 report, $3 detail
WITH told AS (
    INSERT INTO notice (account_id, report_id, kind, detail)
    SELECT account_id, $2, 'escalated', $3 FROM membership JOIN account ON account.id = account_id
    WHERE team = $1 AND disabled_at IS NULL AND (role = 'lead' OR team = 'coordination')
    RETURNING 1
)
SELECT count(*) AS told, pg_notify('evenlode_notice', $1) FROM told

-- name: record
-- $1 at, $2 actor, $3 action, $4 subject, $5 detail
INSERT INTO audit_event (at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)

-- name: wake
-- $1 grades, separated by commas
SELECT pg_notify('evenlode_delivery', $1)
