-- What stands around a report on its page, in a transaction of the actor: row security decides what any of these finds.

-- name: opened
-- Somebody of a team has opened the report. $1 report, $2 team
SELECT actor_opened($1, $2)

-- name: report_of
-- $1 reference
SELECT actor_report($1)

-- name: openings
-- $1 report
SELECT team, opened_at FROM opening WHERE report_id = $1

-- name: files
-- $1 report
SELECT id, kind, size, added_at FROM report_file WHERE report_id = $1 ORDER BY place

-- name: file
-- A photo itself. $1 reference, $2 the photo
SELECT report_id, place, kind, content FROM report_file WHERE report_id = actor_report($1) AND id = $2

-- name: file_opened
-- That a photo was opened, on the record. $1 report, $2 the photo, $3 reference
SELECT actor_record('file.opened', $1::uuid::text, jsonb_build_object('file', $2::uuid, 'reference', $3::text))

-- name: same_place
-- Other reports of the place, where the actor may see the record of both. $1 report, $2 most
SELECT item.reference, item.grade, item.concerns, item.received_at, item.state, near.kind,
       report.body -> 'location' AS location
FROM same_place($1, $2) AS near
JOIN report ON report.id = near.report_id
JOIN LATERAL (
    SELECT reference, grade, concerns, received_at, state FROM queue_item
    WHERE queue_item.report_id = near.report_id AND queue_item.tier >= 'D3' ORDER BY team LIMIT 1
) AS item ON true
ORDER BY item.received_at DESC, item.reference

-- name: linked_places
-- Where the reports are that links hold to this one. $1 report
SELECT DISTINCT item.reference, report.body -> 'location' AS location
FROM link
JOIN report ON report.id = CASE WHEN link.first = $1 THEN link.second ELSE link.first END
JOIN queue_item AS item ON item.report_id = report.id
WHERE (link.first = $1 OR link.second = $1) AND link.cut_at IS NULL

-- name: clusters
-- The clusters that the report is in, with those of their reports that the actor may see. $1 report
SELECT cluster.id, cluster.place_kind, cluster.concern, cluster.reports, cluster.expected, cluster.found_on,
       cluster.counted_on, cluster.ended_on,
       array(SELECT DISTINCT item.reference FROM cluster_report AS part
             JOIN queue_item AS item ON item.report_id = part.report_id AND item.tier >= 'D3'
             WHERE part.cluster_id = cluster.id AND part.report_id <> $1 ORDER BY item.reference) AS others
FROM cluster JOIN cluster_report AS own ON own.cluster_id = cluster.id
WHERE own.report_id = $1
ORDER BY cluster.ended_on NULLS FIRST, cluster.found_on DESC, cluster.id

-- name: merged_with
-- The report that this one was merged into, and those merged into it. $1 report, $2 that it was merged into, or null
SELECT reference, true AS goes_on FROM queue_item WHERE report_id = $2
UNION
SELECT item.reference, false FROM report_case JOIN queue_item AS item ON item.report_id = report_case.report_id
WHERE report_case.merged_into = $1
ORDER BY reference

-- name: colleagues_of
-- Whom a report of a team can be handed to. $1 team
SELECT id, name FROM team_colleague WHERE team = $1 ORDER BY name, id

-- name: own_request
-- The actor's request to know who reported, while it holds. $1 report
SELECT asked_at, approved_at, reason FROM reveal
WHERE report_id = $1 AND asked_by = actor_account() AND revealed_at IS NULL
  AND coalesce(approved_at, asked_at) > now() - interval '24 hours'
ORDER BY approved_at NULLS LAST, asked_at LIMIT 1

-- name: requests
-- Requests to know who reported that wait for the actor as a lead.
SELECT reveal.id, reveal.team, reveal.asked_by, reveal.asked_at, reveal.reason, item.reference
FROM reveal
JOIN LATERAL (SELECT reference FROM queue_item WHERE queue_item.report_id = reveal.report_id LIMIT 1) AS item ON true
WHERE reveal.approved_by IS NULL AND reveal.revealed_at IS NULL AND reveal.asked_by <> actor_account()
  AND reveal.asked_at > now() - interval '24 hours' AND reveal.team = ANY (actor_leads())
ORDER BY reveal.asked_at, reveal.id
