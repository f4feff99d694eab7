-- What coordinators work from, and who may see it: the queue, the case of a report and its events, row security on
-- everything of a report, the summary of tier D2, search, and the reveal of a source.

-- A person may decide as well: grade a report anew, or tell a further body of it.
ALTER TABLE decision DROP CONSTRAINT decision_cause_check;
ALTER TABLE decision ADD CONSTRAINT decision_cause_check CHECK (cause IN ('report', 'pattern', 'message', 'person'));
-- A person may link two reports as well.
ALTER TABLE link DROP CONSTRAINT link_kind_check;
ALTER TABLE link ADD CONSTRAINT link_kind_check CHECK (kind IN (
    'vehicle', 'vehicle_part', 'phone', 'username', 'address', 'venue', 'text', 'place_time', 'person'));

-- One row for each report and team that was told of it: what the queue is read from and what row security asks.
-- `coordination` has one of what was routed to nobody, to read and route (D3), and of every P1, to see that it is
-- acknowledged (D1): nobody stands behind a body that is told round the clock.
-- Kept by triggers alone, so that intake, patterns, messages and re-routing all feed it. Of the report it repeats what
-- is filtered by; the kind of reporter only for who may see the record. No foreign key, as on `route`.
CREATE TABLE queue_item (
    report_id    uuid NOT NULL,
    team         text NOT NULL,
    reference    text NOT NULL,
    tier         text NOT NULL CHECK (tier IN ('D1', 'D2', 'D3', 'D4')),
    grade        smallint NOT NULL CHECK (grade BETWEEN 1 AND 4),
    due_at       timestamptz NOT NULL,
    received_at  timestamptz NOT NULL,
    concerns     text[] NOT NULL,
    reporter     text,                                -- null below D3
    town         text,
    -- new: nobody of the team has acknowledged it at this grade; passed_on: another body was told in this one's place
    state        text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'acknowledged', 'passed_on', 'merged', 'closed')),
    settled      boolean NOT NULL GENERATED ALWAYS AS (state NOT IN ('new', 'acknowledged')) STORED,
    claimed_by   uuid REFERENCES account (id),
    tags         text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (report_id, team)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05);
-- The queue's own order: open first, most urgent first, then what is due first. A page is a stretch of it.
CREATE INDEX queue_item_order ON queue_item (team, settled, grade, due_at, report_id);
CREATE INDEX queue_item_claimed ON queue_item (claimed_by) WHERE claimed_by IS NOT NULL;

-- What people have made of a report; one row from the first thing anybody does, version 0 until then.
CREATE TABLE report_case (
    report_id    uuid PRIMARY KEY REFERENCES report_handle (report_id),
    version      integer NOT NULL DEFAULT 0,
    state        text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    outcome      text,                                -- the last that a team closed it with
    grade        smallint CHECK (grade BETWEEN 1 AND 4),  -- that a person gave; null while none did
    marked       text CHECK (marked IN ('test', 'malicious')),
    held         boolean NOT NULL DEFAULT false,      -- against deletion
    merged_into  uuid REFERENCES report_handle (report_id),
    CHECK (merged_into <> report_id)
);
CREATE INDEX report_case_merged ON report_case (merged_into) WHERE merged_into IS NOT NULL;

-- Everything that was done, in the order of its versions; append-only. `detail` may hold what a coordinator wrote.
-- `shared`: seen by the other teams of the report as well, where they may see the record.
CREATE TABLE case_event (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    report_id  uuid NOT NULL REFERENCES report_handle (report_id),
    version    integer NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    actor      uuid REFERENCES account (id),          -- null: the service itself
    team       text,                                  -- on whose behalf; null: the service itself
    kind       text NOT NULL CHECK (kind ~ '^[a-z_]{3,40}$'),
    shared     boolean NOT NULL,
    detail     jsonb NOT NULL
);
CREATE INDEX case_event_report ON case_event (report_id, version);
CREATE INDEX case_event_actor ON case_event (actor);
CREATE TRIGGER case_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON case_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who did it and when is set here, whatever the writer says. To the minute for an anonymous report: what answers a
-- notification by itself does so within a second of the report.
CREATE FUNCTION case_event_signed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.actor := public.actor_account();
    NEW.at := CASE WHEN EXISTS (SELECT FROM public.report WHERE report.id = NEW.report_id AND anonymity = 'anonymous')
                   THEN date_trunc('minute', now()) ELSE now() END;
    RETURN NEW;
END $$;
CREATE TRIGGER case_event_signed BEFORE INSERT ON case_event FOR EACH ROW EXECUTE FUNCTION case_event_signed();

-- What was handed to whom, at which tier; append-only. `sha256` of the package as it was handed over.
CREATE TABLE disclosure (
    id         uuid PRIMARY KEY,
    report_id  uuid NOT NULL REFERENCES report_handle (report_id),
    at         timestamptz NOT NULL DEFAULT now(),
    actor      uuid NOT NULL REFERENCES account (id),
    team       text NOT NULL,
    recipient  text NOT NULL,
    tier       text NOT NULL CHECK (tier IN ('D1', 'D2', 'D3', 'D4')),
    format     text NOT NULL CHECK (format IN ('json', 'pdf')),
    sha256     bytea NOT NULL CHECK (octet_length(sha256) = 32),
    why        text NOT NULL CHECK (btrim(why) <> '')
);
CREATE INDEX disclosure_report ON disclosure (report_id);
CREATE INDEX disclosure_actor ON disclosure (actor);
CREATE TRIGGER disclosure_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disclosure
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A filter of the queue kept under a name: one's own, or for all of a team.
CREATE TABLE saved_view (
    id          uuid PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES account (id),
    team        text REFERENCES team (code),
    name        text NOT NULL CHECK (length(btrim(name)) BETWEEN 1 AND 60),
    filters     jsonb NOT NULL CHECK (jsonb_typeof(filters) = 'object'),
    made_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX saved_view_account ON saved_view (account_id);
CREATE INDEX saved_view_team ON saved_view (team) WHERE team IS NOT NULL;

-- What somebody has to be told of by name: a reveal to approve, a reveal that was made.
CREATE TABLE notice (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES account (id),
    report_id   uuid NOT NULL REFERENCES report_handle (report_id),
    kind        text NOT NULL CHECK (kind IN ('reveal_asked', 'reveal_approved', 'revealed')),
    detail      jsonb NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    seen_at     timestamptz
);
CREATE INDEX notice_unseen ON notice (account_id, id) WHERE seen_at IS NULL;
CREATE INDEX notice_report ON notice (report_id);

-- Feeding the queue --------------------------------------------------------------------------------------------------

-- Bounded look-ups by key whatever the statistics say: the tables may have been empty when the plan was made.
CREATE FUNCTION queue_routes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    INSERT INTO public.queue_item AS item (report_id, team, reference, tier, grade, due_at, received_at, concerns,
                                           reporter, town)
    SELECT told.report_id, told.team, handle.reference, told.tier, told.grade, told.due_at, report.received_at,
           array(SELECT jsonb_array_elements_text(told.concerns)),
           CASE WHEN told.tier >= 'D3' THEN report.reporter END, report.body #>> '{location,town}'
    FROM (
        SELECT DISTINCT ON (added.report_id, one.team) added.report_id, one.team, one.tier, decision.grade,
               decision.due_at, decision.concerns
        FROM added
        JOIN public.decision ON decision.id = added.decision_id
        CROSS JOIN LATERAL (SELECT added.recipient AS team, added.tier
                            UNION ALL SELECT 'coordination', 'D1' WHERE decision.grade = 1) AS one
        -- Two statements that touch the same rows meet them in one order.
        ORDER BY added.report_id, one.team
    ) AS told
    JOIN public.report_handle AS handle ON handle.report_id = told.report_id
    JOIN public.report ON report.id = told.report_id
    ON CONFLICT (report_id, team) DO UPDATE
    SET tier = greatest(item.tier, excluded.tier), grade = excluded.grade, due_at = excluded.due_at,
        concerns = excluded.concerns, reporter = coalesce(item.reporter, excluded.reporter),
        state = CASE WHEN item.state = 'passed_on' OR item.state <> 'merged' AND excluded.grade < item.grade
                THEN 'new' ELSE item.state END;
    RETURN NULL;
END $$;
CREATE TRIGGER queue_routes AFTER INSERT ON route
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_routes();

-- What was routed to nobody goes to the coordination desk, as every P1 does. A later decision counts for every team that has
-- the report: more urgent than before, it is to be acknowledged again, also where it was closed.
-- A row at a time and only for these: a transition table would copy every decision that comes in.
CREATE FUNCTION queue_decision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    untold boolean := NEW.recipients = 0 AND NEW.cause = 'report';
    about text[] := array(SELECT jsonb_array_elements_text(NEW.concerns));
BEGIN
    IF NEW.cause <> 'report' THEN
        -- The case before its places in the queue, as whoever acts on a report locks them.
        -- A page opened before this is stale. What a person decides is an event of its own.
        IF NEW.cause <> 'person' THEN
            INSERT INTO public.report_case AS made (report_id, version) VALUES (NEW.report_id, 1)
            ON CONFLICT (report_id) DO UPDATE SET version = made.version + 1;
            INSERT INTO public.case_event (report_id, version, kind, shared, detail)
            SELECT NEW.report_id, version, 'raised', true, jsonb_build_object('grade', NEW.grade, 'cause', NEW.cause)
            FROM public.report_case WHERE report_id = NEW.report_id;
        END IF;
        UPDATE public.queue_item
        SET grade = NEW.grade, due_at = NEW.due_at, concerns = about,
            state = CASE WHEN state IN ('acknowledged', 'closed') AND NEW.grade < grade THEN 'new' ELSE state END
        WHERE report_id = NEW.report_id;
        UPDATE public.report_case SET state = 'open'
        WHERE report_id = NEW.report_id AND state = 'closed'
          AND EXISTS (SELECT FROM public.queue_item WHERE report_id = NEW.report_id AND NOT settled);
    END IF;
    IF NEW.grade = 1 OR untold THEN
        INSERT INTO public.queue_item (report_id, team, reference, tier, grade, due_at, received_at, concerns, reporter, town)
        SELECT NEW.report_id, 'coordination', handle.reference, CASE WHEN untold THEN 'D3' ELSE 'D1' END, NEW.grade,
               NEW.due_at, report.received_at, about, CASE WHEN untold THEN report.reporter END,
               report.body #>> '{location,town}'
        FROM public.report_handle AS handle, public.report
        WHERE handle.report_id = NEW.report_id AND report.id = NEW.report_id
        ON CONFLICT (report_id, team) DO NOTHING;   -- it was brought up to date above
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER queue_decision AFTER INSERT ON decision
    FOR EACH ROW WHEN (NEW.recipients = 0 OR NEW.cause <> 'report') EXECUTE FUNCTION queue_decision();

-- Open consoles are told within the same transaction, by a pointer: lines of team, reference, grade, state. As many to a
-- notification as fit into its 8,000 bytes. What is new waits to be searched as well (below).
CREATE FUNCTION queue_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_notify('evenlode_queue', string_agg(line, E'\n'))
    FROM (SELECT concat_ws(' ', team, reference, grade, state) AS line, (row_number() OVER () - 1) / 100 AS part
          FROM changed) AS lines
    GROUP BY part;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO public.search_waiting SELECT DISTINCT report_id FROM changed ORDER BY report_id ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER queue_told_of_change AFTER UPDATE ON queue_item
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION queue_told();

-- What came in before this release.
INSERT INTO queue_item (report_id, team, reference, tier, grade, due_at, received_at, concerns, reporter, town)
SELECT told.report_id, told.team, handle.reference, told.tier, in_force.grade, in_force.due_at, report.received_at,
       array(SELECT jsonb_array_elements_text(in_force.concerns)), CASE WHEN told.tier >= 'D3' THEN report.reporter END,
       report.body #>> '{location,town}'
FROM (
    SELECT report_id, recipient AS team, max(tier) AS tier FROM route GROUP BY report_id, recipient
    UNION ALL
    SELECT report_id, 'coordination', CASE WHEN bool_or(recipients > 0) THEN 'D1' ELSE 'D3' END
    FROM decision GROUP BY report_id HAVING max(recipients) = 0 OR min(grade) = 1
) AS told
JOIN report_handle AS handle ON handle.report_id = told.report_id
JOIN report ON report.id = told.report_id
CROSS JOIN LATERAL (
    SELECT grade, due_at, concerns FROM decision WHERE decision.report_id = told.report_id
    ORDER BY decided_at DESC, id DESC LIMIT 1
) AS in_force;

-- Who sees what ------------------------------------------------------------------------------------------------------

-- The most a team of the actor may see of a report; null when none was told of it. Tiers sort as text.
CREATE FUNCTION actor_tier(report uuid) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT max(tier) FROM public.queue_item WHERE report_id = report AND team = ANY (public.actor_teams())
$$;

-- The report of a reference, when it is in the queue of one of the actor's teams.
CREATE FUNCTION actor_report(reference text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT report_id FROM public.report_handle AS handle
    WHERE handle.reference = actor_report.reference AND public.actor_tier(report_id) IS NOT NULL
$$;

-- Put on the record that the actor asked for a report that is not in their teams' queues, if there is such a report.
CREATE FUNCTION report_refused(reference text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found uuid := (SELECT report_id FROM public.report_handle AS handle WHERE handle.reference = report_refused.reference);
BEGIN
    IF found IS NOT NULL AND public.actor_tier(found) IS NULL THEN
        PERFORM public.actor_record('report.refused', found::text, '{}');
    END IF;
END $$;

-- Whether any team, the actor's or not, has a report open that is in the actor's queue.
CREATE FUNCTION case_still_open(report uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.queue_item WHERE report_id = report AND NOT settled AND tier >= 'D2')
    WHERE public.actor_tier(report) IS NOT NULL
$$;

-- The owner of the tables (migrations, upkeep, commands) is not bound; every other role is, and sees nothing that no
-- policy gives it. An actor sees the record of a report (D3 and more), or of a lower tier the report's place in the
-- queue; what a D2 team sees of the record is `report_summary`.
ALTER TABLE queue_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE report_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE disclosure ENABLE ROW LEVEL SECURITY;
ALTER TABLE saved_view ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE report ENABLE ROW LEVEL SECURITY;
ALTER TABLE decision ENABLE ROW LEVEL SECURITY;
ALTER TABLE route ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery_attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE report_file ENABLE ROW LEVEL SECURITY;
ALTER TABLE link ENABLE ROW LEVEL SECURITY;
ALTER TABLE source ENABLE ROW LEVEL SECURITY;

-- The rows of the actor's teams, for the policies below; in one place. D3 and more: `recorded`.
CREATE POLICY queue_item_seen ON queue_item FOR SELECT TO evenlode_console
    USING (team = ANY ((SELECT actor_teams())::text[]));
CREATE POLICY queue_item_changed ON queue_item FOR UPDATE TO evenlode_console
    USING (team = ANY ((SELECT actor_teams())::text[]));
CREATE POLICY report_case_seen ON report_case FOR SELECT TO evenlode_console
    USING (EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = report_case.report_id));
CREATE POLICY report_case_begun ON report_case FOR INSERT TO evenlode_console
    WITH CHECK (EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = report_case.report_id));
CREATE POLICY report_case_changed ON report_case FOR UPDATE TO evenlode_console
    USING (EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = report_case.report_id));
CREATE POLICY case_event_seen ON case_event FOR SELECT TO evenlode_console USING (
    EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = case_event.report_id
            AND (queue_item.team = case_event.team OR case_event.team IS NULL
                 OR case_event.shared AND queue_item.tier >= 'D3')));
CREATE POLICY case_event_written ON case_event FOR INSERT TO evenlode_console WITH CHECK (
    EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = case_event.report_id
            AND queue_item.team = case_event.team));
CREATE POLICY disclosure_seen ON disclosure FOR SELECT TO evenlode_console USING (
    team = ANY ((SELECT actor_teams())::text[])
    OR EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = disclosure.report_id AND queue_item.tier >= 'D3'));
-- Nobody hands on more than their own team may see.
CREATE POLICY disclosure_written ON disclosure FOR INSERT TO evenlode_console WITH CHECK (
    actor = (SELECT actor_account())
    AND EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = disclosure.report_id
                AND queue_item.team = disclosure.team AND queue_item.tier >= disclosure.tier));
CREATE POLICY saved_view_seen ON saved_view FOR SELECT TO evenlode_console
    USING (account_id = (SELECT actor_account()) OR team = ANY ((SELECT actor_teams())::text[]));
CREATE POLICY saved_view_made ON saved_view FOR INSERT TO evenlode_console WITH CHECK (
    account_id = (SELECT actor_account()) AND (team IS NULL OR team = ANY ((SELECT actor_teams())::text[])));
CREATE POLICY saved_view_gone ON saved_view FOR DELETE TO evenlode_console USING (
    account_id = (SELECT actor_account()) OR team = ANY ((SELECT actor_leads())::text[]));
CREATE POLICY notice_own ON notice FOR SELECT TO evenlode_console USING (account_id = (SELECT actor_account()));
CREATE POLICY notice_read ON notice FOR UPDATE TO evenlode_console USING (account_id = (SELECT actor_account()));

CREATE POLICY report_recorded ON report FOR SELECT TO evenlode_console USING (
    EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = report.id AND queue_item.tier >= 'D3'));
CREATE POLICY decision_recorded ON decision FOR SELECT TO evenlode_console USING (
    EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = decision.report_id AND queue_item.tier >= 'D3'));
CREATE POLICY message_recorded ON message FOR SELECT TO evenlode_console USING (
    EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = message.report_id AND queue_item.tier >= 'D3'));
CREATE POLICY message_asked ON message FOR INSERT TO evenlode_console WITH CHECK (
    author = 'coordinator'
    AND EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = message.report_id AND queue_item.tier >= 'D3'));
CREATE POLICY report_file_recorded ON report_file FOR SELECT TO evenlode_console USING (
    EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = report_file.report_id AND queue_item.tier >= 'D3'));
-- That another body was told is known to who may see the record, and to that body. `coordination` sees of its reports
-- who was told and how that went, to run after it.
CREATE POLICY route_seen ON route FOR SELECT TO evenlode_console USING (
    EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = route.report_id
            AND (queue_item.team IN (route.recipient, 'coordination') OR queue_item.tier >= 'D3')));
CREATE POLICY delivery_seen ON delivery FOR SELECT TO evenlode_console USING (
    EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = delivery.report_id
            AND (queue_item.team IN (delivery.recipient, 'coordination') OR queue_item.tier >= 'D3')));
CREATE POLICY delivery_attempt_seen ON delivery_attempt FOR SELECT TO evenlode_console
    USING (EXISTS (SELECT FROM delivery WHERE delivery.id = delivery_attempt.delivery_id));
-- A link tells of two reports, so the actor must be able to see the record of both.
CREATE POLICY link_seen ON link FOR SELECT TO evenlode_console USING (
    EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = link.first AND queue_item.tier >= 'D3')
    AND EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = link.second AND queue_item.tier >= 'D3'));
CREATE POLICY link_made ON link FOR INSERT TO evenlode_console WITH CHECK (
    kind = 'person'
    AND EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = link.first AND queue_item.tier >= 'D3')
    AND EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = link.second AND queue_item.tier >= 'D3'));
CREATE POLICY link_cut ON link FOR UPDATE TO evenlode_console USING (
    EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = link.first AND queue_item.tier >= 'D3')
    AND EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = link.second AND queue_item.tier >= 'D3'));

-- A count towards a Case Review is seen by who may see the record of one of its reports.
ALTER TABLE case_review_report ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_review ENABLE ROW LEVEL SECURITY;
CREATE POLICY case_review_report_seen ON case_review_report FOR SELECT TO evenlode_console USING (
    EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = case_review_report.report_id AND queue_item.tier >= 'D3'));
CREATE POLICY case_review_seen ON case_review FOR SELECT TO evenlode_console
    USING (EXISTS (SELECT FROM case_review_report AS part WHERE part.case_review_id = case_review.id));
CREATE POLICY case_review_report_counted ON case_review_report TO evenlode_pattern USING (true) WITH CHECK (true);
CREATE POLICY case_review_counted ON case_review TO evenlode_pattern USING (true) WITH CHECK (true);

GRANT SELECT ON case_review, case_review_report TO evenlode_console;
GRANT SELECT (cause) ON decision TO evenlode_worker;
GRANT SELECT ON queue_item, report_case, case_event, disclosure, saved_view, notice, report, decision, route, delivery,
    delivery_attempt, message, report_file, link TO evenlode_console;
GRANT UPDATE (state, claimed_by, tags) ON queue_item TO evenlode_console;
GRANT INSERT (report_id) ON report_case TO evenlode_console;
GRANT UPDATE (version, state, outcome, grade, marked, held, merged_into) ON report_case TO evenlode_console;
GRANT INSERT ON case_event, disclosure, saved_view, message TO evenlode_console;
GRANT DELETE ON saved_view TO evenlode_console;
GRANT UPDATE (seen_at) ON notice TO evenlode_console;
GRANT INSERT, UPDATE (cut_at, cut_by, cut_why) ON link TO evenlode_console;

-- Everybody else keeps what their work needs; 0002, 0003 and 0008 say which columns.
CREATE POLICY report_taken ON report FOR INSERT TO evenlode_web WITH CHECK (true);
CREATE POLICY report_read ON report FOR SELECT TO evenlode_web, evenlode_worker, evenlode_pattern USING (true);
CREATE POLICY decision_made ON decision FOR INSERT TO evenlode_web, evenlode_pattern WITH CHECK (true);
CREATE POLICY decision_read ON decision FOR SELECT TO evenlode_web, evenlode_worker, evenlode_pattern USING (true);
CREATE POLICY route_made ON route FOR INSERT TO evenlode_web, evenlode_pattern WITH CHECK (true);
CREATE POLICY route_read ON route FOR SELECT TO evenlode_web, evenlode_worker, evenlode_pattern USING (true);
CREATE POLICY delivery_made ON delivery FOR INSERT TO evenlode_web, evenlode_pattern WITH CHECK (true);
CREATE POLICY delivery_read ON delivery FOR SELECT TO evenlode_web, evenlode_worker, evenlode_pattern USING (true);
CREATE POLICY delivery_moved ON delivery FOR UPDATE TO evenlode_worker USING (true);
CREATE POLICY delivery_attempted ON delivery_attempt TO evenlode_worker USING (true) WITH CHECK (true);
CREATE POLICY report_file_kept ON report_file FOR INSERT TO evenlode_web WITH CHECK (true);
CREATE POLICY report_file_listed ON report_file FOR SELECT TO evenlode_web USING (true);
CREATE POLICY link_compared ON link TO evenlode_pattern USING (true) WITH CHECK (true);
CREATE POLICY source_kept ON source FOR INSERT TO evenlode_web WITH CHECK (true);
CREATE POLICY source_rotated ON source TO evenlode_source USING (true);

-- Tier D2 (docs/triage-console.md): what, where and when, and nothing by which the reporter could be known. Where two
-- ways of saying a thing tell the kinds of reporter apart, both are shown under one name.
--   as_is: the answer; hour: a time, cut to the hour; listed: one of several; identifiers: those of a kind
CREATE TABLE summary_field (
    shown  text NOT NULL,
    path   text[] NOT NULL,
    how    text NOT NULL CHECK (how IN ('as_is', 'hour', 'listed', 'identifiers')),
    kind   text,
    PRIMARY KEY (shown, path, how)
);
INSERT INTO summary_field (shown, path, how, kind) VALUES
    ('concern', '{concern}', 'as_is', NULL), ('happening', '{happening}', 'as_is', NULL),
    ('danger_now', '{danger_now}', 'as_is', NULL), ('injured', '{injured}', 'as_is', NULL),
    ('weapon', '{weapon}', 'as_is', NULL), ('weapon_kind', '{weapon_kind}', 'as_is', NULL),
    ('child', '{child}', 'as_is', NULL), ('adult_at_risk', '{adult_at_risk}', 'as_is', NULL),
    ('offenders_on_site', '{offenders_on_site}', 'as_is', NULL), ('hate', '{hate}', 'as_is', NULL),
    ('times_seen', '{times_seen}', 'as_is', NULL), ('occurred_at', '{occurred_at}', 'hour', NULL),
    ('town', '{location,town}', 'as_is', NULL), ('venues', '{venue}', 'listed', NULL),
    ('venues', '{identifiers}', 'identifiers', 'venue');

CREATE FUNCTION summary_of(body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    field public.summary_field;
    value jsonb;
    result jsonb := '{}';
BEGIN
    FOR field IN SELECT * FROM public.summary_field ORDER BY shown, how DESC LOOP
        value := body #> field.path;
        CONTINUE WHEN value IS NULL OR value = 'null';
        value := CASE field.how
            WHEN 'hour' THEN to_jsonb(to_char((value #>> '{}')::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:00:00"Z"'))
            WHEN 'listed' THEN jsonb_build_array(value)
            WHEN 'identifiers' THEN coalesce(
                (SELECT jsonb_agg(item -> 'value' ORDER BY place)
                 FROM jsonb_array_elements(value) WITH ORDINALITY AS one (item, place)
                 WHERE item ->> 'kind' = field.kind), '[]')
            ELSE value END;
        CONTINUE WHEN value = '[]';
        IF jsonb_typeof(value) = 'array' AND result ? field.shown THEN
            value := (SELECT jsonb_agg(each) FROM (
                SELECT each FROM jsonb_array_elements((result -> field.shown) || value) WITH ORDINALITY AS one (each, place)
                GROUP BY each ORDER BY min(place)) AS once);
        END IF;
        result := result || jsonb_build_object(field.shown, value);
    END LOOP;
    RETURN result;
END $$;

-- What a D2 team may see of a report, and why it was graded so without the words quoted; nothing for others: D1 sees its
-- place in the queue, D3 the record itself.
CREATE FUNCTION report_summary(report uuid) RETURNS TABLE (summary jsonb, reasons jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT public.summary_of(told.body),
           (SELECT coalesce(jsonb_agg(jsonb_build_object('rule', reason -> 'rule', 'says', reason -> 'says')), '[]')
            FROM jsonb_array_elements(in_force.detail -> 'reasons') AS reason)
    FROM public.report AS told
    CROSS JOIN LATERAL (
        SELECT detail FROM public.decision WHERE decision.report_id = told.id ORDER BY decided_at DESC, id DESC LIMIT 1
    ) AS in_force
    WHERE told.id = report AND public.actor_tier(report) >= 'D2'
$$;

-- How a person's decision is stored: beside those of the service, never over them. The notifications go out at once.
-- `decided` is the whole decision, its recipients those told by it (`ways`). Less urgent than before only with a reason.
-- `ids` is the stem of the ids, of this minute. Returns the decision's id.
CREATE FUNCTION decide_as_person(report uuid, ids text, given smallint, due timestamptz, version text, decided jsonb,
                                 ways jsonb, why text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    made uuid := (ids || '0000')::uuid;
    is_coarse boolean;
    before public.decision;
    moment timestamptz := now();
BEGIN
    IF coalesce(public.actor_tier(report), '') < 'D3' THEN
        RAISE EXCEPTION 'not of a team that may see the record' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT told.anonymity = 'anonymous' INTO is_coarse FROM public.report AS told WHERE told.id = report;
    SELECT * INTO before FROM public.decision AS earlier WHERE earlier.report_id = report
    ORDER BY earlier.decided_at DESC, earlier.id DESC LIMIT 1;
    IF given > before.grade AND btrim(coalesce(why, '')) = '' THEN
        RAISE EXCEPTION 'only with a reason' USING ERRCODE = 'check_violation', CONSTRAINT = 'lowered_with_reason';
    END IF;
    IF is_coarse THEN
        moment := date_trunc('minute', moment);
    END IF;
    INSERT INTO public.decision (id, report_id, decided_at, grade, due_at, policy, concerns, recipients, act_by, detail, cause)
    -- The newest decision counts, so this one is never before the one it follows.
    VALUES (made, report, greatest(moment, before.decided_at + CASE WHEN is_coarse THEN interval '1 minute'
                                                                    ELSE interval '1 millisecond' END),
            given, due, version, decided -> 'concerns', jsonb_array_length(ways), decided -> 'act_by', decided, 'person');
    INSERT INTO public.route (id, decision_id, report_id, recipient, tier)
    SELECT (ids || lpad(to_hex(one.place * 16), 4, '0'))::uuid, made, report, one.way ->> 'recipient', one.way ->> 'tier'
    FROM jsonb_array_elements(ways) WITH ORDINALITY AS one (way, place);
    INSERT INTO public.delivery (id, route_id, report_id, recipient, channel, grade, made_at, due_at, coarse)
    SELECT (ids || lpad(to_hex(one.place * 16 + by.place), 4, '0'))::uuid,
           (ids || lpad(to_hex(one.place * 16), 4, '0'))::uuid, report, one.way ->> 'recipient', by.channel, given,
           moment, moment, is_coarse
    FROM jsonb_array_elements(ways) WITH ORDINALITY AS one (way, place),
         jsonb_array_elements_text(one.way -> 'channels') WITH ORDINALITY AS by (channel, place);
    PERFORM public.actor_record('report.decided', report::text, jsonb_build_object(
        'decision', made, 'from', before.grade, 'grade', given, 'why', why,
        'told', jsonb_path_query_array(ways, '$[*].recipient')));
    IF jsonb_array_length(ways) > 0 THEN
        PERFORM pg_notify('evenlode_delivery', given::text);
    END IF;
    RETURN made;
END $$;

-- Search --------------------------------------------------------------------------------------------------------------

-- The words of a report, once for those who may see the record and once for those who see its summary, each with the
-- teams that may find it: so that nobody learns by searching what they may not read. A team stands among the words
-- behind a control character, which no search can hold.
CREATE TABLE search_document (
    report_id  uuid NOT NULL,
    depth      text NOT NULL CHECK (depth IN ('record', 'summary', 'pointer')),
    words      tsvector NOT NULL,
    PRIMARY KEY (report_id, depth)
);
CREATE INDEX search_document_words ON search_document USING gin (words);
-- Reports whose words are not stored yet, or whose teams have changed. Stored apart from the intake, which would pay.
CREATE TABLE search_waiting (report_id uuid PRIMARY KEY);

CREATE TRIGGER queue_told_of_new AFTER INSERT ON queue_item
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION queue_told();
INSERT INTO search_waiting SELECT DISTINCT report_id FROM queue_item;

-- In the words as written and, in English, by their stems; numbers and codes also without their spaces.
CREATE FUNCTION search_words(told jsonb) RETURNS tsvector
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT to_tsvector('simple', said) || to_tsvector('english', said)
    FROM (SELECT string_agg(value #>> '{}', ' . ') AS said FROM jsonb_path_query(told, 'strict $.** ? (@.type() == "string")') AS value) AS texts
$$;

-- Store the words of at most so many reports that wait; returns how many it did.
CREATE FUNCTION search_catch_up(most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    due uuid[];
BEGIN
    WITH taken AS (
        DELETE FROM public.search_waiting WHERE report_id IN (
            SELECT report_id FROM public.search_waiting ORDER BY report_id DESC LIMIT most FOR UPDATE SKIP LOCKED)
        RETURNING report_id
    ) SELECT array_agg(report_id ORDER BY report_id) INTO due FROM taken;
    IF due IS NULL THEN
        RETURN 0;
    END IF;
    INSERT INTO public.search_document AS made (report_id, depth, words)
    SELECT item.report_id, item.depth,
           array_to_tsvector(item.teams) || public.search_words(
               jsonb_build_array(item.reference, replace(item.reference, '-', '')) || CASE item.depth
               WHEN 'summary' THEN public.summary_of(report.body) - 'occurred_at'
               WHEN 'record' THEN jsonb_build_array(
                   report.body -> 'description', report.body -> 'location', report.body -> 'identifiers',
                   report.body -> 'items', report.body -> 'venue', report.body -> 'employer', report.body -> 'sponsor',
                   report.body -> 'operator', report.body -> 'landlord', report.body -> 'housing',
                   report.body -> 'journey', report.body -> 'tracks', report.body -> 'id_details', report.typed,
                   (SELECT jsonb_agg(regexp_replace(one ->> 'value', '[^[:alnum:]]', '', 'g'))
                    FROM jsonb_array_elements(report.body -> 'identifiers') AS one
                    WHERE one ->> 'kind' IN ('vehicle_registration', 'phone', 'postcode')),
                   regexp_replace(report.body #>> '{location,postcode}', ' ', ''))
               ELSE '[]' END)
    FROM (
        SELECT report_id, min(reference) AS reference,
               CASE WHEN tier >= 'D3' THEN 'record' WHEN tier = 'D2' THEN 'summary' ELSE 'pointer' END AS depth,
               array_agg(chr(1) || team) AS teams
        FROM public.queue_item WHERE report_id = ANY (due) GROUP BY 1, 3
    ) AS item
    JOIN public.report ON report.id = item.report_id
    ORDER BY item.report_id, item.depth
    ON CONFLICT (report_id, depth) DO UPDATE SET words = excluded.words;
    RETURN cardinality(due);
END $$;

-- Reports of the actor's teams in which all the words are, the newest first; `after` the last of the page before.
-- Row security would keep the index from being used, since what full-text operators do is not proven leakproof. So this
-- runs as the owner and asks for the actor's teams itself, in the words and again in the queue.
CREATE FUNCTION search_reports(query text, most integer, after uuid DEFAULT NULL) RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    teams text[] := public.actor_teams();
    wanted tsquery := websearch_to_tsquery('simple', query) || websearch_to_tsquery('english', query);
    own tsquery;
BEGIN
    SELECT string_agg(quote_literal(chr(1) || team), ' | ')::tsquery INTO own FROM unnest(teams) AS team;
    IF own IS NULL OR numnode(wanted) = 0 THEN
        RETURN;
    END IF;
    PERFORM public.search_catch_up(200);
    wanted := own && wanted;
    RETURN QUERY
        SELECT DISTINCT ON (document.report_id) document.report_id
        FROM public.search_document AS document
        WHERE document.words @@ wanted AND (after IS NULL OR document.report_id < after)
          AND EXISTS (
              SELECT FROM public.queue_item AS item
              WHERE item.report_id = document.report_id AND item.team = ANY (teams)
                AND CASE document.depth WHEN 'record' THEN item.tier >= 'D3' WHEN 'summary' THEN item.tier >= 'D2'
                    ELSE true END)
        ORDER BY document.report_id DESC
        LIMIT least(most, 1000);
END $$;

-- The source --------------------------------------------------------------------------------------------------------

-- Where a coordinator reveals without the approval of a lead; every other team asks. A lead needs nobody's.
CREATE TABLE reveal_without_approval (team text PRIMARY KEY REFERENCES team (code));

-- Who asked to know who reported, who approved it, and until when that holds.
CREATE TABLE reveal (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    report_id    uuid NOT NULL REFERENCES report_handle (report_id),
    team         text NOT NULL REFERENCES team (code),
    asked_by     uuid NOT NULL REFERENCES account (id),
    asked_at     timestamptz NOT NULL DEFAULT now(),
    reason       text NOT NULL CHECK (length(btrim(reason)) BETWEEN 10 AND 1000),
    approved_by  uuid REFERENCES account (id),
    approved_at  timestamptz,
    revealed_at  timestamptz,
    CHECK (approved_by <> asked_by),
    CHECK ((approved_by IS NULL) = (approved_at IS NULL))
);
CREATE INDEX reveal_report ON reveal (report_id, asked_by);
CREATE INDEX reveal_team ON reveal (team);
ALTER TABLE reveal ENABLE ROW LEVEL SECURITY;
CREATE POLICY reveal_seen ON reveal FOR SELECT TO evenlode_console
    USING (asked_by = (SELECT actor_account()) OR team = ANY ((SELECT actor_leads())::text[]));
GRANT SELECT ON reveal, reveal_without_approval TO evenlode_console;

-- An event of a case that the database itself writes for the actor, since no other way may lead past it.
CREATE FUNCTION actor_case_event(report uuid, team text, kind text, shared boolean, detail jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    reached integer;
BEGIN
    INSERT INTO public.report_case AS made (report_id, version) VALUES (report, 1)
    ON CONFLICT (report_id) DO UPDATE SET version = made.version + 1
    RETURNING version INTO reached;
    INSERT INTO public.case_event (report_id, version, team, kind, shared, detail)
    VALUES (report, reached, team, kind, shared, detail);
END $$;

-- Who reported, as it is stored: the ciphertext, and the id of its key. Needs a team that may see the record, a reason,
-- and a lead's approval of the last 24 hours unless the actor leads the team or the team needs none. Without it the
-- reveal is asked for: `waiting`, and the team's leads are told. All of it is on the record before anything is given.
CREATE FUNCTION reveal_source(report uuid, why text)
RETURNS TABLE (waiting boolean, key_id text, ciphertext bytea)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me uuid := public.actor_account();
    mine text;
    request public.reveal;
    free boolean;
BEGIN
    SELECT item.team INTO mine FROM public.queue_item AS item
    WHERE item.report_id = reveal_source.report AND item.tier >= 'D3' AND item.team = ANY (public.actor_teams())
    ORDER BY item.team = ANY (public.actor_leads()) DESC, item.tier DESC, item.team LIMIT 1;
    IF me IS NULL OR mine IS NULL THEN
        RAISE EXCEPTION 'not of a team that may see the record' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF length(btrim(coalesce(why, ''))) NOT BETWEEN 10 AND 1000 THEN
        RAISE EXCEPTION 'a reason of 10 to 1000 characters is needed' USING ERRCODE = 'check_violation', CONSTRAINT = 'reveal_reason';
    END IF;
    free := mine = ANY (public.actor_leads())
         OR EXISTS (SELECT FROM public.reveal_without_approval AS rule WHERE rule.team = mine);
    SELECT * INTO request FROM public.reveal AS asked
    WHERE asked.report_id = reveal_source.report AND asked.asked_by = me AND asked.revealed_at IS NULL
      AND coalesce(asked.approved_at, asked.asked_at) > now() - interval '24 hours'
    ORDER BY asked.approved_at NULLS LAST, asked.asked_at LIMIT 1 FOR UPDATE;
    IF request.id IS NULL THEN
        INSERT INTO public.reveal (report_id, team, asked_by, reason) VALUES (report, mine, me, why) RETURNING * INTO request;
        IF NOT free THEN
            PERFORM public.actor_record('source.asked', report::text, jsonb_build_object('reveal', request.id, 'team', mine, 'reason', why));
            PERFORM public.actor_case_event(report, mine, 'reveal_asked', false, jsonb_build_object('reveal', request.id));
            INSERT INTO public.notice (account_id, report_id, kind, detail)
            SELECT lead.account_id, report, 'reveal_asked', jsonb_build_object('reveal', request.id, 'by', me, 'team', mine)
            FROM public.membership AS lead WHERE lead.team = mine AND lead.role = 'lead';
            PERFORM pg_notify('evenlode_notice', mine);
        END IF;
    END IF;
    IF NOT free AND request.approved_by IS NULL THEN
        RETURN QUERY SELECT true, NULL::text, NULL::bytea;
        RETURN;
    END IF;
    UPDATE public.reveal AS asked SET revealed_at = now() WHERE asked.id = request.id;
    PERFORM public.actor_record('source.revealed', report::text,
        jsonb_build_object('reveal', request.id, 'team', mine, 'reason', why, 'approved_by', request.approved_by));
    PERFORM public.actor_case_event(report, mine, 'revealed', false, jsonb_build_object('reveal', request.id));
    INSERT INTO public.notice (account_id, report_id, kind, detail)
    SELECT lead.account_id, report, 'revealed', jsonb_build_object('reveal', request.id, 'by', me, 'team', mine)
    FROM public.membership AS lead WHERE lead.team = mine AND lead.role = 'lead' AND lead.account_id <> me;
    PERFORM pg_notify('evenlode_notice', mine);
    RETURN QUERY SELECT false, kept.key_id, kept.ciphertext FROM public.source AS kept WHERE kept.report_id = report;
END $$;

-- A lead's approval of what another asked for; it holds for 24 hours and one reveal.
CREATE FUNCTION approve_reveal(asked uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    done public.reveal;
BEGIN
    UPDATE public.reveal SET approved_by = public.actor_account(), approved_at = now()
    WHERE id = asked AND approved_by IS NULL AND revealed_at IS NULL AND asked_by <> public.actor_account()
      AND asked_at > now() - interval '24 hours' AND team = ANY (public.actor_leads())
    RETURNING * INTO done;
    IF done.id IS NULL THEN
        RAISE EXCEPTION 'not a request this lead can approve' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM public.actor_record('source.approved', done.report_id::text, jsonb_build_object('reveal', done.id));
    PERFORM public.actor_case_event(done.report_id, done.team, 'reveal_approved', false, jsonb_build_object('reveal', done.id));
    INSERT INTO public.notice (account_id, report_id, kind, detail)
    VALUES (done.asked_by, done.report_id, 'reveal_approved', jsonb_build_object('reveal', done.id, 'team', done.team));
    PERFORM pg_notify('evenlode_notice', done.team);
END $$;

-- Acknowledgement --------------------------------------------------------------------------------------------------

-- What a receiver said of a notification: that they have it, that it is not for them, or what came of it.
CREATE TABLE acknowledgement (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    delivery_id  uuid NOT NULL REFERENCES delivery (id),
    at           timestamptz NOT NULL,
    by           text NOT NULL,                       -- 'account:…', 'key:…' or 'link'
    verdict      text NOT NULL CHECK (verdict IN ('accepted', 'refused', 'outcome')),
    their_reference  text CHECK (length(their_reference) <= 60),
    note         text CHECK (length(note) <= 1000)
);
CREATE INDEX acknowledgement_delivery ON acknowledgement (delivery_id);
ALTER TABLE acknowledgement ENABLE ROW LEVEL SECURITY;
CREATE POLICY acknowledgement_seen ON acknowledgement FOR SELECT TO evenlode_console
    USING (EXISTS (SELECT FROM delivery WHERE delivery.id = acknowledgement.delivery_id));
CREATE TRIGGER acknowledgement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON acknowledgement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The token in a notification's link, as its SHA-256; made by the worker for each sending.
CREATE TABLE acknowledgement_link (
    token_hash   bytea PRIMARY KEY,
    delivery_id  uuid NOT NULL REFERENCES delivery (id),
    expires_at   timestamptz NOT NULL
);
CREATE INDEX acknowledgement_link_delivery ON acknowledgement_link (delivery_id);
GRANT INSERT ON acknowledgement_link TO evenlode_worker;

-- Take a receiver's word, by a key of its team or by the token that was sent with this very notification. False when
-- neither fits, which is on the record too. Acknowledging again with the same verdict changes nothing.
CREATE FUNCTION acknowledge_delivery(delivery uuid, key_hash bytea, token text, verdict text, their_reference text, note text)
RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    told public.delivery;
    who text;
    stamp timestamptz;
BEGIN
    SELECT * INTO told FROM public.delivery AS sent WHERE sent.id = delivery FOR UPDATE;
    IF told.id IS NOT NULL AND key_hash IS NOT NULL THEN
        SELECT 'key:' || opened.id INTO who FROM public.open_api_key(key_hash) AS opened
        WHERE opened.team = told.recipient AND 'deliveries:acknowledge' = ANY (opened.scopes);
    ELSIF told.id IS NOT NULL AND token IS NOT NULL THEN
        SELECT 'link' INTO who FROM public.acknowledgement_link AS link
        WHERE link.token_hash = sha256(convert_to(token, 'UTF8')) AND link.delivery_id = delivery AND link.expires_at > now();
    END IF;
    IF who IS NULL THEN
        INSERT INTO public.audit_event (at, actor, action, subject, detail)
        VALUES (date_trunc('minute', now()), 'unknown', 'delivery.acknowledgement_refused', delivery::text,
                jsonb_build_object('by', CASE WHEN key_hash IS NOT NULL THEN 'key' WHEN token IS NOT NULL THEN 'link' ELSE 'nothing' END));
        RETURN false;
    END IF;
    IF EXISTS (SELECT FROM public.acknowledgement AS done WHERE done.delivery_id = delivery AND done.verdict = verdict
               AND verdict <> 'outcome') THEN
        RETURN true;
    END IF;
    stamp := CASE WHEN told.coarse THEN date_trunc('minute', now()) ELSE now() END;
    INSERT INTO public.acknowledgement (delivery_id, at, by, verdict, their_reference, note)
    VALUES (delivery, stamp, who, verdict, their_reference, note);
    INSERT INTO public.audit_event (at, actor, action, subject, detail)
    VALUES (stamp, who, 'delivery.' || verdict, delivery::text, jsonb_build_object('recipient', told.recipient));
    PERFORM public.actor_case_event(told.report_id, told.recipient, 'delivery_' || verdict, true,
        jsonb_strip_nulls(jsonb_build_object('delivery', delivery, 'their_reference', their_reference, 'note', note)));
    IF verdict = 'accepted' THEN
        UPDATE public.queue_item AS item SET state = 'acknowledged'
        WHERE item.report_id = told.report_id AND item.team = told.recipient AND item.state = 'new';
    ELSIF verdict = 'refused' THEN
        -- Not for them: the coordination desk finds whom it is for.
        INSERT INTO public.queue_item AS item (report_id, team, reference, tier, grade, due_at, received_at, concerns, reporter, town)
        SELECT old.report_id, 'coordination', old.reference, 'D3', old.grade, old.due_at, old.received_at, old.concerns,
               told_of.reporter, old.town
        FROM public.queue_item AS old JOIN public.report AS told_of ON told_of.id = old.report_id
        WHERE old.report_id = told.report_id AND old.team = told.recipient
        ON CONFLICT (report_id, team) DO UPDATE SET tier = 'D3', reporter = excluded.reporter, state = 'new';
    END IF;
    RETURN true;
END $$;
GRANT SELECT ON acknowledgement TO evenlode_console;

REVOKE EXECUTE ON FUNCTION actor_tier(uuid), actor_report(text), report_refused(text), case_still_open(uuid), summary_of(jsonb), report_summary(uuid),
    decide_as_person(uuid, text, smallint, timestamptz, text, jsonb, jsonb, text), search_words(jsonb), search_catch_up(integer),
    search_reports(text, integer, uuid), actor_case_event(uuid, text, text, boolean, jsonb), reveal_source(uuid, text),
    approve_reveal(uuid), acknowledge_delivery(uuid, bytea, text, text, text, text), case_event_signed(), queue_routes(),
    queue_decision(), queue_told() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION actor_tier(uuid), actor_report(text), report_refused(text), case_still_open(uuid), summary_of(jsonb), report_summary(uuid),
    decide_as_person(uuid, text, smallint, timestamptz, text, jsonb, jsonb, text), search_reports(text, integer, uuid),
    reveal_source(uuid, text), approve_reveal(uuid) TO evenlode_console;
GRANT EXECUTE ON FUNCTION search_catch_up(integer) TO evenlode_pattern;
GRANT EXECUTE ON FUNCTION acknowledge_delivery(uuid, bytea, text, text, text, text) TO evenlode_web;
