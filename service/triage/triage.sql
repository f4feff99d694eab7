-- The queue and the cases, in a transaction of the actor (service/access/acting.py): row security and the actor's own
-- teams decide what any of these finds.

-- name: begin
-- The place of a report in the queue of one of the actor's teams, where they may see most. $1 reference, $2 team or null
SELECT item.report_id, item.reference, item.team, item.tier, item.grade, item.due_at, item.received_at, item.concerns,
       item.state, item.claimed_by, item.tags, item.town
FROM queue_item AS item
WHERE item.report_id = actor_report($1) AND item.team = any(actor_teams())
  AND ($2::text IS NULL OR item.team = $2)
ORDER BY item.tier DESC, item.settled, item.team
LIMIT 1

-- name: refused
-- Put on the record that the actor asked for a report that is not theirs. $1 reference as asked
SELECT report_refused($1)

-- name: source_refused
-- Put on the record that the actor was not told who reported, or did not approve it. $1 reference or request, $2 detail
SELECT actor_record('source.refused', coalesce(actor_report($1)::text, $1), $2)

-- name: open_case
-- $1 report
INSERT INTO report_case (report_id) VALUES ($1) ON CONFLICT (report_id) DO NOTHING

-- name: lock_case
-- One change of a case after another. $1 report
SELECT version, state, outcome, grade, marked, held, merged_into FROM report_case WHERE report_id = $1 FOR UPDATE

-- name: case
-- $1 report
SELECT version, state, outcome, grade, marked, held, merged_into FROM report_case WHERE report_id = $1

-- name: events
-- What was done after a version, as far as the actor may see it. $1 report, $2 version
SELECT version, at, kind, team, actor AS by, detail FROM case_event
WHERE report_id = $1 AND version > $2 ORDER BY version, at, id

-- name: step
-- Put what is done on the case and on the record. $1 report, $2 team, $3 kind, $4 shared, $5 detail, $6 audit's detail
WITH moved AS (
    UPDATE report_case SET version = version + 1 WHERE report_id = $1 RETURNING version
), told AS (
    INSERT INTO case_event (report_id, version, team, kind, shared, detail)
    SELECT $1, version, $2, $3, $4, $5 FROM moved
)
SELECT version, actor_record('case.' || $3, $1::uuid::text, $6) FROM moved

-- name: put_item
-- $1 report, $2 team, $3 state, $4 claimed by, $5 tags
UPDATE queue_item SET state = $3, claimed_by = $4, tags = $5 WHERE report_id = $1 AND team = $2

-- name: put_case
-- $1 report, $2 state, $3 outcome, $4 grade, $5 marked, $6 held, $7 merged into
UPDATE report_case SET state = $2, outcome = $3, grade = $4, marked = $5, held = $6, merged_into = $7
WHERE report_id = $1

-- name: still_open
-- Whether any team has the report open; asked past row security, as a yes or no. $1 report
SELECT case_still_open($1)

-- name: colleague
-- Whether an account works for a team of the actor's. $1 account, $2 team
SELECT EXISTS (SELECT FROM team_colleague WHERE id = $1 AND team = $2)

-- name: on_record
-- $1 action, $2 subject, $3 detail
SELECT actor_record($1, $2, $3)

-- name: told
-- What was said, for those who may see the record. $1 report
SELECT received_at, reporter, anonymity, body, typed FROM report WHERE id = $1

-- name: summary
-- What a D2 team sees of it. $1 report
SELECT summary, reasons FROM report_summary($1)

-- name: decisions
-- The newest first. $1 report
SELECT id, decided_at, grade, due_at, policy, cause, detail FROM decision
WHERE report_id = $1 ORDER BY decided_at DESC, id DESC

-- name: routes
-- Who is told, with each notification and what its receiver said. $1 report
SELECT route.recipient, max(route.tier) AS tier,
       jsonb_agg(jsonb_build_object(
           'id', delivery.id, 'channel', delivery.channel, 'about', delivery.about, 'state', delivery.state, 'made_at', delivery.made_at,
           'attempts', delivery.attempts, 'settled_at', delivery.settled_at, 'last_fault', delivery.last_fault,
           'sent_at', (SELECT min(tried.started_at) FROM delivery_attempt AS tried WHERE tried.delivery_id = delivery.id),
           'acknowledgements', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'at', said.at, 'by', said.by, 'verdict', said.verdict, 'their_reference', words.their_reference,
                'note', words.note) ORDER BY said.at), '[]')
            FROM acknowledgement AS said LEFT JOIN acknowledgement_words(said.id) AS words ON true
            WHERE said.delivery_id = delivery.id))
           ORDER BY delivery.id) FILTER (WHERE delivery.id IS NOT NULL) AS deliveries
FROM route LEFT JOIN delivery ON delivery.route_id = route.id
WHERE route.report_id = $1 GROUP BY route.recipient ORDER BY route.recipient

-- name: places
-- How the report stands with each team the actor may know of. $1 report
SELECT team, tier, state, claimed_by, tags, due_at FROM queue_item WHERE report_id = $1 ORDER BY team

-- name: links
-- What links the report, where the actor may see the record of the other as well. $1 report
SELECT item.reference, item.grade, item.concerns, item.received_at, item.state, link.kind, link.strength, link.detail,
       link.cut_at, link.cut_why
FROM link
JOIN LATERAL (
    SELECT reference, grade, concerns, received_at, state FROM queue_item
    WHERE queue_item.report_id = CASE WHEN link.first = $1 THEN link.second ELSE link.first END LIMIT 1
) AS item ON true
WHERE link.first = $1 OR link.second = $1
ORDER BY link.cut_at IS NOT NULL, link.strength DESC, item.reference

-- name: link
-- $1 id, $2 first, $3 second (the smaller id first), $4 why, $5 now to the minute
INSERT INTO link (id, first, second, kind, strength, detail, made_at)
VALUES ($1, $2, $3, 'person', 100, jsonb_build_object('keys', '[]'::jsonb, 'told', '{}'::jsonb, 'why', $4::text), $5)
ON CONFLICT (first, second, kind) DO NOTHING
RETURNING id

-- name: cut
-- $1, $2 the reports, the smaller id first, $3 now, $4 who, $5 why
UPDATE link SET cut_at = $3, cut_by = $4, cut_why = $5 WHERE first = $1 AND second = $2 AND cut_at IS NULL
RETURNING kind

-- name: decide
-- $1 report, $2 stem of the ids, $3 grade, $4 due, $5 policy, $6 decision, $7 ways, $8 why
SELECT decide_as_person($1, $2, $3, $4, $5, $6, $7, $8)

-- name: messages
-- $1 report
SELECT id, author, text, answers, written_at FROM message WHERE report_id = $1 ORDER BY place

-- name: ask
-- $1 id, $2 report, $3 text, $4 written at
INSERT INTO message (id, report_id, place, author, text, written_at)
SELECT $1, $2, 1 + coalesce((SELECT max(place) FROM message WHERE report_id = $2), 0), 'coordinator', $3, $4

-- name: reviews
-- The counts towards a Case Review that a report went into. $1 report
SELECT review.id, review.limb, review.subject_kind, review.counted_on, review.counted, review.needed, review.reached_on,
       (SELECT jsonb_object_agg(item.reference, part.verdict)
        FROM case_review_report AS part
        JOIN queue_item AS item ON item.report_id = part.report_id
        WHERE part.case_review_id = review.id) AS reports
FROM case_review AS review
JOIN case_review_report AS own ON own.case_review_id = review.id
WHERE own.report_id = $1
ORDER BY review.reached_on NULLS LAST, review.id

-- name: reveal
-- $1 report, $2 why
SELECT waiting, key_id, ciphertext FROM reveal_source($1, $2)

-- name: approve
-- $1 the reveal
SELECT approve_reveal($1)

-- name: disclosures
-- $1 report
SELECT id, at, actor, team, recipient, tier, format, why, encode(sha256, 'hex') AS sha256
FROM disclosure WHERE report_id = $1 ORDER BY at, id

-- name: views
SELECT id, team, name, filters, account_id = actor_account() AS own FROM saved_view ORDER BY name, id

-- name: keep_view
-- $1 id, $2 account, $3 team or null, $4 name, $5 filters
INSERT INTO saved_view (id, account_id, team, name, filters) VALUES ($1, $2, $3, $4, $5)

-- name: drop_view
-- $1 id
DELETE FROM saved_view WHERE id = $1 RETURNING id

-- name: notices
-- What the actor was not told yet.
SELECT notice.id, notice.kind, notice.detail, notice.at, item.reference
FROM notice
LEFT JOIN LATERAL (SELECT reference FROM queue_item WHERE queue_item.report_id = notice.report_id LIMIT 1) AS item ON true
WHERE notice.account_id = actor_account() AND notice.seen_at IS NULL
ORDER BY notice.id

-- name: seen
-- $1 ids of notices, $2 now
UPDATE notice SET seen_at = $2 WHERE id = any($1::bigint[]) AND seen_at IS NULL

-- name: name
-- $1 account
SELECT name FROM colleague WHERE id = $1

-- name: colleagues
-- Who works for the actor's teams, each once.
SELECT id, name FROM team_colleague GROUP BY id, name ORDER BY name, id

-- name: names
-- Who people are, for those signed in.
SELECT id, name FROM colleague
