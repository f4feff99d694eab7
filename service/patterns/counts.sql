-- Counting over reports, as evenlode_pattern. "Today" is always a parameter.

-- name: told
-- What counting needs of each report, by the decision in force. $1 the lowest id (UUIDv7) of interest
SELECT report.id, report_handle.reference, report.received_at,
       coalesce(body ->> 'occurred_at', body #>> '{marked,at}', body #>> '{spiking,symptoms_began}') AS occurred_at,
       body ->> 'happening' AS happening,
       (body #>> '{location,latitude}')::float8 AS latitude, (body #>> '{location,longitude}')::float8 AS longitude,
       in_force.concerns,
       coalesce(body ->> 'hate' = 'yes', false) OR in_force.concerns ? 'hate_incident'
           OR jsonb_path_exists(in_force.detail, '$.**.atom ? (@ == "hate=yes")') AS is_hate,
       array(SELECT mark FROM reporter_mark WHERE reporter_mark.report_id = report.id ORDER BY mark) AS marks
FROM report
JOIN report_handle ON report_handle.report_id = report.id
CROSS JOIN LATERAL (
    SELECT concerns, detail FROM decision WHERE decision.report_id = report.id ORDER BY decided_at DESC, id DESC LIMIT 1
) AS in_force
WHERE report.id >= $1
ORDER BY report.id

-- name: places
-- Where reports were, as hashes. $1 the lowest id, $2 kinds of identifier
SELECT report_id, kind, hash FROM identifier WHERE report_id >= $1 AND kind = any($2::text[])

-- name: same_texts
-- Reports of near-identical words. A link that a person cut counts for nothing. $1 the lowest id
SELECT first, second FROM link WHERE kind = 'text' AND cut_at IS NULL AND second >= $1

-- name: one_at_a_time
SELECT pg_advisory_xact_lock(8310)

-- name: keep_reviews
-- What a count found near or at a threshold; the day it was first reached stays for as long as it is reached.
-- $1 a JSON array of rows, $2 today. Returns each row's id, and whether it is reached only now.
WITH found AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (
        id uuid, limb text, subject_kind text, subject text, counted integer, needed integer, verdicts jsonb)
), before AS MATERIALIZED (
    SELECT limb, subject_kind, subject FROM case_review WHERE reached_on IS NOT NULL
), kept AS (
    INSERT INTO case_review (id, limb, subject_kind, subject, counted_on, counted, needed, reached_on)
    SELECT id, limb, subject_kind, decode(subject, 'base64'), $2, counted, needed,
           CASE WHEN counted >= needed THEN $2::date END
    FROM found
    ON CONFLICT (limb, subject_kind, subject) DO UPDATE
    SET counted_on = excluded.counted_on, counted = excluded.counted, needed = excluded.needed,
        reached_on = CASE WHEN excluded.reached_on IS NOT NULL
                     THEN coalesce(case_review.reached_on, excluded.reached_on) END
    RETURNING id, limb, subject_kind, subject, counted, needed, reached_on
)
SELECT kept.id, found.id AS given, kept.limb, kept.counted, kept.needed, found.verdicts,
       kept.reached_on IS NOT NULL AND before.limb IS NULL AS newly_reached
FROM kept
JOIN found ON found.limb = kept.limb AND found.subject_kind = kept.subject_kind
    AND decode(found.subject, 'base64') = kept.subject
LEFT JOIN before ON before.limb = kept.limb AND before.subject_kind = kept.subject_kind
    AND before.subject = kept.subject
ORDER BY kept.id

-- name: forget_reviews
-- $1 the ids found by this count: all others are near no threshold any more.
DELETE FROM case_review WHERE NOT id = any($1::uuid[])

-- name: clear_verdicts
-- $1 ids of case reviews
DELETE FROM case_review_report WHERE case_review_id = any($1::uuid[])

-- name: keep_verdicts
-- $1 case review ids, $2 report ids, $3 verdicts
INSERT INTO case_review_report (case_review_id, report_id, verdict)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[])

-- name: keep_clusters
-- Open a cluster, or bring the open one of the same place and concern up to date. $1 a JSON array of rows, $2 today.
-- Returns each row's id beside the one given for it: the same when it is new.
WITH found AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (
        id uuid, place_kind text, place text, concern text, reports integer, expected float8, chance float8)
), kept AS (
    INSERT INTO cluster (id, place_kind, place, concern, reports, expected, chance, found_on, counted_on)
    SELECT id, place_kind, decode(place, 'base64'), concern, reports, expected, chance, $2, $2 FROM found
    ON CONFLICT (place_kind, place, concern) WHERE ended_on IS NULL DO UPDATE
    SET reports = excluded.reports, expected = excluded.expected, chance = excluded.chance,
        counted_on = excluded.counted_on
    RETURNING id, place_kind, place, concern
)
SELECT kept.id, found.id AS given
FROM kept
JOIN found ON found.place_kind = kept.place_kind AND decode(found.place, 'base64') = kept.place
    AND found.concern = kept.concern
ORDER BY found.id

-- name: keep_cluster_reports
-- $1 cluster ids, $2 report ids
INSERT INTO cluster_report (cluster_id, report_id)
SELECT * FROM unnest($1::uuid[], $2::uuid[])
ON CONFLICT DO NOTHING

-- name: open_clusters
SELECT id, place_kind, place, concern FROM cluster WHERE ended_on IS NULL ORDER BY id

-- name: end_clusters
-- $1 ids of open clusters where it has become quiet, $2 today
UPDATE cluster SET ended_on = $2 WHERE id = any($1::uuid[])

-- name: listed_clusters
-- Open clusters for coordinators, the least likely first, with their reports. $1 most rows
SELECT cluster.id, place_kind, concern, reports, expected, chance, found_on, counted_on,
       array(SELECT reference FROM cluster_report JOIN report_handle USING (report_id)
             WHERE cluster_id = cluster.id ORDER BY report_handle.report_id) AS told
FROM cluster
WHERE ended_on IS NULL
ORDER BY chance, cluster.id
LIMIT $1

-- name: last_examined
-- When a report was last examined, to the minute.
SELECT max(finished_at) FROM examination

-- name: record
-- $1 at, $2 actor, $3 action, $4 subject, $5 detail
INSERT INTO audit_event (at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)
