-- Nobody forgets: each team's own due times, reminders, escalation to the next contact, answers by a link, and the
-- books for those who keep them.

-- Due times ----------------------------------------------------------------------------------------------------------

-- As in 0011, but each team has the due time of its own hours (`team_due` of the decision), and a later route of the
-- same grade never puts off what was due before.
CREATE OR REPLACE FUNCTION queue_routes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    INSERT INTO public.queue_item AS item (report_id, team, reference, tier, grade, due_at, received_at, concerns,
                                           reporter, town)
    SELECT told.report_id, told.team, handle.reference, told.tier, told.grade, told.due_at, report.received_at,
           array(SELECT jsonb_array_elements_text(told.concerns)),
           CASE WHEN told.tier >= 'D3' THEN report.reporter END, report.body #>> '{location,town}'
    FROM (
        SELECT DISTINCT ON (added.report_id, one.team) added.report_id, one.team, one.tier, decision.grade,
               coalesce((decision.detail #>> ARRAY['team_due', one.team])::timestamptz, decision.due_at) AS due_at,
               decision.concerns
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
    SET tier = greatest(item.tier, excluded.tier), grade = excluded.grade,
        due_at = CASE WHEN item.grade = excluded.grade THEN least(item.due_at, excluded.due_at) ELSE excluded.due_at END,
        concerns = excluded.concerns, reporter = coalesce(item.reporter, excluded.reporter),
        state = CASE WHEN item.state = 'passed_on' OR item.state <> 'merged' AND excluded.grade < item.grade
                THEN 'new' ELSE item.state END;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION queue_decision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
        SET grade = NEW.grade, concerns = about,
            due_at = coalesce((NEW.detail #>> ARRAY['team_due', team])::timestamptz, NEW.due_at),
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

-- A notification says by when the team that is told must have looked.
GRANT SELECT (report_id, team, due_at) ON queue_item TO evenlode_worker;
CREATE POLICY queue_item_due ON queue_item FOR SELECT TO evenlode_worker USING (true);

-- Further notifications ------------------------------------------------------------------------------------------------

-- What a notification is about: a decision, an item that another did not acknowledge, or items that are due or late.
ALTER TABLE delivery ADD COLUMN about text NOT NULL DEFAULT 'decision' CHECK (about IN ('decision', 'escalation', 'reminder'));
-- One of a decision by each channel, as before, and any number of further ones.
ALTER TABLE delivery DROP CONSTRAINT delivery_route_id_channel_key;
CREATE UNIQUE INDEX delivery_route_channel ON delivery (route_id, channel, (CASE WHEN about <> 'decision' THEN id END))
    NULLS NOT DISTINCT;
--   phoned: given up, and then told by telephone by a person
ALTER TABLE delivery DROP CONSTRAINT delivery_state_check;
ALTER TABLE delivery ADD CONSTRAINT delivery_state_check
    CHECK (state IN ('waiting', 'handed', 'delivered', 'dead', 'held', 'dropped', 'phoned'));

ALTER TABLE notice DROP CONSTRAINT notice_kind_check;
ALTER TABLE notice ADD CONSTRAINT notice_kind_check
    CHECK (kind IN ('reveal_asked', 'reveal_approved', 'revealed', 'due', 'escalated'));

-- What was said of an item's due time: once for each step. A grade given anew has another due time, and so another turn.
CREATE TABLE reminder (
    report_id    uuid NOT NULL REFERENCES report_handle (report_id),
    team         text NOT NULL,
    due_at       timestamptz NOT NULL,
    step         text NOT NULL CHECK (step IN ('soon', 'late')),
    at           timestamptz NOT NULL,                -- to the minute
    delivery_id  uuid REFERENCES delivery (id),       -- the digest it went out in; null where the team has no mailbox
    PRIMARY KEY (report_id, team, due_at, step)
);
CREATE INDEX reminder_delivery ON reminder (delivery_id) WHERE delivery_id IS NOT NULL;
GRANT SELECT ON reminder TO evenlode_worker;

-- Whom an item was taken to that a team did not acknowledge by its due time: once for each, whatever is killed meanwhile.
CREATE TABLE escalation (
    report_id  uuid NOT NULL REFERENCES report_handle (report_id),
    team       text NOT NULL,
    due_at     timestamptz NOT NULL,
    to_team    text NOT NULL,
    made_route uuid REFERENCES route (id),            -- of `to_team`; null where it was told of the report before
    at         timestamptz NOT NULL,                  -- to the minute for an anonymous report
    PRIMARY KEY (report_id, team, due_at)
);
CREATE INDEX escalation_to ON escalation (report_id, to_team);
CREATE UNIQUE INDEX escalation_route ON escalation (made_route) WHERE made_route IS NOT NULL;
CREATE TRIGGER escalation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON escalation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE escalation ENABLE ROW LEVEL SECURITY;
CREATE POLICY escalation_seen ON escalation FOR SELECT TO evenlode_console
    USING (team = ANY ((SELECT actor_teams())::text[]) OR to_team = ANY ((SELECT actor_teams())::text[]));
-- For the books: a route that no decision made.
CREATE POLICY escalation_counted ON escalation FOR SELECT TO evenlode_worker USING (true);
GRANT SELECT ON escalation TO evenlode_console, evenlode_worker;

-- What somebody still has to acknowledge. Not what looks machine-made or was marked by a person; nor what was taken on to a
-- body that was not told otherwise, once one of those before it has acknowledged; nor what the coordination desk only
-- watches (D1), once everybody else has.
CREATE INDEX queue_item_awaited ON queue_item (due_at) WHERE state = 'new';
CREATE VIEW awaited_item AS
    SELECT item.report_id, item.team, item.reference, item.grade, item.due_at, item.claimed_by
    FROM queue_item AS item
    WHERE item.state = 'new'
      AND NOT EXISTS (SELECT FROM quarantine
                      WHERE quarantine.report_id = item.report_id AND held AND ended IS DISTINCT FROM 'released')
      AND NOT EXISTS (SELECT FROM report_case
                      WHERE report_case.report_id = item.report_id AND (marked IS NOT NULL OR merged_into IS NOT NULL))
      AND NOT (item.team = 'coordination' AND item.tier = 'D1'
               AND NOT EXISTS (SELECT FROM queue_item AS other WHERE other.report_id = item.report_id
                               AND other.team <> item.team AND other.state = 'new'))
      AND NOT (EXISTS (SELECT FROM escalation AS made
                       WHERE made.report_id = item.report_id AND made.to_team = item.team AND made.made_route IS NOT NULL)
               AND (SELECT count(*) FROM route
                    WHERE route.report_id = item.report_id AND route.recipient = item.team) = 1
               AND EXISTS (SELECT FROM escalation AS before
                           JOIN queue_item AS first ON first.report_id = before.report_id AND first.team = before.team
                           WHERE before.report_id = item.report_id AND before.to_team = item.team AND first.state <> 'new'));

-- What a team did in a stretch of time, for whoever hands over.
CREATE INDEX case_event_team ON case_event (team, at);

-- Answers by a link ----------------------------------------------------------------------------------------------------

-- Whether a token is good for a notification now; when it is not, that is on the record.
CREATE FUNCTION acknowledgement_link_opens(delivery uuid, token text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.acknowledgement_link AS link
               WHERE link.token_hash = sha256(convert_to(acknowledgement_link_opens.token, 'UTF8'))
                 AND link.delivery_id = acknowledgement_link_opens.delivery AND link.expires_at > now()) THEN
        RETURN true;
    END IF;
    INSERT INTO public.audit_event (at, actor, action, subject, detail)
    VALUES (date_trunc('minute', now()), 'unknown', 'delivery.acknowledgement_refused', delivery::text, '{"by": "link"}');
    RETURN false;
END $$;

-- What a good token is shown: the pointer, and what was answered before. Nothing for any other.
CREATE FUNCTION acknowledgement_asked(delivery uuid, token text)
RETURNS TABLE (reference text, grade smallint, due_at timestamptz, verdicts text[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF public.acknowledgement_link_opens(delivery, token) THEN
        RETURN QUERY
            SELECT item.reference, item.grade, item.due_at,
                   array(SELECT said.verdict FROM public.acknowledgement AS said
                         WHERE said.delivery_id = sent.id ORDER BY said.at)
            FROM public.delivery AS sent
            JOIN public.queue_item AS item ON item.report_id = sent.report_id AND item.team = sent.recipient
            WHERE sent.id = acknowledgement_asked.delivery;
    END IF;
END $$;

-- As in 0011, and: who tells what came of it has it, and what is not for a team leaves its queue, so that it is reminded
-- of it no more and the coordination desk has it instead.
CREATE OR REPLACE FUNCTION acknowledge_delivery(delivery uuid, key_hash bytea, token text, verdict text, their_reference text, note text)
RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    told public.delivery;
    who text;
    stamp timestamptz;
BEGIN
    SELECT * INTO told FROM public.delivery AS sent WHERE sent.id = delivery FOR UPDATE;
    IF key_hash IS NOT NULL THEN
        SELECT 'key:' || opened.id INTO who FROM public.open_api_key(key_hash) AS opened
        WHERE opened.team = told.recipient AND 'deliveries:acknowledge' = ANY (opened.scopes);
        IF who IS NULL THEN
            INSERT INTO public.audit_event (at, actor, action, subject, detail)
            VALUES (date_trunc('minute', now()), 'unknown', 'delivery.acknowledgement_refused', delivery::text, '{"by": "key"}');
        END IF;
    ELSIF public.acknowledgement_link_opens(delivery, token) THEN
        who := 'link';
    END IF;
    IF who IS NULL THEN
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
    IF verdict = 'refused' THEN
        -- Not for them: the coordination desk finds whom it is for.
        INSERT INTO public.queue_item AS item (report_id, team, reference, tier, grade, due_at, received_at, concerns, reporter, town)
        SELECT old.report_id, 'coordination', old.reference, 'D3', old.grade, old.due_at, old.received_at, old.concerns,
               told_of.reporter, old.town
        FROM public.queue_item AS old JOIN public.report AS told_of ON told_of.id = old.report_id
        WHERE old.report_id = told.report_id AND old.team = told.recipient
        ON CONFLICT (report_id, team) DO UPDATE SET tier = 'D3', reporter = excluded.reporter, state = 'new';
    END IF;
    UPDATE public.queue_item AS item SET state = CASE verdict WHEN 'refused' THEN 'passed_on' ELSE 'acknowledged' END
    WHERE item.report_id = told.report_id AND item.team = told.recipient AND item.state = 'new';
    RETURN true;
END $$;

-- The books ------------------------------------------------------------------------------------------------------------

-- Whether the actor keeps the books of a recipient: leads of the coordination desk those of all, leads of a team their own.
-- An administrator sees the numbers of all, and no item.
CREATE FUNCTION actor_keeps_books(recipient text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'coordination' = ANY (public.actor_leads()) OR recipient = ANY (public.actor_leads())
$$;

-- What became of the notifications that were made in a stretch of time, by local day, recipient and channel. `lowest` and
-- `upto` are ids, which begin with their time.
CREATE FUNCTION books_by_day(lowest uuid, upto uuid, zone text)
RETURNS TABLE (day date, recipient text, channel text, made bigint, delivered bigint, waiting bigint, dead bigint,
               phoned bigint, held bigint, dropped bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (made_at AT TIME ZONE zone)::date, delivery.recipient, delivery.channel, count(*),
           count(*) FILTER (WHERE state = 'delivered'), count(*) FILTER (WHERE state IN ('waiting', 'handed')),
           count(*) FILTER (WHERE state = 'dead'), count(*) FILTER (WHERE state = 'phoned'),
           count(*) FILTER (WHERE state = 'held'), count(*) FILTER (WHERE state = 'dropped')
    FROM public.delivery
    WHERE id >= lowest AND id < upto
      AND ((SELECT public.actor_has_role('administrator') OR 'coordination' = ANY (public.actor_leads()))
           OR delivery.recipient = ANY ((SELECT public.actor_leads())::text[]))
    GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3
$$;

-- Reports by local day: how many came, were routed, and have nobody to be told; and of what was decided that day, how many
-- recipients, their routes, and routes without a notification. For those who see the books of all.
CREATE FUNCTION reports_by_day(lowest uuid, upto uuid, zone text)
RETURNS TABLE (day date, reports bigint, routed bigint, untold bigint, decided bigint, routes bigint, unserved bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH came AS (
        SELECT (received_at AT TIME ZONE zone)::date AS day, count(*) AS reports
        FROM public.report WHERE id >= lowest AND id < upto GROUP BY 1
    ), judged AS (
        SELECT (decided_at AT TIME ZONE zone)::date AS day,
               count(*) FILTER (WHERE cause = 'report' AND recipients > 0) AS routed,
               count(*) FILTER (WHERE cause = 'report' AND recipients = 0) AS untold,
               sum(recipients)::bigint AS decided, sum(made.routes)::bigint AS routes, sum(made.unserved)::bigint AS unserved
        FROM public.decision
        CROSS JOIN LATERAL (
            -- A next contact that was told for the first time is nobody's decision.
            SELECT count(*) FILTER (WHERE NOT EXISTS (
                       SELECT FROM public.escalation WHERE escalation.made_route = route.id)) AS routes,
                   count(*) FILTER (WHERE NOT EXISTS (SELECT FROM public.delivery WHERE delivery.route_id = route.id)) AS unserved
            FROM public.route WHERE route.decision_id = decision.id
        ) AS made
        WHERE decision.id >= lowest AND decision.id < upto
        GROUP BY 1
    )
    SELECT coalesce(came.day, judged.day), coalesce(reports, 0), coalesce(routed, 0), coalesce(untold, 0),
           coalesce(decided, 0), coalesce(routes, 0), coalesce(unserved, 0)
    FROM came FULL JOIN judged ON judged.day = came.day
    WHERE (SELECT public.actor_has_role('administrator') OR 'coordination' = ANY (public.actor_leads()))
    ORDER BY 1 DESC
$$;

-- Notifications that were given up, as pointers, for those who keep their books.
CREATE FUNCTION dead_letters(most integer)
RETURNS TABLE (id uuid, reference text, recipient text, channel text, grade smallint, made_at timestamptz,
               attempts integer, last_fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT delivery.id, handle.reference, delivery.recipient, delivery.channel, delivery.grade, delivery.made_at,
           delivery.attempts, delivery.last_fault
    FROM public.delivery JOIN public.report_handle AS handle ON handle.report_id = delivery.report_id
    WHERE state = 'dead' AND public.actor_keeps_books(delivery.recipient)
    ORDER BY delivery.grade, delivery.made_at LIMIT most
$$;

-- Send one that was given up again, or note that its recipient was told by telephone, and why. False when it is not dead
-- or not the actor's to settle. The database's own clock: no worker takes part.
CREATE FUNCTION settle_dead(letter uuid, how text, why text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    dead public.delivery;
    stamp timestamptz;
BEGIN
    IF how NOT IN ('retry', 'phoned') OR how = 'phoned' AND length(btrim(coalesce(why, ''))) NOT BETWEEN 3 AND 1000 THEN
        RAISE EXCEPTION 'say how, and by telephone what was said' USING ERRCODE = 'check_violation';
    END IF;
    SELECT * INTO dead FROM public.delivery WHERE id = letter AND state = 'dead' FOR UPDATE;
    IF dead.id IS NULL OR NOT public.actor_keeps_books(dead.recipient) THEN
        RETURN false;
    END IF;
    stamp := CASE WHEN dead.coarse THEN date_trunc('minute', now()) ELSE now() END;
    IF how = 'retry' THEN
        UPDATE public.delivery SET state = 'waiting', lease = NULL, due_at = stamp, settled_at = NULL, retried_at = stamp
        WHERE id = letter;
        PERFORM public.actor_record('delivery.retried', letter::text, jsonb_build_object('recipient', dead.recipient));
        PERFORM pg_notify('evenlode_delivery', dead.grade::text);
    ELSE
        UPDATE public.delivery SET state = 'phoned', settled_at = stamp WHERE id = letter;
        PERFORM public.actor_record('delivery.phoned', letter::text, jsonb_build_object('recipient', dead.recipient, 'why', btrim(why)));
        PERFORM public.actor_case_event(dead.report_id, dead.recipient, 'phoned', true,
            jsonb_build_object('delivery', letter, 'to', dead.recipient, 'why', btrim(why)));
    END IF;
    RETURN true;
END $$;

REVOKE EXECUTE ON FUNCTION acknowledgement_link_opens(uuid, text), acknowledgement_asked(uuid, text), actor_keeps_books(text),
    books_by_day(uuid, uuid, text), reports_by_day(uuid, uuid, text), dead_letters(integer), settle_dead(uuid, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acknowledgement_asked(uuid, text) TO evenlode_web;
GRANT EXECUTE ON FUNCTION books_by_day(uuid, uuid, text), reports_by_day(uuid, uuid, text), dead_letters(integer),
    settle_dead(uuid, text, text) TO evenlode_console;
