-- Reading the queue: a page is a stretch of one index for each team, whatever its length (migration 0011).

-- name: page
-- Open reports, or settled ones, in the queue's order, each once: at the team of the actor's that has yet to acknowledge it,
-- or sees most of it. Grade and due time are the same at every team, so one place in the order stands for all of them.
-- Filters that are null let everything through.
-- $1 teams, $2 settled, $3 grades, $4 concerns, $5 states, $6 towns in small letters, $7 kinds of reporter, $8 claimed by,
-- $9 unassigned, $10 due before, $11 due from, $12 received before, $13 tags, $14 to $16 the last of the page before (before
-- all: 0, -infinity, zeros): grade, due, report; $17 most reports
SELECT item.*, coalesce(report_case.version, 0) AS version, colleague.name AS claimed_by_name,
       coalesce(report_case.held, false) AS held, report_case.marked,
       coalesce((SELECT author = 'reporter' FROM message WHERE message.report_id = item.report_id
                 ORDER BY place DESC LIMIT 1), false) AS written
FROM (
    SELECT DISTINCT ON (grade, due_at, report_id) one.*,
           array_agg(one.team) OVER (PARTITION BY grade, due_at, report_id) AS teams
    FROM unnest($1::text[]) AS own (team)
    CROSS JOIN LATERAL (
        SELECT report_id, team, reference, tier, grade, due_at, received_at, concerns, reporter, town, state,
               claimed_by, tags
        FROM queue_item
        WHERE queue_item.team = own.team AND settled = $2
          AND (grade, due_at, report_id) > ($14::smallint, $15::timestamptz, $16::uuid)
          AND grade <= coalesce((SELECT max(one) FROM unnest($3::smallint[]) AS one), 4)
          AND ($3 IS NULL OR grade = any($3))
          AND ($4::text[] IS NULL OR concerns && $4)
          AND ($5::text[] IS NULL OR state = any($5))
          AND ($6::text[] IS NULL OR lower(town) = any($6))
          AND ($7::text[] IS NULL OR reporter = any($7))
          AND ($8::uuid IS NULL OR claimed_by = $8)
          AND (NOT $9::boolean OR claimed_by IS NULL)
          AND ($10::timestamptz IS NULL OR due_at < $10)
          AND ($11::timestamptz IS NULL OR due_at >= $11)
          AND ($12::timestamptz IS NULL OR received_at < $12)
          AND ($13::text[] IS NULL OR tags && $13)
        ORDER BY grade, due_at, report_id
        LIMIT $17
    ) AS one
    ORDER BY grade, due_at, report_id, state <> 'new', tier DESC, team
    LIMIT $17
) AS item
LEFT JOIN report_case ON report_case.report_id = item.report_id
LEFT JOIN colleague ON colleague.id = item.claimed_by
ORDER BY grade, due_at, item.report_id

-- name: search
-- Reports that hold all the words, the newest first. $1 words, $2 the last of the search before, or null, $3 most
SELECT report_id FROM search_reports($1, $3, $2) AS found (report_id)

-- name: among
-- Those of some reports that the filters let through, the newest first; open and settled ones unless $2 says which.
-- $1 to $13 as for `page`, $14 the reports
SELECT item.*, coalesce(report_case.version, 0) AS version, colleague.name AS claimed_by_name,
       coalesce(report_case.held, false) AS held, report_case.marked,
       coalesce((SELECT author = 'reporter' FROM message WHERE message.report_id = item.report_id
                 ORDER BY place DESC LIMIT 1), false) AS written
FROM (
    SELECT DISTINCT ON (report_id) report_id, team, reference, tier, grade, due_at, received_at, concerns, reporter, town,
           state, claimed_by, tags, array_agg(team) OVER (PARTITION BY report_id) AS teams
    FROM queue_item
    WHERE report_id = any($14::uuid[]) AND team = any($1::text[])
      AND ($2::boolean IS NULL OR settled = $2)
      AND ($3::smallint[] IS NULL OR grade = any($3))
      AND ($4::text[] IS NULL OR concerns && $4)
      AND ($5::text[] IS NULL OR state = any($5))
      AND ($6::text[] IS NULL OR lower(town) = any($6))
      AND ($7::text[] IS NULL OR reporter = any($7))
      AND ($8::uuid IS NULL OR claimed_by = $8)
      AND (NOT $9::boolean OR claimed_by IS NULL)
      AND ($10::timestamptz IS NULL OR due_at < $10)
      AND ($11::timestamptz IS NULL OR due_at >= $11)
      AND ($12::timestamptz IS NULL OR received_at < $12)
      AND ($13::text[] IS NULL OR tags && $13)
    ORDER BY report_id DESC, state <> 'new', tier DESC, team
) AS item
LEFT JOIN report_case ON report_case.report_id = item.report_id
LEFT JOIN colleague ON colleague.id = item.claimed_by
ORDER BY item.report_id DESC

-- name: head
-- How many reports are open, and how many of them late, by grade; none is counted beyond $2 at a team. $1 now
SELECT grade, count(DISTINCT report_id) AS open, count(DISTINCT report_id) FILTER (WHERE due_at < $1) AS late
FROM unnest(actor_teams()) AS own (team)
CROSS JOIN generate_series(1, 4) AS each (number)
CROSS JOIN LATERAL (
    SELECT report_id, grade, due_at FROM queue_item
    WHERE queue_item.team = own.team AND NOT settled AND grade = each.number
    ORDER BY due_at, report_id LIMIT $2
) AS one
GROUP BY grade

-- name: row
-- One row of the queue for each of the actor's teams, as `page` gives it. $1 reference
SELECT item.report_id, item.team, item.reference, item.tier, item.grade, item.due_at, item.received_at, item.concerns,
       item.reporter, item.town, item.state, item.claimed_by, item.tags, ARRAY[item.team] AS teams,
       coalesce(report_case.version, 0) AS version, colleague.name AS claimed_by_name,
       coalesce(report_case.held, false) AS held, report_case.marked,
       coalesce((SELECT author = 'reporter' FROM message WHERE message.report_id = item.report_id
                 ORDER BY place DESC LIMIT 1), false) AS written
FROM queue_item AS item
LEFT JOIN report_case ON report_case.report_id = item.report_id
LEFT JOIN colleague ON colleague.id = item.claimed_by
WHERE item.report_id = actor_report($1)
ORDER BY item.team

-- name: in_queue
-- Whether a report is in a queue of the actor's. $1 report
SELECT EXISTS (SELECT FROM queue_item WHERE report_id = $1)

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
