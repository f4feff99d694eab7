-- Handing a report over, in a transaction of the actor: row security decides what any of these finds.

-- name: linked
-- What links the report, where the recipient was told of the other one and may see its record. $1 report, $2 recipient
SELECT DISTINCT item.reference, link.kind
FROM link
JOIN queue_item AS item ON item.report_id = CASE WHEN link.first = $1 THEN link.second ELSE link.first END
WHERE (link.first = $1 OR link.second = $1) AND link.cut_at IS NULL
  AND EXISTS (SELECT FROM route WHERE route.report_id = item.report_id AND route.recipient = $2 AND route.tier >= 'D3')
ORDER BY item.reference, link.kind

-- name: linked_by_person
-- Whether somebody linked the report with another. $1 report
SELECT EXISTS (SELECT FROM link WHERE (first = $1 OR second = $1) AND kind = 'person' AND cut_at IS NULL)

-- name: disclose
-- $1 id, $2 report, $3 actor, $4 team, $5 recipient, $6 tier, $7 format, $8 sha256, $9 why
INSERT INTO disclosure (id, report_id, actor, team, recipient, tier, format, sha256, why)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: keep_file
-- $1 disclosure, $2 content
INSERT INTO disclosure_file (disclosure_id, content) VALUES ($1, $2)

-- name: one
-- A package that the actor's team made of this very report. $1 id, $2 reference
SELECT made.id, made.report_id, made.at, made.actor, made.team, made.recipient, made.tier, made.format, made.sha256,
       made.why, kept.content
FROM disclosure AS made JOIN disclosure_file AS kept ON kept.disclosure_id = made.id
WHERE made.id = $1 AND made.report_id = actor_report($2) AND made.team = ANY (actor_teams())

-- name: on_record
-- $1 action, $2 reference, $3 detail
SELECT actor_record($1, coalesce(actor_report($2)::text, $2), $3)
