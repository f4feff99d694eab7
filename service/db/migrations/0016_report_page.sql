-- What the page of a report shows besides: how it ended for whoever reported it, which teams have opened it, what else was
-- told of the same place, and the clusters it is in. And what a reporter adds comes up in the queue.

-- How the report of a receipt ended: an outcome of service/triage/outcomes.py; of one that was merged, that of the report
-- it was merged into. Null while a team works on it, and for any other receipt. The web reads no case.
CREATE FUNCTION outcome_to_holder(receipt text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN ended.state = 'closed' THEN ended.outcome END
    FROM public.report_handle AS handle
    JOIN public.report_case AS own ON own.report_id = handle.report_id
    JOIN public.report_case AS ended ON ended.report_id = coalesce(own.merged_into, own.report_id)
    WHERE handle.receipt_hash = sha256(convert_to(replace(receipt, '-', ''), 'UTF8'))
$$;

-- One writer to a conversation at a time, until commit: whoever acts on a case holds the same row, and takes it first too.
CREATE FUNCTION lock_conversation(report uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.report_case (report_id) VALUES (report) ON CONFLICT (report_id) DO NOTHING;
    PERFORM FROM public.report_case WHERE report_id = report FOR UPDATE;
END $$;

-- What a reporter writes is something new with the case: a page opened before is stale, and where the teams that read the
-- record had closed it, it comes up again, and their open consoles are told (0011). Otherwise nobody would see it.
CREATE FUNCTION message_came() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    reached integer;
BEGIN
    INSERT INTO public.report_case AS made (report_id, version) VALUES (NEW.report_id, 1)
    ON CONFLICT (report_id) DO UPDATE SET version = made.version + 1
    RETURNING version INTO reached;
    INSERT INTO public.case_event (report_id, version, kind, shared, detail)
    VALUES (NEW.report_id, reached, 'message_came', true, jsonb_build_object('message', NEW.id));
    UPDATE public.queue_item SET state = 'new'
    WHERE report_id = NEW.report_id AND state = 'closed' AND tier >= 'D3';
    IF FOUND THEN
        UPDATE public.report_case SET state = 'open' WHERE report_id = NEW.report_id;
    END IF;
    PERFORM pg_notify('evenlode_queue', string_agg(concat_ws(' ', team, reference, grade, state), E'\n'))
    FROM public.queue_item WHERE report_id = NEW.report_id AND tier >= 'D3'
    HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER message_came AFTER INSERT ON message
    FOR EACH ROW WHEN (NEW.author = 'reporter') EXECUTE FUNCTION message_came();

-- That the reporter wrote is known to who may read what.
ALTER POLICY case_event_seen ON case_event USING (
    EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = case_event.report_id
            AND (queue_item.team = case_event.team
                 OR case_event.team IS NULL AND (case_event.kind <> 'message_came' OR queue_item.tier >= 'D3')
                 OR case_event.shared AND queue_item.tier >= 'D3')));

-- When somebody of a team first opened a report, to the minute; append-only.
CREATE TABLE opening (
    report_id  uuid NOT NULL REFERENCES report_handle (report_id),
    team       text NOT NULL,
    opened_at  timestamptz NOT NULL CHECK (opened_at = date_trunc('minute', opened_at)),
    PRIMARY KEY (report_id, team)
);
CREATE TRIGGER opening_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON opening
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE opening ENABLE ROW LEVEL SECURITY;
-- As who was told is seen (`route_seen`).
CREATE POLICY opening_seen ON opening FOR SELECT TO evenlode_console USING (
    EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = opening.report_id
            AND (queue_item.team IN (opening.team, 'coordination') OR queue_item.tier >= 'D3')));
CREATE FUNCTION actor_opened(report uuid, team text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.opening (report_id, team, opened_at)
    SELECT item.report_id, item.team, date_trunc('minute', now()) FROM public.queue_item AS item
    WHERE item.report_id = actor_opened.report AND item.team = actor_opened.team AND item.team = ANY (public.actor_teams())
    ON CONFLICT DO NOTHING
$$;

-- Other reports of the same place that the actor may see the record of, with the narrowest thing they share, the newest
-- first. Venues of one name in two towns are two. Nothing to who may not see the record of the report itself.
CREATE FUNCTION same_place(report uuid, most integer) RETURNS TABLE (report_id uuid, kind text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH near AS (
        SELECT DISTINCT ON (other.report_id) other.report_id, own.kind
        FROM (VALUES ('address', 1), ('venue', 2), ('street', 3), ('place_cell', 4)) AS wanted (kind, rank)
        JOIN public.identifier AS own ON own.report_id = report AND own.kind = wanted.kind
        -- A bounded look, since a cell of a town has thousands.
        CROSS JOIN LATERAL (
            SELECT one.report_id FROM public.identifier AS one
            WHERE one.hash = own.hash AND one.kind = own.kind AND one.report_id <> report
            ORDER BY one.report_id DESC LIMIT 200
        ) AS other
        WHERE public.actor_tier(report) >= 'D3'
          AND NOT (own.kind = 'venue' AND EXISTS (
              SELECT FROM public.identifier AS here JOIN public.identifier AS there ON there.kind = 'venue_town'
              WHERE here.report_id = report AND here.kind = 'venue_town' AND there.report_id = other.report_id
                AND there.hash <> here.hash))
        ORDER BY other.report_id DESC, wanted.rank
    )
    SELECT near.report_id, near.kind FROM near
    WHERE EXISTS (SELECT FROM public.queue_item AS item WHERE item.report_id = near.report_id AND item.tier >= 'D3'
                  AND item.team = ANY (public.actor_teams()))
    ORDER BY near.report_id DESC LIMIT most
$$;

-- A cluster is seen by who may see the record of one of its reports, and of its reports those.
ALTER TABLE cluster ENABLE ROW LEVEL SECURITY;
ALTER TABLE cluster_report ENABLE ROW LEVEL SECURITY;
CREATE POLICY cluster_report_seen ON cluster_report FOR SELECT TO evenlode_console USING (
    EXISTS (SELECT FROM queue_item WHERE queue_item.report_id = cluster_report.report_id AND queue_item.tier >= 'D3'));
CREATE POLICY cluster_seen ON cluster FOR SELECT TO evenlode_console
    USING (EXISTS (SELECT FROM cluster_report AS part WHERE part.cluster_id = cluster.id));
CREATE POLICY cluster_report_counted ON cluster_report TO evenlode_pattern USING (true) WITH CHECK (true);
CREATE POLICY cluster_counted ON cluster TO evenlode_pattern USING (true) WITH CHECK (true);

GRANT SELECT ON opening, cluster, cluster_report TO evenlode_console;
REVOKE EXECUTE ON FUNCTION outcome_to_holder(text), lock_conversation(uuid), message_came(), actor_opened(uuid, text),
    same_place(uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outcome_to_holder(text) TO evenlode_web;
GRANT EXECUTE ON FUNCTION lock_conversation(uuid) TO evenlode_web, evenlode_console;
GRANT EXECUTE ON FUNCTION actor_opened(uuid, text), same_place(uuid, integer) TO evenlode_console;
