-- The books, for those who keep them: migration 0018 says who sees which.

-- name: by_day
-- $1 the smallest id, $2 the first id after, $3 time zone
SELECT day, recipient, channel, made, delivered, waiting, dead, phoned, held, dropped FROM books_by_day($1, $2, $3)

-- name: reports
-- $1 the smallest id, $2 the first id after, $3 time zone
SELECT day, reports, routed, untold, decided, routes, unserved FROM reports_by_day($1, $2, $3)

-- name: dead
-- $1 most rows
SELECT id, reference, recipient, channel, grade, made_at, attempts, last_fault FROM dead_letters($1)

-- name: untold
-- Open reports that no recipient is told of, for the coordination desk to route. $1 most rows
SELECT item.reference, item.grade, item.due_at, item.concerns
FROM queue_item AS item
WHERE item.team = 'coordination' AND NOT item.settled AND item.tier >= 'D3'
  AND NOT EXISTS (SELECT FROM route WHERE route.report_id = item.report_id)
ORDER BY item.grade, item.due_at, item.report_id LIMIT $1

-- name: settle
-- $1 the notification, $2 how, $3 why or null
SELECT settle_dead($1, $2, $3)
