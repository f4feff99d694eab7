-- Open consoles of the teams that read the record are told of what a reporter writes, as of any other change (0011): the
-- queue shows that they wrote.
CREATE OR REPLACE FUNCTION message_came() RETURNS trigger
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
