-- What an open page asks by itself (the live queue, the stream of events) is no use of the session: somebody who has left
-- the desk is signed out after an hour as before, although the page on it goes on looking.
CREATE FUNCTION look_at_session(token text)
RETURNS TABLE (session_id uuid, account_id uuid, name text, office text, teams jsonb, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT opened.id, account.id, account.name, account.office,
           coalesce((SELECT jsonb_object_agg(membership.team, membership.role) FROM public.membership
                     WHERE membership.account_id = account.id), '{}'),
           opened.expires_at
    FROM public.live_session(token) AS opened JOIN public.account ON account.id = opened.account_id
$$;

CREATE OR REPLACE FUNCTION open_session(token text)
RETURNS TABLE (session_id uuid, account_id uuid, name text, office text, teams jsonb, expires_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.session SET seen_at = now()
    WHERE id = (SELECT id FROM public.live_session(token)) AND seen_at < now() - interval '1 minute';
    RETURN QUERY SELECT * FROM public.look_at_session(token);
END $$;

REVOKE EXECUTE ON FUNCTION look_at_session(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION look_at_session(text) TO evenlode_web;
