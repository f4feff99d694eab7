-- Comparing reports. Run by the role evenlode_pattern; "now" is always a parameter.

-- name: begin_at
-- Every report received before this has an examination.
SELECT complete_until FROM examination_progress

-- name: unexamined
-- Reports to begin with, oldest first. $1 the smallest id to look at, $2 most rows
SELECT report.id FROM report
WHERE report.id >= $1 AND NOT EXISTS (SELECT FROM examination WHERE examination.report_id = report.id)
ORDER BY report.id
LIMIT $2

-- name: complete
-- Note that nothing before $1 is left to begin with.
INSERT INTO examination_progress (complete_until) VALUES ($1)
ON CONFLICT (only_row) DO UPDATE SET complete_until = greatest(examination_progress.complete_until, excluded.complete_until)

-- name: again
-- Examine reports received since $1 once more; links that were cut stay cut. Returns one row for each. $2 now
INSERT INTO examination (report_id, indexed_at)
SELECT report.id, $2 FROM report WHERE report.id >= $1 AND report.received_at >= $3
ON CONFLICT (report_id) DO UPDATE SET indexed_at = $2, finished_at = NULL
RETURNING report_id

-- name: unfinished
-- Reports whose identifiers are stored and whose links are not all made, the newest first. $1 most rows
SELECT report_id FROM examination WHERE finished_at IS NULL ORDER BY report_id DESC LIMIT $1

-- name: finish
-- $1 ids, $2 now
UPDATE examination SET finished_at = $2 WHERE report_id = any($1::uuid[]) AND finished_at IS NULL

-- name: added_to
-- Examine again what its reporter has added to since it was examined. Both moments may be cut to the minute, so within one
-- it is done again each time. $1 the smallest id of a message to look at
UPDATE examination SET finished_at = NULL
FROM message
WHERE message.id >= $1 AND message.author = 'reporter' AND message.report_id = examination.report_id
  AND message.written_at >= examination.finished_at

-- name: reports
-- What was said in some reports, what their reporters added, and what is decided on them now. $1 ids
SELECT report.id, report.received_at, report.anonymity, report.body::text AS body, report_handle.reference,
       in_force.grade, in_force.concerns, in_force.decided_at,
       array(SELECT text FROM message WHERE message.report_id = report.id AND message.author = 'reporter'
             AND message.answers IS NULL ORDER BY place) AS added,
       array(SELECT text FROM message WHERE message.report_id = report.id AND message.author = 'reporter'
             AND message.answers IS NOT NULL ORDER BY place) AS answered
FROM report
JOIN report_handle ON report_handle.report_id = report.id
CROSS JOIN LATERAL (
    SELECT grade, concerns, decided_at FROM decision WHERE decision.report_id = report.id
    ORDER BY decided_at DESC, id DESC LIMIT 1
) AS in_force
WHERE report.id = any($1::uuid[])

-- name: standings
-- Of some reports, what raising asks for. $1 ids
SELECT report.id, report.received_at, in_force.concerns,
       array(SELECT mark FROM reporter_mark WHERE reporter_mark.report_id = report.id) AS marks
FROM report
CROSS JOIN LATERAL (
    SELECT concerns FROM decision WHERE decision.report_id = report.id ORDER BY decided_at DESC, id DESC LIMIT 1
) AS in_force
WHERE report.id = any($1::uuid[])

-- name: index
-- Store what some reports can be known by, in place of what was stored before. Three arrays, a hash each.
-- $1 report ids, $2 kinds, $3 hashes, $4 all ids that are indexed, $5 now
WITH wanted AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[]) AS w (report_id, kind, hash)
), gone AS (
    DELETE FROM identifier
    WHERE report_id = any($4::uuid[])
      AND NOT EXISTS (
          SELECT FROM wanted
          WHERE (wanted.report_id, wanted.kind, wanted.hash) = (identifier.report_id, identifier.kind, identifier.hash))
), stored AS (
    INSERT INTO identifier (report_id, kind, hash) SELECT * FROM wanted ON CONFLICT DO NOTHING
)
INSERT INTO examination (report_id, indexed_at) SELECT unnest($4::uuid[]), $5
ON CONFLICT (report_id) DO NOTHING

-- name: sharing
-- For each (report, hash) asked for: the reports of that hash nearest before and after it in time. Bounded, however many
-- share it. $1 report ids, $2 hashes, $3 most of them each way
SELECT asked.place, near.report_id
FROM unnest($1::uuid[], $2::bytea[]) WITH ORDINALITY AS asked (report_id, hash, place)
CROSS JOIN LATERAL (
    (SELECT report_id FROM identifier
     WHERE identifier.hash = asked.hash AND identifier.report_id < asked.report_id
     ORDER BY report_id DESC LIMIT $3)
    UNION ALL
    (SELECT report_id FROM identifier
     WHERE identifier.hash = asked.hash AND identifier.report_id > asked.report_id
     ORDER BY report_id LIMIT $3)
) AS near

-- name: link
-- Make links, or bring their strength up to date; one that a person cut is left alone. A new one between two that a
-- person cut is cut by them as well. Arrays of equal length.
-- $1 ids, $2 first, $3 second, $4 kinds, $5 strengths, $6 details, $7 now
INSERT INTO link (id, first, second, kind, strength, detail, made_at, cut_at, cut_by, cut_why)
SELECT w.id, w.first, w.second, w.kind, w.strength, w.detail, $7, parted.cut_at, parted.cut_by, parted.cut_why
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::smallint[], $6::jsonb[])
    AS w (id, first, second, kind, strength, detail)
LEFT JOIN LATERAL (
    SELECT cut_at, cut_by, cut_why FROM link
    WHERE link.first = w.first AND link.second = w.second AND cut_at IS NOT NULL
    ORDER BY cut_at LIMIT 1
) AS parted ON true
ON CONFLICT (first, second, kind) DO UPDATE SET strength = excluded.strength, detail = excluded.detail
WHERE link.cut_at IS NULL AND (link.strength, link.detail) <> (excluded.strength, excluded.detail)

-- name: links_of
-- All links of some reports, cut ones too. $1 ids, $2 kinds
SELECT first, second, kind, strength, detail, made_at, cut_at, cut_by, cut_why FROM link
WHERE (first = any($1::uuid[]) OR second = any($1::uuid[])) AND kind = any($2::text[])
ORDER BY first, second, kind

-- name: links_among
-- The links between some reports, cut ones too. $1 ids, $2 kinds
SELECT first, second, kind, strength, detail, made_at, cut_at, cut_by, cut_why FROM link
WHERE first = any($1::uuid[]) AND second = any($1::uuid[]) AND kind = any($2::text[])

-- name: cut
-- Cut what links two reports. $1, $2 the reports, the smaller id first, $3 now, $4 who, $5 why
UPDATE link SET cut_at = $3, cut_by = $4, cut_why = $5
WHERE first = $1 AND second = $2 AND cut_at IS NULL
RETURNING kind

-- name: found
-- $1 a reference
SELECT report_id FROM report_handle WHERE reference = $1

-- name: raise
-- Raise one report: a new decision, its routes, the notifications of each, the audit entry and the wake-up of the relay,
-- or nothing when its pattern has raised it before. Returns the decision's id when it was raised.
-- $1 report, $2 stem of the ids, $3 decided at, $4 grade, $5 due at, $6 policy, $7 decision, $8 ways, $9 notifications
-- made and due at, $10 coarse, $11 detail of the audit entry
WITH decided AS (
    INSERT INTO decision (id, report_id, decided_at, grade, due_at, policy, concerns, recipients, act_by, detail, cause)
    SELECT ($2::text || '0000')::uuid, $1::uuid, $3::timestamptz, $4::smallint, $5::timestamptz, $6::text,
           $7::jsonb -> 'concerns', jsonb_array_length($7::jsonb -> 'recipients'), $7::jsonb -> 'act_by', $7::jsonb,
           'pattern'
    ON CONFLICT (report_id) WHERE cause = 'pattern' DO NOTHING
    RETURNING id, grade
), way AS MATERIALIZED (
    -- As for a new report: sixteen ids apart, the route's and then those of its notifications.
    SELECT decided.id AS decision_id, decided.grade, told.recipient, told.tier, told.channels,
           told.place::integer * 16 AS id
    FROM decided, ROWS FROM (jsonb_to_recordset($8::jsonb) AS (recipient text, tier text, channels jsonb))
        WITH ORDINALITY AS told (recipient, tier, channels, place)
), routed AS (
    INSERT INTO route (id, decision_id, report_id, recipient, tier)
    SELECT ($2 || lpad(to_hex(id), 4, '0'))::uuid, decision_id, $1, recipient, tier FROM way
), queued AS (
    INSERT INTO delivery (id, route_id, report_id, recipient, channel, grade, made_at, due_at, coarse)
    SELECT ($2 || lpad(to_hex(id + c.place::integer), 4, '0'))::uuid, ($2 || lpad(to_hex(id), 4, '0'))::uuid, $1,
           recipient, c.channel, grade, $9::timestamptz, $9, $10::boolean
    FROM way, jsonb_array_elements_text(channels) WITH ORDINALITY AS c (channel, place)
), recorded AS (
    INSERT INTO audit_event (at, actor, action, subject, detail)
    SELECT $9, 'patterns', 'report.raised', $1::text, $11::jsonb FROM decided
), woken AS (
    SELECT pg_notify('evenlode_delivery', grade::text) FROM decided WHERE EXISTS (SELECT FROM way)
)
SELECT id FROM decided WHERE (SELECT count(*) FROM woken) >= 0

-- name: record
-- Put a person's act on the audit chain. $1 at, $2 actor, $3 action, $4 subject, $5 detail
INSERT INTO audit_event (at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)

-- name: decisions_of
-- Every decision on a report, the newest first. $1 report
SELECT grade, cause, decided_at, detail -> 'reasons' AS reasons, detail -> 'recipients' AS recipients FROM decision
WHERE report_id = $1 ORDER BY decided_at DESC, id DESC
