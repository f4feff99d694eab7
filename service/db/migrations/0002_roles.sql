-- Least privilege: the web may write a source and never read one; workers see no source and no report text at all.
-- Roles belong to the whole server, so another database of the same server may have made them already.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['evenlode_web', 'evenlode_worker', 'evenlode_source'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END;
        END IF;
        EXECUTE format('GRANT %I TO CURRENT_USER', name);
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT ON report, report_handle, decision, route, delivery, audit_event TO evenlode_web;
GRANT INSERT ON source TO evenlode_web;

-- Workers move a notification along and never send it elsewhere; of a report they know the reference alone.
GRANT SELECT, UPDATE (state, due_at, lease, attempts, settled_at, retried_at, last_fault) ON delivery TO evenlode_worker;
GRANT SELECT, INSERT, UPDATE (outcome, answer, ended_at) ON delivery_attempt TO evenlode_worker;
GRANT SELECT ON route TO evenlode_worker;
GRANT SELECT (reference, report_id) ON report_handle TO evenlode_worker;
GRANT SELECT (id, report_id, grade, due_at, concerns, recipients) ON decision TO evenlode_worker;
GRANT SELECT (id, received_at, concern) ON report TO evenlode_worker;
GRANT SELECT, INSERT ON audit_event TO evenlode_worker;

GRANT SELECT, UPDATE ON source TO evenlode_source;
GRANT SELECT, INSERT ON audit_event TO evenlode_source;
