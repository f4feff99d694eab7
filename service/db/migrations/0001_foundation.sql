-- Reports, who said them, what was decided, who is told, and the record of it all.
-- Times are UTC. Enumerations are text with a check. Ids are UUIDv7 made by the service.

-- How a report is found again: by its reference, by the hash of its receipt, by the hash of its Idempotency-Key.
-- One row for each accepted report, and what every other table points at: `report` is partitioned, so uniqueness
-- across its months has to live here, and a foreign key to a plain table costs a fifth of one to a partitioned one.
CREATE TABLE report_handle (
    reference        text PRIMARY KEY,
    report_id        uuid NOT NULL UNIQUE,
    receipt_hash     bytea NOT NULL UNIQUE,           -- sha256 of the receipt; the receipt itself is never stored
    receipt_key_id   text NOT NULL,                   -- which key of the ring the receipt was derived with
    idempotency_hash bytea,                           -- sha256 of the key; forgotten by upkeep after its time
    body_hash        bytea NOT NULL,                  -- sha256 of the request body, to tell a repeat from a reuse
    received_at      timestamptz NOT NULL
);
CREATE UNIQUE INDEX report_handle_idempotency ON report_handle (idempotency_hash) WHERE idempotency_hash IS NOT NULL;

-- What was said. Partitioned by month through the time inside its UUIDv7 id, so that the id alone is the key.
-- `anonymous` reports carry ids and times cut to the minute, so that no row can be matched to a network log.
CREATE TABLE report (
    id              uuid PRIMARY KEY REFERENCES report_handle (report_id),
    received_at     timestamptz NOT NULL,
    reporter        text NOT NULL,                    -- the kind of reporter, never who
    anonymity       text NOT NULL CHECK (anonymity IN ('anonymous', 'confidential', 'named')),
    concern         text NOT NULL,
    body            jsonb NOT NULL,                   -- the normalised report in wire form, without the source
    typed           jsonb NOT NULL                    -- what was typed where normalising changed it, by JSON Pointer
) PARTITION BY RANGE (id);
CREATE TABLE report_default PARTITION OF report DEFAULT;

-- Who said it: one ciphertext under a key of the ring. No row for an anonymous report.
CREATE TABLE source (
    report_id   uuid PRIMARY KEY REFERENCES report_handle (report_id),
    key_id      text NOT NULL,
    ciphertext  bytea NOT NULL                        -- nonce and AES-256-GCM of the contact and identifying answers
);

-- What was decided; append-only. The newest decision of a report is the one in force.
CREATE TABLE decision (
    id          uuid PRIMARY KEY,
    report_id   uuid NOT NULL REFERENCES report_handle (report_id),
    decided_at  timestamptz NOT NULL,
    grade       smallint NOT NULL CHECK (grade BETWEEN 1 AND 4),
    due_at      timestamptz NOT NULL,
    policy      text NOT NULL,                        -- version of the policy it was made under
    -- Of `detail`, for those who may not read the words quoted in its reasons.
    concerns    jsonb NOT NULL,
    recipients  integer NOT NULL,                     -- how many bodies must be told: what the books begin with
    detail      jsonb NOT NULL                        -- the whole decision, with every reason
);
CREATE INDEX decision_report ON decision (report_id);

-- Who must be told; one row for each recipient of a decision.
CREATE TABLE route (
    id           uuid PRIMARY KEY,
    decision_id  uuid NOT NULL REFERENCES decision (id),
    report_id    uuid NOT NULL,                       -- the decision's; repeated to be found without a join
    recipient    text NOT NULL,
    tier         text NOT NULL CHECK (tier IN ('D1', 'D2', 'D3', 'D4')),
    UNIQUE (decision_id, recipient)
);
CREATE INDEX route_report ON route (report_id);

-- The outbox: one row for each notification of a route by one channel. It is the truth; the broker only carries ids.
--   waiting: to be handed over at `due_at`; handed: given to a worker, which owns it until `due_at`;
--   delivered and dead: ended.
CREATE TABLE delivery (
    id           uuid PRIMARY KEY,                    -- also the stable message id a receiver can recognise
    route_id     uuid NOT NULL REFERENCES route (id),
    report_id    uuid NOT NULL,                       -- the route's; repeated to be found without a join
    recipient    text NOT NULL,
    channel      text NOT NULL,
    grade        smallint NOT NULL CHECK (grade BETWEEN 1 AND 4),
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'handed', 'delivered', 'dead')),
    made_at      timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    lease        uuid,                                -- the hand-over a worker may begin; cleared when begun
    attempts     integer NOT NULL DEFAULT 0,
    coarse       boolean NOT NULL,                    -- anonymous: no time finer than the minute is kept
    settled_at   timestamptz,
    retried_at   timestamptz,                         -- when a person asked for it again; its time starts anew then
    last_fault   text,
    UNIQUE (route_id, channel)
) WITH (
    fillfactor = 80,                                  -- beginning an attempt then stays on its page and off the indexes
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000
);
CREATE INDEX delivery_report ON delivery (report_id);
-- Two small indexes, so that a claim reads only what is due and a lane's room is counted from what is handed out.
CREATE INDEX delivery_waiting ON delivery (grade, due_at) WHERE state = 'waiting';
CREATE INDEX delivery_handed ON delivery (grade, due_at) WHERE state = 'handed';
CREATE INDEX delivery_dead ON delivery (settled_at) WHERE state = 'dead';

-- Each try, recorded before anything is sent.
CREATE TABLE delivery_attempt (
    delivery_id  uuid NOT NULL REFERENCES delivery (id),
    number       integer NOT NULL,
    started_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    outcome      text NOT NULL DEFAULT 'started' CHECK (outcome IN ('started', 'delivered', 'transient', 'permanent')),
    answer       text,                                -- what the other side said, shortened; never report content
    PRIMARY KEY (delivery_id, number)
);

-- The record: append-only and hash-chained by the database itself, so that every writer is bound by it.
--   hash = sha256(prev || utf8(seq | epoch microseconds | actor | action | subject | detail as text))
-- where actor, action and subject each come after their length in bytes, so that nothing can move between them.
CREATE TABLE audit_event (
    seq      bigint PRIMARY KEY,
    at       timestamptz NOT NULL,
    actor    text NOT NULL,
    action   text NOT NULL,
    subject  text NOT NULL,
    detail   jsonb NOT NULL,
    prev     bytea NOT NULL,
    hash     bytea NOT NULL
);

CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last_seq bigint;
    last_hash bytea;
BEGIN
    -- One writer at a time until commit: a chain has one end.
    PERFORM pg_advisory_xact_lock(8301);
    -- By its full name: a temporary table of that name would otherwise be read in its place.
    SELECT seq, hash INTO last_seq, last_hash FROM public.audit_event ORDER BY seq DESC LIMIT 1;
    NEW.seq := coalesce(last_seq, 0) + 1;
    NEW.prev := coalesce(last_hash, '\x'::bytea);
    NEW.hash := sha256(NEW.prev || convert_to(
        concat_ws('|', NEW.seq, (extract(epoch FROM NEW.at) * 1000000)::bigint,
                  octet_length(NEW.actor), NEW.actor, octet_length(NEW.action), NEW.action,
                  octet_length(NEW.subject), NEW.subject, NEW.detail::text), 'UTF8'));
    RETURN NEW;
END $$;
CREATE TRIGGER audit_chain BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_chain();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON decision
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
