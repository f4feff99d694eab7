-- Storing what was accepted. Each query is prepared against the migrated schema by a test.

-- name: accept
-- $1: a JSON array of StoredReport. One statement, so one transaction and one round trip for the whole batch: report,
-- handle, source, decision, routes, outbox, audit entry and the wake-up of the relay, or nothing.
-- A row whose Idempotency-Key is already taken stores nothing; the ids of those are returned, most often none.
WITH incoming AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (
        report_id uuid, received_at timestamptz, reporter text, anonymity text, concern text, body jsonb, typed jsonb,
        reference text, receipt_hash text, key_id text, idempotency_hash text, body_hash text, source text,
        marks jsonb,
        ids text, grade smallint, due_at timestamptz, policy text, decision jsonb, ways jsonb,
        signs text[], held boolean)
), handle AS (
    INSERT INTO report_handle (reference, report_id, receipt_hash, receipt_key_id, idempotency_hash, body_hash,
                               received_at)
    SELECT reference, report_id, decode(receipt_hash, 'base64'), key_id, decode(idempotency_hash, 'base64'),
           decode(body_hash, 'base64'), received_at
    FROM incoming
    -- Two batches that hold the same two keys meet them in the same order, so neither waits for the other for ever.
    ORDER BY idempotency_hash
    ON CONFLICT (idempotency_hash) WHERE idempotency_hash IS NOT NULL DO NOTHING
    RETURNING report_id
), fresh AS MATERIALIZED (
    SELECT incoming.* FROM incoming JOIN handle USING (report_id)
), stored AS (
    INSERT INTO report (id, received_at, reporter, anonymity, concern, body, typed)
    SELECT report_id, received_at, reporter, anonymity, concern, body, typed FROM fresh
), sourced AS (
    INSERT INTO source (report_id, key_id, ciphertext)
    SELECT report_id, key_id, decode(source, 'base64') FROM fresh WHERE source IS NOT NULL
), marked AS (
    INSERT INTO reporter_mark (report_id, mark)
    SELECT report_id, decode(mark, 'base64') FROM fresh, jsonb_array_elements_text(marks) AS mark
), decided AS (
    INSERT INTO decision (id, report_id, decided_at, grade, due_at, policy, concerns, recipients, act_by, detail)
    SELECT (ids || '0000')::uuid, report_id, received_at, grade, due_at, policy, decision -> 'concerns',
           jsonb_array_length(decision -> 'recipients'), decision -> 'act_by', decision
    FROM fresh
), way AS MATERIALIZED (
    -- Each recipient of each decision, sixteen ids apart: the first is the route's, the next its notifications'.
    SELECT fresh.report_id, fresh.received_at, fresh.grade, fresh.anonymity, fresh.ids, fresh.held,
           told.recipient, told.tier, told.channels, told.place::integer * 16 AS id
    FROM fresh, ROWS FROM (jsonb_to_recordset(ways) AS (recipient text, tier text, channels jsonb))
        WITH ORDINALITY AS told (recipient, tier, channels, place)
), routed AS (
    INSERT INTO route (id, decision_id, report_id, recipient, tier)
    SELECT (ids || lpad(to_hex(id), 4, '0'))::uuid, (ids || '0000')::uuid, report_id, recipient, tier FROM way
), queued AS (
    INSERT INTO delivery (id, route_id, report_id, recipient, channel, grade, state, made_at, due_at, coarse)
    SELECT (ids || lpad(to_hex(id + c.place::integer), 4, '0'))::uuid, (ids || lpad(to_hex(id), 4, '0'))::uuid,
           report_id, recipient, c.channel, grade, CASE WHEN held THEN 'held' ELSE 'waiting' END, received_at,
           received_at, anonymity = 'anonymous'
    FROM way, jsonb_array_elements_text(channels) WITH ORDINALITY AS c (channel, place)
), quarantined AS (
    INSERT INTO quarantine (report_id, at, signs, held) SELECT report_id, received_at, signs, held FROM fresh
    WHERE signs <> '{}'
), recorded AS (
    INSERT INTO audit_event (at, actor, action, subject, detail)
    SELECT received_at, 'intake', 'report.accepted', report_id::text,
           jsonb_build_object('grade', grade, 'policy', policy, 'routes', jsonb_array_length(ways))
           || CASE WHEN held THEN '{"held": true}'::jsonb ELSE '{}'::jsonb END
    FROM fresh
), woken AS (
    SELECT pg_notify('evenlode_delivery', string_agg(DISTINCT grade::text, ',')) FROM fresh
    WHERE jsonb_array_length(ways) > 0
)
SELECT report_id FROM incoming
WHERE (SELECT count(*) FROM woken) = 1 AND report_id NOT IN (SELECT report_id FROM handle);

-- name: earlier
-- $1: hashes of Idempotency-Keys. What was answered the first time, but for the receipt, which is derived again.
SELECT handle.idempotency_hash, handle.body_hash, handle.report_id, handle.reference, handle.receipt_key_id,
       handle.received_at, first.advice
FROM report_handle AS handle
CROSS JOIN LATERAL (
    SELECT detail -> 'advice' AS advice FROM decision WHERE decision.report_id = handle.report_id
    ORDER BY decided_at, id LIMIT 1
) AS first
WHERE handle.idempotency_hash = any($1::bytea[]);

-- name: earlier_by_receipt
-- $1: the hash of a receipt. The same for a repeat that comes after its Idempotency-Key was forgotten.
SELECT handle.body_hash, handle.report_id, handle.reference, handle.receipt_key_id, handle.received_at, first.advice
FROM report_handle AS handle
CROSS JOIN LATERAL (
    SELECT detail -> 'advice' AS advice FROM decision WHERE decision.report_id = handle.report_id
    ORDER BY decided_at, id LIMIT 1
) AS first
WHERE handle.receipt_hash = $1;
