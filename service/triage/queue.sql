-- Reading the queue: a page is a stretch of one index for each team, whatever its length (migration 0011).

-- name: page
-- Open reports, or settled ones, in the queue's order. Filters that are null let everything through.
-- $1 teams, $2 settled, $3 grades, $4 concerns, $5 states, $6 towns in small letters, $7 kinds of reporter, $8 claimed by,
-- $9 unassigned, $10 due before, $11 received before, $12 tags, $13 to $16 the last of the page before (before all: 0,
-- -infinity, zeros, ''): grade, due, report, team; $17 most rows
SELECT item.*, coalesce(report_case.version, 0) AS version, colleague.name AS claimed_by_name,
       coalesce(report_case.held, false) AS held, report_case.marked
FROM (
    SELECT one.* FROM unnest($1::text[]) AS own (team)
    CROSS JOIN LATERAL (
        SELECT report_id, team, reference, tier, grade, due_at, received_at, concerns, reporter, town, state,
               claimed_by, tags
        FROM queue_item
        WHERE queue_item.team = own.team AND settled = $2
          AND (grade, due_at, report_id) >= ($13::smallint, $14::timestamptz, $15::uuid)
          AND ((grade, due_at, report_id) > ($13, $14, $15) OR queue_item.team > $16::text)
          AND grade <= coalesce((SELECT max(one) FROM unnest($3::smallint[]) AS one), 4)
          AND ($3 IS NULL OR grade = any($3))
          AND ($4::text[] IS NULL OR concerns && $4)
          AND ($5::text[] IS NULL OR state = any($5))
          AND ($6::text[] IS NULL OR lower(town) = any($6))
          AND ($7::text[] IS NULL OR reporter = any($7))
          AND ($8::uuid IS NULL OR claimed_by = $8)
          AND (NOT $9::boolean OR claimed_by IS NULL)
          AND ($10::timestamptz IS NULL OR due_at < $10)
          AND ($11::timestamptz IS NULL OR received_at < $11)
          AND ($12::text[] IS NULL OR tags && $12)
        ORDER BY grade, due_at, report_id
        LIMIT $17
    ) AS one
    ORDER BY grade, due_at, report_id, team
    LIMIT $17
) AS item
LEFT JOIN report_case ON report_case.report_id = item.report_id
LEFT JOIN colleague ON colleague.id = item.claimed_by
ORDER BY grade, due_at, report_id, team

-- name: search
-- What holds all the words, the newest first. $1 teams, $2 words, $3 grades, $4 concerns, $5 states, $6 claimed by,
-- $7 the last report of the page before, or null, $8 most rows
SELECT item.report_id, item.team, item.reference, item.tier, item.grade, item.due_at, item.received_at, item.concerns,
       item.reporter, item.town, item.state, item.claimed_by, item.tags, coalesce(report_case.version, 0) AS version,
       colleague.name AS claimed_by_name, coalesce(report_case.held, false) AS held, report_case.marked
FROM search_reports($2, $8, $7) AS found (report_id)
JOIN queue_item AS item ON item.report_id = found.report_id AND item.team = any($1::text[])
LEFT JOIN report_case ON report_case.report_id = item.report_id
LEFT JOIN colleague ON colleague.id = item.claimed_by
WHERE ($3::smallint[] IS NULL OR item.grade = any($3)) AND ($4::text[] IS NULL OR item.concerns && $4)
  AND ($5::text[] IS NULL OR item.state = any($5)) AND ($6::uuid IS NULL OR item.claimed_by = $6)
ORDER BY item.report_id DESC, item.team

-- name: row
-- One row of the queue for each of the actor's teams, as `page` gives it: what a live event points to. $1 reference
SELECT item.report_id, item.team, item.reference, item.tier, item.grade, item.due_at, item.received_at, item.concerns,
       item.reporter, item.town, item.state, item.claimed_by, item.tags, coalesce(report_case.version, 0) AS version,
       colleague.name AS claimed_by_name, coalesce(report_case.held, false) AS held, report_case.marked
FROM queue_item AS item
LEFT JOIN report_case ON report_case.report_id = item.report_id
LEFT JOIN colleague ON colleague.id = item.claimed_by
WHERE item.report_id = actor_report($1)
ORDER BY item.team

-- name: counts
-- How many are open, by team and grade. $1 now, $2 soon
SELECT team, grade, count(*) AS open, count(*) FILTER (WHERE state = 'new') AS new,
       count(*) FILTER (WHERE due_at < $1) AS late,
       count(*) FILTER (WHERE due_at >= $1 AND due_at < $2) AS due_soon,
       count(*) FILTER (WHERE claimed_by IS NULL) AS unassigned,
       count(*) FILTER (WHERE claimed_by = (SELECT actor_account())) AS mine
FROM queue_item
WHERE team = any((SELECT actor_teams())::text[]) AND NOT settled
GROUP BY team, grade ORDER BY team, grade
