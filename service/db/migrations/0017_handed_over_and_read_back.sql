-- Packages that were handed over are kept as they went out; auditors read the record; a key may fetch it.

-- The file of a disclosure: given again to the team that made it, and to nobody else.
CREATE TABLE disclosure_file (
    disclosure_id  uuid PRIMARY KEY REFERENCES disclosure (id),
    content        bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 5000000)
);
ALTER TABLE disclosure_file ALTER COLUMN content SET STORAGE EXTERNAL;   -- a PDF is compressed by itself
CREATE TRIGGER disclosure_file_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disclosure_file
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE disclosure_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY disclosure_file_seen ON disclosure_file FOR SELECT TO evenlode_console USING (
    EXISTS (SELECT FROM disclosure WHERE disclosure.id = disclosure_id
            AND disclosure.team = ANY ((SELECT actor_teams())::text[])));
-- Only as what the disclosure says it is: by whoever made it, with the digest that is on the record.
CREATE POLICY disclosure_file_kept ON disclosure_file FOR INSERT TO evenlode_console WITH CHECK (
    EXISTS (SELECT FROM disclosure WHERE disclosure.id = disclosure_id
            AND disclosure.actor = (SELECT actor_account()) AND disclosure.sha256 = sha256(content)));
GRANT SELECT, INSERT ON disclosure_file TO evenlode_console;

-- A key may be for fetching the record.
ALTER TABLE api_key DROP CONSTRAINT api_key_scopes_check;
ALTER TABLE api_key ADD CONSTRAINT api_key_scopes_check CHECK (
    cardinality(scopes) > 0 AND scopes <@ ARRAY['reports:send', 'deliveries:acknowledge', 'audit:read']);

-- What somebody was refused before any work of theirs began: for want of a role, from another site, or with a session
-- that is over. For one that is over once a minute at most, since whoever has its token could fill the record.
ALTER TABLE session ADD COLUMN refused_at timestamptz;
CREATE FUNCTION request_refused(token text, method text, path text, why text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    of_session public.session;
BEGIN
    SELECT session.* INTO of_session FROM public.session
    WHERE session.token_hash = sha256(convert_to(nullif(token, ''), 'UTF8'));
    IF of_session.id IS NULL THEN
        RETURN;
    END IF;
    IF why = 'session_over' THEN
        UPDATE public.session SET refused_at = now()
        WHERE session.id = of_session.id AND coalesce(session.refused_at, '-infinity') < now() - interval '1 minute';
        IF NOT FOUND THEN
            RETURN;
        END IF;
    END IF;
    INSERT INTO public.audit_event (at, actor, action, subject, detail)
    VALUES (now(), 'account:' || of_session.account_id, 'request.refused', of_session.id::text,
            jsonb_build_object('method', method, 'path', left(path, 200), 'why', why));
END $$;

-- What an auditor asks for: who did something with this report, what did this person do, and who did such a thing. The
-- last two leave out the reports that come in, which most entries are and which would pay for it.
CREATE INDEX audit_event_subject ON audit_event (subject, seq);
CREATE INDEX audit_event_account ON audit_event (actor, seq) WHERE actor >= 'account:' AND actor < 'account;';
CREATE INDEX audit_event_act ON audit_event (seq) WHERE action <> 'report.accepted';
CREATE INDEX audit_event_at ON audit_event USING brin (at);

-- A page of the record for an auditor, the newest first; each condition may be null. `who`: a whole actor, such as
-- 'account:…'; `acts`: a regular expression over actions; `about`: a subject. The two conditions that follow from another
-- are there for an index to be known as fitting.
CREATE FUNCTION audit_page(before bigint, who text, acts text, about text, since timestamptz, until timestamptz, most integer)
RETURNS TABLE (seq bigint, at timestamptz, actor text, action text, subject text, detail jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF NOT public.actor_has_role('auditor') THEN
        RAISE EXCEPTION 'only an auditor reads the record' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
        SELECT entry.seq, entry.at, entry.actor, entry.action, entry.subject, entry.detail
        FROM public.audit_event AS entry
        WHERE (before IS NULL OR entry.seq < before)
          AND (who IS NULL OR entry.actor = who)
          AND (who IS NULL OR who NOT LIKE 'account:%' OR entry.actor >= 'account:' AND entry.actor < 'account;')
          AND (acts IS NULL OR entry.action ~ acts)
          AND (acts IS NULL OR 'report.accepted' ~ acts OR entry.action <> 'report.accepted')
          AND (about IS NULL OR entry.subject = about)
          AND (since IS NULL OR entry.at >= since)
          AND (until IS NULL OR entry.at < until)
        ORDER BY entry.seq DESC
        LIMIT least(most, 500);
END $$;

-- The references of reports, for an auditor: by them entries are told and sought. Nothing else of a report.
CREATE VIEW audited_report WITH (security_barrier) AS
    SELECT report_id, reference FROM report_handle WHERE (SELECT actor_has_role('auditor'));
GRANT SELECT ON audited_report TO evenlode_console;

REVOKE EXECUTE ON FUNCTION request_refused(text, text, text, text),
    audit_page(bigint, text, text, text, timestamptz, timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION request_refused(text, text, text, text) TO evenlode_web;
GRANT EXECUTE ON FUNCTION audit_page(bigint, text, text, text, timestamptz, timestamptz, integer) TO evenlode_console;
