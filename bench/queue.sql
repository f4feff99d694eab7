-- name: fill
-- Reports $1 to $2 with their decisions, routes, queue items and words, as the triggers would have made them. A year,
-- evenly; grades, teams and towns spread as a district has them; all but $3 of a thousand are settled. $4: how many in all.
WITH numbered AS MATERIALIZED (
    SELECT n, moment, (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0')
                       || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid AS id,
           'WO-' || upper(substr(md5('r' || n), 1, 4)) || '-' || lpad(to_hex(n), 6, '0') AS reference,
           CASE WHEN n % 100 < 6 THEN 1 WHEN n % 100 < 24 THEN 2 WHEN n % 100 < 70 THEN 3 ELSE 4 END::smallint AS grade,
           (ARRAY['Witney', 'Carterton', 'Chipping Norton', 'Eynsham', 'Woodstock', 'Burford'])[1 + (n * 7 % 6)] AS town,
           (ARRAY['asb_personal', 'fly_tipping', 'weapons', 'county_lines', 'spiking_drink', 'theft_vehicle_plant',
                  'ms_care_sector', 'hare_coursing'])[1 + (n * 11 % 8)] AS concern,
           (n::bigint * 7919 % 1000) < $3 AS open
    FROM generate_series($1::integer, $2::integer) AS n
    CROSS JOIN LATERAL (SELECT now() - interval '365 days' + n * interval '365 days' / $4::integer AS moment) AS at
), told AS MATERIALIZED (
    SELECT *, jsonb_build_object('reporter', 'rural_resident', 'concern', concern, 'description', (
        SELECT string_agg(word, ' ') FROM (
            -- Common words often, rare ones seldom (Zipf), from a vocabulary of 30,000.
            SELECT CASE WHEN x < 0.5 THEN (ARRAY['car', 'the', 'street', 'saw', 'man', 'night', 'again', 'white', 'van', 'shouting',
                'near', 'door', 'police', 'money', 'girl', 'field'])[1 + floor(x * 32)::integer]
                ELSE 'w' || floor(power(30000, (x - 0.5) * 2))::integer END AS word
            FROM (SELECT random() AS x FROM generate_series(1, 45 + n % 20)) AS drawn) AS words),
        'identifiers', jsonb_build_array(jsonb_build_object('kind', 'vehicle_registration', 'value', 'AB00' || lpad((n % 20000)::text, 5, 'X'))),
        'location', jsonb_build_object('town', town)) AS body
    FROM numbered
), handles AS (
    INSERT INTO report_handle (reference, report_id, receipt_hash, receipt_key_id, body_hash, received_at)
    SELECT reference, id, sha256(id::text::bytea), 'bench', '', moment FROM told
), reports AS (
    INSERT INTO report (id, received_at, reporter, anonymity, concern, body, typed)
    SELECT id, moment, 'rural_resident', 'named', concern, body, '{}' FROM told
), team AS MATERIALIZED (
    SELECT told.*, one.team, one.tier FROM told CROSS JOIN LATERAL (
        SELECT 'tvp' AS team, 'D3' AS tier WHERE grade < 3 OR n % 2 = 0
        UNION ALL SELECT 'asb_team', 'D3' WHERE n % 3 < 2
        UNION ALL SELECT 'nightsafe', 'D2' WHERE concern = 'spiking_drink'
        UNION ALL SELECT 'coordination', 'D1' WHERE grade = 1) AS one
), items AS (
    INSERT INTO queue_item (report_id, team, reference, tier, grade, due_at, received_at, concerns, reporter, town, state)
    SELECT id, team, reference, tier, grade, moment + interval '1 day', moment, ARRAY[concern],
           CASE WHEN tier >= 'D3' THEN 'rural_resident' END, town, CASE WHEN open THEN 'new' ELSE 'closed' END
    FROM team
), decisions AS (
    INSERT INTO decision (id, report_id, decided_at, grade, due_at, policy, concerns, recipients, detail)
    SELECT gen_random_uuid(), id, moment, grade, moment + interval '1 day', 'bench', jsonb_build_array(concern), 1, '{}'
    FROM told
)
INSERT INTO search_document (report_id, depth, words)
SELECT id, depth, array_to_tsvector(array_agg(chr(1) || team)) || search_words(
           jsonb_build_array(min(reference)) || CASE depth
           WHEN 'record' THEN jsonb_build_array((array_agg(body))[1] -> 'description', (array_agg(body))[1] -> 'location',
                                                (array_agg(body))[1] -> 'identifiers')
           WHEN 'summary' THEN summary_of((array_agg(body))[1]) ELSE '[]' END)
FROM (SELECT *, CASE WHEN tier >= 'D3' THEN 'record' WHEN tier = 'D2' THEN 'summary' ELSE 'pointer' END AS depth FROM team) AS deep
GROUP BY id, depth
