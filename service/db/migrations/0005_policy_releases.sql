-- Releases of the policy: the files of each, who proposed it, who else put it in force, and who may do either.
-- The two people are held here and not in the program: whoever writes these tables by hand meets the same rules.

-- Those who may propose, publish and roll back. `verifier` is scrypt of a passphrase that was shown once.
CREATE TABLE policy_signer (
    name           text PRIMARY KEY CHECK (name ~ '^[^[:cntrl:]]{1,80}$' AND name = btrim(name)),
    verifier       text NOT NULL,
    added_by       text REFERENCES policy_signer (name),   -- null for the first two only: nobody is there to ask
    -- Which of the first two stands at the start of the line that vouches for this one, itself for those.
    vouched_by     text NOT NULL REFERENCES policy_signer (name),
    added_at       timestamptz NOT NULL,
    account        text NOT NULL,                          -- of the machine, on which the command ran
    retired_at     timestamptz,
    failures       integer NOT NULL DEFAULT 0,             -- wrong passphrases in a row
    refused_until  timestamptz
);

-- Every policy that was proposed. Its files stay readable for as long as a decision may name it.
CREATE TABLE policy_release (
    version        text PRIMARY KEY,
    files          jsonb NOT NULL CHECK (jsonb_typeof(files) = 'object'),   -- content by file name
    proposed_by    text NOT NULL REFERENCES policy_signer (name),
    proposed_at    timestamptz NOT NULL,
    account        text NOT NULL,
    UNIQUE (version, proposed_by)
);

-- What is in force: the newest row.
--   inherited: the policy of the folder that was in use before the first release, so that there is a way back to it
--   published: put in force by somebody other than who proposed it
--   rolled_back: one that was in force before is so again, by one person, with a reason
CREATE TABLE policy_in_force (
    number         bigint PRIMARY KEY CHECK (number > 0),
    version        text NOT NULL,
    proposed_by    text NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('inherited', 'published', 'rolled_back')),
    put_by         text NOT NULL REFERENCES policy_signer (name),
    put_at         timestamptz NOT NULL,
    account        text NOT NULL,
    why            text,
    rolled_to      bigint,
    UNIQUE (number, version),
    FOREIGN KEY (version, proposed_by) REFERENCES policy_release (version, proposed_by),
    FOREIGN KEY (rolled_to, version) REFERENCES policy_in_force (number, version),
    CONSTRAINT policy_two_people CHECK (kind <> 'published' OR put_by <> proposed_by),
    CHECK (kind <> 'inherited' OR number = 1),
    CHECK ((kind = 'rolled_back') = (rolled_to IS NOT NULL AND btrim(coalesce(why, '')) <> '')),
    CHECK (rolled_to < number)
);

-- Only signers who have not left add a third and further signers, and each is counted to the line of one of the
-- first two. Otherwise one person could add a second name and be two people with it.
CREATE FUNCTION policy_signer_vouched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(8303);
    IF NEW.added_by IS NULL THEN
        IF (SELECT count(*) FROM public.policy_signer) >= 2 THEN
            RAISE EXCEPTION 'a further signer is added by a signer' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'policy_signer_vouched', TABLE = 'policy_signer';
        END IF;
        NEW.vouched_by := NEW.name;
    ELSE
        SELECT vouched_by INTO NEW.vouched_by FROM public.policy_signer
        WHERE name = NEW.added_by AND retired_at IS NULL;
        IF NOT FOUND THEN
            RAISE EXCEPTION '% is no signer now', NEW.added_by USING ERRCODE = 'check_violation',
                CONSTRAINT = 'policy_signer_vouched', TABLE = 'policy_signer';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policy_signer_vouched BEFORE INSERT ON policy_signer
    FOR EACH ROW EXECUTE FUNCTION policy_signer_vouched();

CREATE FUNCTION policy_signer_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.name, NEW.added_by, NEW.vouched_by, NEW.added_at, NEW.verifier, NEW.account)
       IS DISTINCT FROM (OLD.name, OLD.added_by, OLD.vouched_by, OLD.added_at, OLD.verifier, OLD.account)
       OR OLD.retired_at IS DISTINCT FROM NEW.retired_at AND OLD.retired_at IS NOT NULL THEN
        RAISE EXCEPTION 'a signer is never changed into another' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policy_signer_kept BEFORE UPDATE ON policy_signer
    FOR EACH ROW EXECUTE FUNCTION policy_signer_kept();

-- Who signs is a signer still.
CREATE FUNCTION policy_signed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    signer text;
BEGIN
    signer := CASE TG_TABLE_NAME WHEN 'policy_release' THEN NEW.proposed_by ELSE to_jsonb(NEW) ->> 'put_by' END;
    IF NOT EXISTS (SELECT FROM public.policy_signer WHERE name = signer AND retired_at IS NULL) THEN
        RAISE EXCEPTION '% is no signer now', signer USING ERRCODE = 'check_violation',
            CONSTRAINT = 'policy_signed', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;

-- One change after another, each numbered by who saw the one before; and the two who publish are not of one line.
CREATE FUNCTION policy_put_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(8303);
    IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM public.policy_in_force) THEN
        RAISE EXCEPTION 'what is in force was changed meanwhile' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'policy_changed_meanwhile', TABLE = 'policy_in_force';
    END IF;
    IF NEW.kind = 'published' AND NEW.put_by <> NEW.proposed_by AND 1 = (
        SELECT count(DISTINCT vouched_by) FROM public.policy_signer WHERE name IN (NEW.put_by, NEW.proposed_by)
    ) THEN
        RAISE EXCEPTION '% and % are of one line', NEW.put_by, NEW.proposed_by USING ERRCODE = 'check_violation',
            CONSTRAINT = 'policy_two_lines', TABLE = 'policy_in_force';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policy_signed BEFORE INSERT ON policy_release FOR EACH ROW EXECUTE FUNCTION policy_signed();
CREATE TRIGGER policy_signed BEFORE INSERT ON policy_in_force FOR EACH ROW EXECUTE FUNCTION policy_signed();
-- Triggers fire in the order of their names, so this one comes second and both signers are known then.
CREATE TRIGGER policy_then_put BEFORE INSERT ON policy_in_force
    FOR EACH ROW EXECUTE FUNCTION policy_put_in_force();

-- Each of these is on the audit chain, whoever writes it, and what is in force is told to those who wait for it.
CREATE FUNCTION policy_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'policy_signer' THEN
            INSERT INTO public.audit_event (at, actor, action, subject, detail) VALUES (
                NEW.added_at, coalesce(NEW.added_by, NEW.account), 'policy.signer_added', NEW.name,
                jsonb_build_object('account', NEW.account, 'vouched_by', NEW.vouched_by));
        WHEN 'policy_release' THEN
            INSERT INTO public.audit_event (at, actor, action, subject, detail) VALUES (
                NEW.proposed_at, NEW.proposed_by, 'policy.proposed', NEW.version,
                jsonb_build_object('account', NEW.account,
                                   'sha256', encode(sha256(convert_to(NEW.files::text, 'UTF8')), 'hex')));
        WHEN 'policy_in_force' THEN
            INSERT INTO public.audit_event (at, actor, action, subject, detail) VALUES (
                NEW.put_at, NEW.put_by, 'policy.' || NEW.kind, NEW.version,
                jsonb_build_object('account', NEW.account, 'number', NEW.number, 'proposed_by', NEW.proposed_by,
                                   'why', NEW.why));
            PERFORM pg_notify('evenlode_policy', NEW.number::text);
    END CASE;
    RETURN NULL;
END $$;
CREATE TRIGGER policy_recorded AFTER INSERT ON policy_signer FOR EACH ROW EXECUTE FUNCTION policy_recorded();
CREATE TRIGGER policy_recorded AFTER INSERT ON policy_release FOR EACH ROW EXECUTE FUNCTION policy_recorded();
CREATE TRIGGER policy_recorded AFTER INSERT ON policy_in_force FOR EACH ROW EXECUTE FUNCTION policy_recorded();

CREATE TRIGGER policy_signer_append_only BEFORE DELETE OR TRUNCATE ON policy_signer
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policy_release_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON policy_release
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policy_in_force_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON policy_in_force
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Those who decide and deliver read what is in force. Only the database's owner, that is the commands, writes here.
GRANT SELECT ON policy_release, policy_in_force TO evenlode_web, evenlode_worker;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'evenlode_pattern') THEN
        GRANT SELECT ON policy_release, policy_in_force TO evenlode_pattern;
    END IF;
END $$;
