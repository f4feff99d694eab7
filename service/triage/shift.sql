-- What one shift hands over to the next, in a transaction of the actor: row security and the actor's own teams decide what
-- any of these finds.

-- name: came
-- $1 team, $2 the smallest id of the time since
SELECT grade, count(*) AS number FROM queue_item WHERE team = $1 AND report_id >= $2 GROUP BY grade

-- name: done
-- Reports of which something was done on the team's behalf, each once for a kind. $1 team, $2 since, $3 kinds
SELECT item.grade, CASE WHEN event.kind LIKE 'delivery_%' THEN 'acknowledged' ELSE event.kind END AS kind,
       count(DISTINCT event.report_id) AS number
FROM case_event AS event
JOIN queue_item AS item ON item.report_id = event.report_id AND item.team = event.team
WHERE event.team = $1 AND event.at >= $2 AND event.kind = any($3::text[])
GROUP BY 1, 2

-- name: open
-- $1 team, $2 now, $3 until
SELECT grade, count(*) AS open, count(*) FILTER (WHERE state = 'new') AS new,
       count(*) FILTER (WHERE state = 'new' AND due_at < $2) AS late,
       count(*) FILTER (WHERE state = 'new' AND due_at >= $2 AND due_at < $3) AS due,
       count(*) FILTER (WHERE claimed_by IS NULL) AS unclaimed
FROM queue_item WHERE team = $1 AND NOT settled GROUP BY grade

-- name: waiting
-- What nobody has acknowledged and is late, or due until then, the most urgent first. $1 team, $2 until, $3 most rows
SELECT item.reference, item.grade, item.due_at, item.concerns, colleague.name AS claimed_by
FROM queue_item AS item LEFT JOIN colleague ON colleague.id = item.claimed_by
WHERE item.team = $1 AND NOT item.settled AND item.state = 'new' AND item.due_at < $2
ORDER BY item.grade, item.due_at, item.report_id LIMIT $3

-- name: claims
-- $1 team
SELECT colleague.name, count(*) AS number, min(item.grade) AS grade
FROM queue_item AS item JOIN colleague ON colleague.id = item.claimed_by
WHERE item.team = $1 AND NOT item.settled
GROUP BY colleague.id, colleague.name ORDER BY min(item.grade), count(*) DESC, colleague.name

-- name: unanswered
-- Reports whose reporter wrote last, the longest waiting first. $1 team, $2 most rows
SELECT item.reference, item.grade, last.written_at
FROM queue_item AS item
CROSS JOIN LATERAL (
    SELECT author, written_at FROM message WHERE message.report_id = item.report_id ORDER BY place DESC LIMIT 1
) AS last
WHERE item.team = $1 AND NOT item.settled AND last.author = 'reporter'
ORDER BY last.written_at, item.report_id LIMIT $2

-- name: dead
-- Notifications given up: the team's own, or of the coordination desk's reports anybody's. $1 team, $2 most rows
SELECT item.reference, item.grade, delivery.recipient, delivery.channel, delivery.last_fault
FROM delivery JOIN queue_item AS item ON item.report_id = delivery.report_id AND item.team = $1
WHERE delivery.state = 'dead' AND (delivery.recipient = $1 OR $1 = 'coordination')
ORDER BY item.grade, delivery.settled_at LIMIT $2

-- name: holds
-- Reports held against deletion. $1 team, $2 most rows
SELECT item.reference, item.grade FROM report_case JOIN queue_item AS item ON item.report_id = report_case.report_id
WHERE report_case.held AND item.team = $1
ORDER BY item.grade, item.reference LIMIT $2

-- name: escalated
-- What was taken further since, from the team or to it. $1 team, $2 since, $3 most rows
SELECT item.reference, item.grade, escalation.team, escalation.to_team, escalation.at
FROM escalation JOIN queue_item AS item ON item.report_id = escalation.report_id AND item.team = $1
WHERE escalation.at >= $2 AND $1 IN (escalation.team, escalation.to_team)
ORDER BY escalation.at, item.reference LIMIT $3
