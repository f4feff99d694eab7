-- Who may work at the console: teams, accounts with their factors, sessions, and the keys of organisations.
-- A token, code or key is never kept: its SHA-256 is, or, where it could be guessed, its mark under the key ring.

-- `evenlode_console` is what a transaction of somebody signed in works as: it reads nothing of this file but through
-- the functions and views below, so it cannot act for somebody whose session it was not given.
-- `evenlode_access` is what signing in and the keeping of accounts work as. Where roles may not be made here, as in the
-- container, they are there already (container/postgres-init.sql).
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['evenlode_console', 'evenlode_access'] LOOP
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

-- The recipients of the policy, and `coordination`: the partnership's own desk, which also sees what went to nobody.
-- Kept up to date by `evenlode team sync` and `evenlode user add`; one that left the policy is retired and keeps its past.
-- A report may be routed to a team before it is listed here, so nothing of a report refers to this table.
CREATE TABLE team (
    code        text PRIMARY KEY CHECK (code ~ '^[a-z][a-z0-9_]{1,39}$'),
    name        text NOT NULL,
    retired_at  timestamptz
);

CREATE TABLE account (
    id               uuid PRIMARY KEY,
    email            text NOT NULL CHECK (email = lower(btrim(email)) AND email LIKE '%_@_%' AND length(email) <= 254),
    name             text NOT NULL CHECK (name ~ '^[^[:cntrl:]]{1,80}$' AND name = btrim(name)),
    -- What an account without a team does: an auditor reads the record, an administrator keeps the accounts.
    office           text CHECK (office IN ('auditor', 'administrator')),
    in_teams         boolean NOT NULL GENERATED ALWAYS AS (office IS NULL) STORED,
    password         text,                            -- argon2id with its parameters; null: signs in elsewhere
    password_once    boolean NOT NULL DEFAULT false,  -- shown to whoever made the account; to be changed at first use
    password_until   timestamptz,                     -- a one-time password is good until then
    password_at      timestamptz,
    invited_until    timestamptz,                     -- an identity provider may be linked until then, and once
    -- Time-based codes: the secret under the key ring, and the number of the last code used, so that one works once.
    totp_key_id      text,
    totp_secret      bytea,
    totp_used        bigint NOT NULL DEFAULT 0,
    made_at          timestamptz NOT NULL DEFAULT now(),
    disabled_at      timestamptz,
    UNIQUE (email),
    UNIQUE (id, in_teams),
    CHECK ((totp_key_id IS NULL) = (totp_secret IS NULL)),
    CHECK (NOT password_once OR password_until IS NOT NULL)
);

-- Which teams an account works for. The second key holds it apart from the offices: one account never has both.
CREATE TABLE membership (
    account_id  uuid NOT NULL,
    in_teams    boolean NOT NULL DEFAULT true CHECK (in_teams),
    team        text NOT NULL REFERENCES team (code),
    role        text NOT NULL CHECK (role IN ('coordinator', 'lead')),
    PRIMARY KEY (account_id, team),
    FOREIGN KEY (account_id, in_teams) REFERENCES account (id, in_teams)
);
CREATE INDEX membership_team ON membership (team);

CREATE TABLE passkey (
    id             uuid PRIMARY KEY,
    account_id     uuid NOT NULL REFERENCES account (id),
    credential_id  bytea NOT NULL UNIQUE,
    public_key     bytea NOT NULL,
    sign_count     bigint NOT NULL,
    name           text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    made_at        timestamptz NOT NULL DEFAULT now(),
    used_at        timestamptz
);
CREATE INDEX passkey_account ON passkey (account_id);

-- For whoever lost their second factor. `mark` is KeyRing.mark of account and code; a used one is deleted.
CREATE TABLE recovery_code (
    account_id  uuid NOT NULL REFERENCES account (id),
    mark        bytea NOT NULL,
    PRIMARY KEY (account_id, mark)
);

-- Who an account is at an identity provider (OpenID Connect). The e-mail address counts only while it is invited.
CREATE TABLE identity (
    issuer      text NOT NULL,
    subject     text NOT NULL,
    account_id  uuid NOT NULL REFERENCES account (id),
    linked_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX identity_account ON identity (account_id, issuer);

-- A sign-in under way: what was shown so far. A table of its own, so that half a sign-in is never taken for a session.
CREATE TABLE sign_in (
    token_hash    bytea PRIMARY KEY,
    account_id    uuid REFERENCES account (id),       -- null until it is known who it is
    method        text NOT NULL CHECK (method IN ('password', 'passkey', 'oidc')),
    factor        text,                               -- which second factor was shown
    challenge     bytea,                              -- of a passkey, or of a provider: state, nonce and verifier
    draft_key_id  text,                               -- a secret for time-based codes, until a first code is given
    draft_secret  bytea,
    expires_at    timestamptz NOT NULL
);
CREATE INDEX sign_in_expires ON sign_in (expires_at);
CREATE INDEX sign_in_account ON sign_in (account_id);

CREATE TABLE session (
    id          uuid PRIMARY KEY,
    token_hash  bytea NOT NULL UNIQUE,
    account_id  uuid NOT NULL REFERENCES account (id),
    method      text NOT NULL,                        -- how the person showed who they are
    device      text NOT NULL,                        -- kind of browser and system, for the list of one's own sessions
    started_at  timestamptz NOT NULL DEFAULT now(),
    seen_at     timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    ended_why   text,
    CHECK ((ended_at IS NULL) = (ended_why IS NULL))
);
CREATE INDEX session_account ON session (account_id) WHERE ended_at IS NULL;

-- What is open may depend on it, such as a stream of events: told by the session's id.
CREATE FUNCTION session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('evenlode_session', NEW.id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER session_ended AFTER UPDATE ON session
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION session_ended();

-- Keys of organisations' own systems. To rotate: a second key beside the first, which is ended later.
CREATE TABLE api_key (
    id             uuid PRIMARY KEY,
    organisation   text NOT NULL CHECK (organisation ~ '^[^[:cntrl:]]{1,80}$'),
    team           text REFERENCES team (code),       -- which team's notifications it may answer; null: none
    scopes         text[] NOT NULL CHECK (cardinality(scopes) > 0
                       AND scopes <@ ARRAY['reports:send', 'deliveries:acknowledge']),
    key_hash       bytea NOT NULL UNIQUE,
    made_by        text NOT NULL,
    made_at        timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz NOT NULL,
    first_used_at  timestamptz,
    used_on        date,                              -- no finer: a report may be anonymous
    ended_at       timestamptz
);
CREATE INDEX api_key_team ON api_key (team);

-- The session a token opens now: not ended, within 12 hours of its start and 60 minutes of its last use, of an account
-- that is not disabled. The one place that says so.
CREATE FUNCTION live_session(token text) RETURNS SETOF session
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT session.* FROM public.session JOIN public.account ON account.id = session.account_id
    WHERE session.token_hash = sha256(convert_to(nullif(token, ''), 'UTF8'))
      AND session.ended_at IS NULL AND session.expires_at > now()
      AND session.seen_at > now() - interval '60 minutes' AND account.disabled_at IS NULL
$$;

-- Who acts in this transaction: the account whose session it names. Null when it names none that is live.
-- In a policy, write (SELECT actor_teams()), so that it is asked once for a query and not for each row.
CREATE FUNCTION actor_account() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT account_id FROM public.live_session(current_setting('evenlode.session', true))
$$;

-- Codes of the teams the actor works for; none for an auditor or an administrator.
CREATE FUNCTION actor_teams() RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(team ORDER BY team), '{}') FROM public.membership
    WHERE account_id = public.actor_account()
$$;

-- Codes of the teams the actor leads.
CREATE FUNCTION actor_leads() RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(team ORDER BY team), '{}') FROM public.membership
    WHERE account_id = public.actor_account() AND role = 'lead'
$$;

-- Whether the actor has a role, in any team for those of teams. Who leads a team is a coordinator of it as well.
CREATE FUNCTION actor_has_role(wanted text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM public.account LEFT JOIN public.membership ON membership.account_id = account.id
        WHERE account.id = public.actor_account()
          AND (account.office = wanted OR membership.role = wanted
               OR wanted = 'coordinator' AND membership.role = 'lead'))
$$;

-- An entry of the record in the actor's own name, and in nobody else's: the console's role writes it in no other way.
CREATE FUNCTION actor_record(action text, subject text, detail jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    account uuid := public.actor_account();
BEGIN
    IF account IS NULL THEN
        RAISE EXCEPTION 'no session' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO public.audit_event (at, actor, action, subject, detail)
    VALUES (now(), 'account:' || account, action, subject, detail);
END $$;

-- Who a token stands for, asked once for each request. Notes that the session is in use, once a minute at most.
CREATE FUNCTION open_session(token text)
RETURNS TABLE (session_id uuid, account_id uuid, name text, office text, teams jsonb, expires_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found public.session;
BEGIN
    SELECT * INTO found FROM public.live_session(token);
    IF found.id IS NULL THEN
        RETURN;
    END IF;
    IF found.seen_at < now() - interval '1 minute' THEN
        UPDATE public.session SET seen_at = now() WHERE id = found.id;
    END IF;
    RETURN QUERY
        SELECT found.id, account.id, account.name, account.office,
               coalesce((SELECT jsonb_object_agg(membership.team, membership.role) FROM public.membership
                         WHERE membership.account_id = account.id), '{}'),
               found.expires_at
        FROM public.account WHERE account.id = found.account_id;
END $$;

-- Whose key this is; nothing when it has ended. The first use goes on the record.
CREATE FUNCTION open_api_key(given bytea) RETURNS TABLE (id uuid, organisation text, team text, scopes text[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    opened public.api_key;                            -- not `found`: that is PostgreSQL's own name
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

-- Roles and offices are given by an administrator, or by whoever owns the database (the commands).
CREATE FUNCTION given_by_administrator() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'evenlode_access' AND NOT public.actor_has_role('administrator') THEN
        RAISE EXCEPTION 'only an administrator gives roles' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER given_by_administrator BEFORE INSERT OR UPDATE OR DELETE ON membership
    FOR EACH STATEMENT EXECUTE FUNCTION given_by_administrator();
CREATE TRIGGER given_by_administrator BEFORE INSERT OR UPDATE OF office, disabled_at, email, invited_until ON account
    FOR EACH STATEMENT EXECUTE FUNCTION given_by_administrator();

-- Whom one works with, by name: for the timeline of a report, and to hand a report over.
CREATE VIEW colleague WITH (security_barrier) AS
    SELECT id, name FROM account WHERE (SELECT actor_account()) IS NOT NULL;
CREATE VIEW team_colleague WITH (security_barrier) AS
    SELECT membership.team, account.id, account.name, membership.role
    FROM membership JOIN account ON account.id = membership.account_id
    WHERE account.disabled_at IS NULL AND membership.team = ANY ((SELECT actor_teams())::text[]);

REVOKE EXECUTE ON FUNCTION live_session(text), actor_account(), actor_teams(), actor_leads(), actor_has_role(text),
    actor_record(text, text, jsonb), open_session(text), open_api_key(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION actor_account(), actor_teams(), actor_leads(), actor_has_role(text),
    actor_record(text, text, jsonb) TO evenlode_console;
GRANT EXECUTE ON FUNCTION actor_account(), actor_has_role(text) TO evenlode_access;
GRANT EXECUTE ON FUNCTION open_session(text), open_api_key(bytea) TO evenlode_web;

GRANT SELECT ON team, colleague, team_colleague TO evenlode_console;

GRANT SELECT ON team TO evenlode_access;
GRANT SELECT, INSERT, UPDATE ON account, session, api_key TO evenlode_access;
GRANT SELECT, INSERT, UPDATE, DELETE ON membership, passkey, recovery_code, identity, sign_in TO evenlode_access;
GRANT SELECT, INSERT ON audit_event TO evenlode_access;
