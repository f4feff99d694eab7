-- The book-keeping of notifications. Every change of state is a compare-and-set; "now" is always a parameter.

-- name: claim
-- Give due rows of one lane to one hand-over. Hand-overs whose lease ran out come first, then waiting rows by due time.
-- No more than $4 rows of the lane are handed out at a time, whichever relay asks. Answers the room there was, too.
-- $1 grade, $2 now, $3 the new lease, $4 most handed out of this lane, $5 most in this claim, $6 when the lease ends
WITH room AS MATERIALIZED (
    SELECT greatest(0, least($5::bigint, $4::bigint - count(*))) AS n
    FROM delivery
    WHERE grade = $1 AND state = 'handed' AND due_at > $2
), expired AS MATERIALIZED (
    SELECT id FROM delivery
    WHERE grade = $1 AND state = 'handed' AND due_at <= $2
    ORDER BY due_at
    LIMIT (SELECT n FROM room)
    FOR UPDATE SKIP LOCKED
), due AS MATERIALIZED (
    SELECT id FROM delivery
    WHERE grade = $1 AND state = 'waiting' AND due_at <= $2
    ORDER BY due_at
    LIMIT (SELECT greatest(0, (SELECT n FROM room) - (SELECT count(*) FROM expired)))
    FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE delivery
    SET state = 'handed', lease = $3, due_at = $6
    WHERE id IN (SELECT id FROM expired UNION ALL SELECT id FROM due)
    RETURNING id
)
SELECT (SELECT n FROM room) AS room, array(SELECT id FROM claimed ORDER BY id) AS ids

-- name: release
-- Take a hand-over back that never reached the broker. Rows that a worker began all the same are left to it.
-- $1 ids, $2 lease, $3 when to try again
UPDATE delivery SET state = 'waiting', lease = NULL, due_at = $3
WHERE id = any($1::uuid[]) AND lease = $2 AND state = 'handed'
RETURNING id

-- name: begin
-- Begin an attempt at each row this lease still holds, and put the attempt on record. Only one task can; a lease that
-- ends before a send could is not begun, so that nobody else is given the row while it is being sent.
-- $1 ids, $2 lease, $3 now, $4 the earliest end of lease that leaves time to send
WITH begun AS (
    UPDATE delivery SET lease = NULL, attempts = attempts + 1
    WHERE id = any($1::uuid[]) AND lease = $2 AND state = 'handed' AND due_at >= $4
    RETURNING id, route_id, report_id, recipient, channel, grade, attempts, coarse, about,
              coalesce(retried_at, made_at) AS since
), recorded AS (
    INSERT INTO delivery_attempt (delivery_id, number, started_at)
    SELECT id, attempts, CASE WHEN coarse THEN date_trunc('minute', $3::timestamptz) ELSE $3 END
    FROM begun
)
SELECT begun.id, begun.recipient, begun.channel, begun.grade, begun.attempts, begun.coarse, begun.since,
       begun.about, report_handle.reference, coalesce(item.due_at, decision.due_at) AS due_at, decision.concerns,
       decision.act_by,
       (SELECT array_agg(handle.reference ORDER BY told.step, told.due_at, told.report_id)
        FROM reminder AS told JOIN report_handle AS handle ON handle.report_id = told.report_id
        WHERE begun.about = 'reminder' AND told.delivery_id = begun.id) AS items
FROM begun
JOIN route ON route.id = begun.route_id
JOIN decision ON decision.id = route.decision_id
JOIN report_handle ON report_handle.report_id = begun.report_id
LEFT JOIN queue_item AS item ON item.report_id = begun.report_id AND item.team = begun.recipient
ORDER BY begun.id

-- name: settle
-- Record how attempts ended and move their rows on. "Delivered" always counts, however late the news; a fault counts
-- only while the row still belongs to that attempt. Times of an anonymous report are cut to the minute.
-- $1 ids, $2 attempt numbers, $3 outcomes, $4 answers, $5 next states, $6 next due times or null, $7 now
WITH told AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
        AS t (id, number, outcome, answer, state, due_at)
), recorded AS (
    UPDATE delivery_attempt AS attempt
    SET outcome = told.outcome, answer = told.answer,
        ended_at = CASE WHEN delivery.coarse THEN date_trunc('minute', $7::timestamptz) ELSE $7 END
    FROM told JOIN delivery ON delivery.id = told.id
    WHERE attempt.delivery_id = told.id AND attempt.number = told.number AND attempt.outcome = 'started'
)
UPDATE delivery
SET state = told.state,
    lease = NULL,
    due_at = CASE
        WHEN told.due_at IS NOT NULL THEN told.due_at
        WHEN delivery.coarse THEN date_trunc('minute', delivery.due_at)
        ELSE delivery.due_at END,
    settled_at = CASE
        WHEN told.state = 'waiting' THEN NULL
        WHEN delivery.coarse THEN date_trunc('minute', $7::timestamptz)
        ELSE $7 END,
    last_fault = CASE WHEN told.outcome = 'delivered' THEN NULL ELSE told.answer END
FROM told
WHERE delivery.id = told.id
  AND CASE told.outcome
      WHEN 'delivered' THEN delivery.state <> 'delivered'
      ELSE delivery.state = 'handed' AND delivery.lease IS NULL AND delivery.attempts = told.number END
RETURNING delivery.id, delivery.state

-- name: books
-- What was decided against what became of it. Balanced when every recipient decided on, and every next contact that was
-- told for the first time, has its route, every route its notification, and every notification is delivered, waiting,
-- handed, dead or told by telephone, or held by or dropped from quarantine.
SELECT (SELECT coalesce(sum(recipients), 0) FROM decision)
       + (SELECT count(*) FROM escalation WHERE made_route IS NOT NULL) AS decided,
       (SELECT count(*) FROM route) AS routes,
       (SELECT count(*) FROM route
        WHERE NOT EXISTS (SELECT FROM delivery WHERE delivery.route_id = route.id)) AS unserved,
       count(*) AS made,
       count(*) FILTER (WHERE state = 'delivered') AS delivered,
       count(*) FILTER (WHERE state = 'waiting') AS waiting,
       count(*) FILTER (WHERE state = 'handed') AS handed,
       count(*) FILTER (WHERE state = 'dead') AS dead,
       count(*) FILTER (WHERE state = 'held') AS held,
       count(*) FILTER (WHERE state = 'dropped') AS dropped,
       count(*) FILTER (WHERE state = 'phoned') AS phoned
FROM delivery

-- name: depth
-- Undelivered notifications by grade and state.
SELECT grade, state, count(*) AS notifications
FROM (SELECT grade, state FROM delivery WHERE state = 'waiting'
      UNION ALL
      SELECT grade, state FROM delivery WHERE state = 'handed'
      UNION ALL
      SELECT grade, state FROM delivery WHERE state = 'held') AS undelivered
GROUP BY grade, state
ORDER BY grade, state

-- name: oldest
-- How long the oldest undelivered notification of each grade has waited, in seconds. A gauge is read at the database's
-- own present: whoever scrapes has no clock to pass.
SELECT grade, greatest(0, extract(epoch FROM clock_timestamp() - min(made_at)))::float8 AS seconds
FROM (SELECT grade, made_at FROM delivery WHERE state = 'waiting'
      UNION ALL
      SELECT grade, made_at FROM delivery WHERE state = 'handed') AS undelivered
GROUP BY grade
ORDER BY grade

-- name: dead_by_recipient
SELECT recipient, count(*) AS notifications FROM delivery WHERE state = 'dead' GROUP BY recipient ORDER BY recipient

-- name: listed
-- Notifications for a person to look at. $1 states, $2 most rows
SELECT delivery.id, report_handle.reference, delivery.recipient, delivery.channel, delivery.grade, delivery.state,
       delivery.attempts, delivery.made_at, delivery.due_at, delivery.settled_at, delivery.last_fault
FROM delivery
JOIN report_handle ON report_handle.report_id = delivery.report_id
WHERE delivery.state = any($1::text[])
ORDER BY delivery.grade, delivery.due_at
LIMIT $2

-- name: retry
-- Send dead notifications again, at once; the attempts so far stay on record. $1 ids, or null for all dead, $2 now
UPDATE delivery
SET state = 'waiting', lease = NULL, due_at = $2, settled_at = NULL,
    retried_at = CASE WHEN coarse THEN date_trunc('minute', $2::timestamptz) ELSE $2 END
WHERE state = 'dead' AND ($1::uuid[] IS NULL OR id = any($1::uuid[]))
RETURNING id, grade

-- name: wake
-- $1 grades, separated by commas
SELECT pg_notify('evenlode_delivery', $1)

-- name: record
-- Put a person's act on the audit chain. $1 at, $2 actor, $3 action, $4 subject, $5 detail
INSERT INTO audit_event (at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)

-- name: untold
-- Reports whose decision told nobody: they wait for a coordinator. $1 most rows
SELECT report_handle.reference, decision.grade, decision.concerns, decision.due_at
FROM decision
JOIN report_handle ON report_handle.report_id = decision.report_id
WHERE decision.recipients = 0 AND decision.cause = 'report'
ORDER BY decision.grade, decision.due_at
LIMIT $1
