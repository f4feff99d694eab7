-- The conversation with a reporter. Run by the role evenlode_web, `ask` and what it needs by the database's owner.

-- name: found
-- $1: hashes of what a receipt can have been meant to be.
SELECT handle.report_id, handle.reference, handle.received_at, handle.receipt_hash, report.anonymity
FROM report_handle AS handle JOIN report ON report.id = handle.report_id
WHERE handle.receipt_hash = any($1::bytea[])

-- name: found_by_reference
-- $1: a reference.
SELECT handle.report_id, handle.reference, handle.received_at, report.anonymity
FROM report_handle AS handle JOIN report ON report.id = handle.report_id
WHERE handle.reference = $1

-- name: bodies
-- Whoever is told of a report, and whether a notification has arrived there. $1: the report.
SELECT recipient, bool_or(state = 'delivered') AS delivered
FROM delivery WHERE report_id = $1 GROUP BY recipient ORDER BY min(id::text), recipient

-- name: looked_at
-- Whether anybody has taken a report up: a team acknowledged it, or a person wrote to the reporter. $1: the report.
SELECT EXISTS (SELECT FROM queue_item WHERE report_id = $1 AND state IN ('acknowledged', 'closed'))
    OR EXISTS (SELECT FROM message WHERE report_id = $1 AND author = 'coordinator')

-- name: messages
-- $1: the report.
SELECT id, author, text, answers, written_at FROM message WHERE report_id = $1 ORDER BY place

-- name: files
-- $1: the report.
SELECT id, kind, size, added_at FROM report_file WHERE report_id = $1 ORDER BY place

-- name: outcome
-- How the report ended, or null. $1: its receipt, without which the web reads no case.
SELECT outcome_to_holder($1)

-- name: lock
-- One writer to a conversation at a time, until commit. $1: the report.
SELECT lock_conversation($1)

-- name: earlier_message
-- What the first request with a key was. $1: the report, $2: the hash of the key.
SELECT id, text, answers, written_at FROM message WHERE report_id = $1 AND idempotency_hash = $2

-- name: add_message
-- $1 id, $2 report, $3 author, $4 text, $5 answers or null, $6 written at, $7 hash of the key or null
INSERT INTO message (id, report_id, place, author, text, answers, written_at, idempotency_hash)
SELECT $1, $2, 1 + coalesce((SELECT max(place) FROM message WHERE report_id = $2), 0), $3, $4, $5, $6, $7

-- name: record
-- Put it on the audit chain. $1 at, $2 actor, $3 action, $4 subject, $5 detail
INSERT INTO audit_event (at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)

-- name: told
-- What was said in a report. $1: its receipt, without which the web reads no report.
SELECT told_to_holder($1)

-- name: decisions
-- Every decision on a report, the one in force first. $1: the report.
SELECT decided_at, cause, detail FROM decision WHERE report_id = $1 ORDER BY decided_at DESC, id DESC

-- name: raise
-- Raise a report for a message: a new decision, its routes, the notifications of each, the audit entry and the wake-up of
-- the relay, as for a new report.
-- $1 report, $2 stem of the ids, $3 decided at, $4 grade, $5 due at, $6 policy, $7 decision, $8 ways, $9 notifications
-- made and due at, $10 coarse, $11 detail of the audit entry
WITH decided AS (
    INSERT INTO decision (id, report_id, decided_at, grade, due_at, policy, concerns, recipients, act_by, detail, cause)
    SELECT ($2::text || '0000')::uuid, $1::uuid, $3::timestamptz, $4::smallint, $5::timestamptz, $6::text,
           $7::jsonb -> 'concerns', jsonb_array_length($7::jsonb -> 'recipients'), $7::jsonb -> 'act_by', $7::jsonb,
           'message'
    RETURNING id, grade
), way AS MATERIALIZED (
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
    SELECT $9, 'follow-up', 'report.raised', $1::text, $11::jsonb FROM decided
), woken AS (
    SELECT pg_notify('evenlode_delivery', grade::text) FROM decided WHERE EXISTS (SELECT FROM way)
)
SELECT id FROM decided WHERE (SELECT count(*) FROM woken) >= 0

-- name: kept_files
-- How many photos a report has and how large they are together. $1: the report.
SELECT count(*) AS files, coalesce(sum(size), 0)::bigint AS bytes FROM report_file WHERE report_id = $1

-- name: open_uploads
-- Photos on their way besides one. $1: the report, $2: the hash of that one's key.
SELECT count(*) FROM upload WHERE report_id = $1 AND key_hash <> $2

-- name: earlier_file
-- $1: the report, $2: the hash of the key.
SELECT id, kind, size, added_at FROM report_file WHERE report_id = $1 AND idempotency_hash = $2

-- name: upload
-- How large a photo on its way will be, and how much has arrived. $1: the report, $2: the hash of its key.
SELECT upload.size, coalesce((
    SELECT sum(piece.size) FROM upload_piece AS piece
    WHERE piece.report_id = upload.report_id AND piece.key_hash = upload.key_hash), 0)::integer AS arrived
FROM upload WHERE upload.report_id = $1 AND upload.key_hash = $2

-- name: begin_upload
-- $1: the report, $2: the hash of the key, $3: its size, $4: now, to the minute
INSERT INTO upload (report_id, key_hash, size, began_at) VALUES ($1, $2, $3, $4)

-- name: add_piece
-- $1: the report, $2: the hash of the key, $3: where it begins, $4: its size, $5: the piece, encrypted
INSERT INTO upload_piece (report_id, key_hash, start, size, sealed) VALUES ($1, $2, $3, $4, $5)

-- name: pieces
-- $1: the report, $2: the hash of the key.
SELECT start, sealed FROM upload_piece WHERE report_id = $1 AND key_hash = $2 ORDER BY start

-- name: end_upload
-- $1: the report, $2: the hash of the key.
DELETE FROM upload WHERE report_id = $1 AND key_hash = $2

-- name: keep_file
-- $1 id, $2 report, $3 kind, $4 size, $5 sha256, $6 added at, $7 hash of the key, $8 the photo
INSERT INTO report_file (id, report_id, place, kind, size, sha256, metadata_stripped, added_at, idempotency_hash, content)
SELECT $1, $2, 1 + coalesce((SELECT max(place) FROM report_file WHERE report_id = $2), 0), $3, $4, $5, true, $6, $7, $8
