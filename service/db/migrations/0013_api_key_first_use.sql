-- The first use of an API key failed: a variable called `found` hid PostgreSQL's own FOUND. Otherwise as in 0010.
CREATE OR REPLACE FUNCTION open_api_key(given bytea) RETURNS TABLE (id uuid, organisation text, team text, scopes text[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    opened public.api_key;
BEGIN
    SELECT * INTO opened FROM public.api_key
    WHERE key_hash = given AND ended_at IS NULL AND expires_at > now();
    IF opened.id IS NULL THEN
        RETURN;
    END IF;
    IF opened.used_on IS DISTINCT FROM current_date THEN
        UPDATE public.api_key SET used_on = current_date, first_used_at = coalesce(first_used_at, date_trunc('day', now()))
        WHERE api_key.id = opened.id AND used_on IS DISTINCT FROM current_date;
        IF FOUND AND opened.first_used_at IS NULL THEN
            INSERT INTO public.audit_event (at, actor, action, subject, detail)
            VALUES (date_trunc('minute', now()), 'key:' || opened.id, 'api_key.first_used', opened.id::text, '{}');
        END IF;
    END IF;
    RETURN QUERY SELECT opened.id, opened.organisation, opened.team, opened.scopes;
END $$;
