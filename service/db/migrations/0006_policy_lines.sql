-- A line of signers never ends. Two lines publish, and only a signer of a line adds to it: were the last of one retired,
-- nobody could ever publish again. One retirement after another, so that two at once do not each count the other.
CREATE FUNCTION policy_signer_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(8303);
    IF NOT EXISTS (
        SELECT FROM public.policy_signer
        WHERE vouched_by = OLD.vouched_by AND name <> OLD.name AND retired_at IS NULL
    ) THEN
        RAISE EXCEPTION '% is the last of a line', OLD.name USING ERRCODE = 'check_violation',
            CONSTRAINT = 'policy_signer_line', TABLE = 'policy_signer';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policy_signer_line BEFORE UPDATE ON policy_signer
    FOR EACH ROW WHEN (OLD.retired_at IS NULL AND NEW.retired_at IS NOT NULL) EXECUTE FUNCTION policy_signer_line();
