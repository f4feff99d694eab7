-- The conversation with a reporter who comes back with the receipt: messages both ways, and photos.
-- No address, no user agent, and of an anonymous report no time and no id finer than the minute.

-- A decision can be raised by what the reporter adds, too.
ALTER TABLE decision DROP CONSTRAINT decision_cause_check;
ALTER TABLE decision ADD CONSTRAINT decision_cause_check CHECK (cause IN ('report', 'pattern', 'message'));

-- What was written, by the reporter or to the reporter. `place` is the order, which times to the minute do not give.
CREATE TABLE message (
    id                uuid PRIMARY KEY,
    report_id         uuid NOT NULL REFERENCES report_handle (report_id),
    place             integer NOT NULL CHECK (place > 0),
    author            text NOT NULL CHECK (author IN ('reporter', 'coordinator')),
    text              text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 4000),
    answers           uuid,                           -- the coordinator's question that this answers
    written_at        timestamptz NOT NULL,
    idempotency_hash  bytea,                          -- sha256 of the key; forgotten by upkeep after its time
    UNIQUE (report_id, place),
    UNIQUE (report_id, id),
    -- A question and its answer belong to one report.
    FOREIGN KEY (report_id, answers) REFERENCES message (report_id, id),
    CHECK (author = 'reporter' OR answers IS NULL)
);
CREATE UNIQUE INDEX message_idempotency ON message (report_id, idempotency_hash) WHERE idempotency_hash IS NOT NULL;

-- Photos of a report, drawn anew on the server, so that nothing of the sent file is left but what it shows.
CREATE TABLE report_file (
    id                 uuid PRIMARY KEY,
    report_id          uuid NOT NULL REFERENCES report_handle (report_id),
    place              integer NOT NULL CHECK (place > 0),
    kind               text NOT NULL CHECK (kind = 'image/jpeg'),
    size               integer NOT NULL CHECK (size = octet_length(content)),
    sha256             bytea NOT NULL CHECK (octet_length(sha256) = 32),
    metadata_stripped  boolean NOT NULL,
    added_at           timestamptz NOT NULL,
    idempotency_hash   bytea,                         -- as in `message`
    content            bytea NOT NULL,
    UNIQUE (report_id, place)
);
-- A photo does not get smaller, so trying to costs only time.
ALTER TABLE report_file ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX report_file_idempotency ON report_file (report_id, idempotency_hash)
    WHERE idempotency_hash IS NOT NULL;

-- A photo on its way, in pieces. Each piece is encrypted under a key made from the receipt, which is not kept: until the
-- reporter comes back with it nobody can read what the file still tells, such as where the photo was taken.
CREATE TABLE upload (
    report_id  uuid NOT NULL REFERENCES report_handle (report_id),
    key_hash   bytea NOT NULL,                        -- sha256 of the upload's Idempotency-Key
    size       integer NOT NULL CHECK (size > 0),
    began_at   timestamptz NOT NULL,                  -- to the minute; given up by upkeep after its time
    PRIMARY KEY (report_id, key_hash)
);
CREATE TABLE upload_piece (
    report_id  uuid NOT NULL,
    key_hash   bytea NOT NULL,
    start      integer NOT NULL CHECK (start >= 0),
    size       integer NOT NULL CHECK (size > 0),
    sealed     bytea NOT NULL,                        -- nonce and AES-256-GCM
    PRIMARY KEY (report_id, key_hash, start),
    FOREIGN KEY (report_id, key_hash) REFERENCES upload (report_id, key_hash) ON DELETE CASCADE
);
ALTER TABLE upload_piece ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE INDEX upload_began ON upload (began_at);

-- The web takes both in and shows the reporter the conversation. It cannot read a photo back, change what was written,
-- or write as a coordinator: the policy below holds for whoever does not own the table.
GRANT SELECT, INSERT ON message TO evenlode_web;
GRANT INSERT ON report_file TO evenlode_web;
GRANT SELECT (id, report_id, place, kind, size, sha256, added_at, idempotency_hash) ON report_file TO evenlode_web;
GRANT SELECT, INSERT, DELETE ON upload, upload_piece TO evenlode_web;

ALTER TABLE message ENABLE ROW LEVEL SECURITY;
CREATE POLICY message_web_reads ON message FOR SELECT TO evenlode_web USING (true);
CREATE POLICY message_web_writes ON message FOR INSERT TO evenlode_web WITH CHECK (author = 'reporter');
