-- What became of an evening's reports. $1 is always the ids of the reports it sent.

-- name: grades
SELECT grade, count(*) AS reports FROM decision WHERE report_id = any($1::uuid[]) GROUP BY grade ORDER BY grade

-- name: notifications
SELECT recipient, channel,
       count(*) FILTER (WHERE state = 'delivered') AS delivered,
       count(*) FILTER (WHERE state IN ('waiting', 'handed')) AS waiting,
       count(*) FILTER (WHERE state = 'dead') AS dead
FROM delivery
WHERE report_id = any($1::uuid[])
GROUP BY recipient, channel
ORDER BY recipient, channel

-- name: outstanding
SELECT count(*) FROM delivery WHERE report_id = any($1::uuid[]) AND state IN ('waiting', 'handed')

-- name: books
-- The same books as those of the whole outbox, of these reports alone.
SELECT (SELECT count(*) FROM report WHERE id = any($1::uuid[])) AS stored,
       (SELECT coalesce(sum(jsonb_array_length(detail -> 'recipients')), 0)
        FROM decision WHERE report_id = any($1::uuid[])) AS decided,
       (SELECT count(*) FROM route WHERE report_id = any($1::uuid[])) AS routes,
       (SELECT count(*) FROM route
        WHERE report_id = any($1::uuid[])
          AND NOT EXISTS (SELECT FROM delivery WHERE delivery.route_id = route.id)) AS unserved,
       count(*) AS made,
       count(*) FILTER (WHERE state = 'delivered') AS delivered,
       count(*) FILTER (WHERE state = 'waiting') AS waiting,
       count(*) FILTER (WHERE state = 'handed') AS handed,
       count(*) FILTER (WHERE state = 'dead') AS dead
FROM delivery
WHERE report_id = any($1::uuid[])
