-- Patterns across reports: by what a report is known again, which reports are linked, and what links raised.
-- A hash here is KeyRing.mark of a kind and a value. No words of a report stand beside one.

-- Reads reports to compare them and may decide one anew; never sees a source. Where roles may not be made here, as in
-- the container, they are there already (container/postgres-init.sql).
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'evenlode_pattern') THEN
        BEGIN
            CREATE ROLE evenlode_pattern NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END IF;
    GRANT evenlode_pattern TO CURRENT_USER;
    GRANT USAGE ON SCHEMA public TO evenlode_pattern;
END $$;

-- Why a decision was made: the report came in, or other reports bear it out. The newest decision is in force; a report
-- is raised by its pattern once.
ALTER TABLE decision ADD COLUMN cause text NOT NULL DEFAULT 'report' CHECK (cause IN ('report', 'pattern'));
CREATE UNIQUE INDEX decision_pattern ON decision (report_id) WHERE cause = 'pattern';

-- By what a report can be known again. `address` is a door with its place or postcode; `address_somewhere` is the same
-- door without its place, of a report that knows the place, and `address_unplaced` of one that does not.
-- `vehicle_part` is a piece of a plate with a colour or make; `place_time` a cell of the map, a concern and two days;
-- `text_band` a band of the text's MinHash.
CREATE TABLE identifier (
    report_id  uuid NOT NULL REFERENCES report_handle (report_id),
    kind       text NOT NULL CHECK (kind IN (
                   'vehicle', 'vehicle_part', 'phone', 'username', 'address', 'address_somewhere', 'address_unplaced',
                   'street', 'postcode', 'venue', 'place_cell', 'place_time', 'text_band')),
    hash       bytea NOT NULL,
    PRIMARY KEY (report_id, kind, hash)
);
-- Ids are UUIDv7, so this also finds the reports of a hash nearest in time.
CREATE INDEX identifier_hash ON identifier (hash, report_id, kind);

-- Two reports that belong together, and why. Cut by a person it stays, and counts for nothing.
CREATE TABLE link (
    id        uuid PRIMARY KEY,
    first     uuid NOT NULL REFERENCES report_handle (report_id),
    second    uuid NOT NULL REFERENCES report_handle (report_id),
    kind      text NOT NULL CHECK (kind IN (
                  'vehicle', 'vehicle_part', 'phone', 'username', 'address', 'venue', 'text', 'place_time')),
    strength  smallint NOT NULL CHECK (strength BETWEEN 1 AND 100),
    detail    jsonb NOT NULL,                         -- marks of what is shared, distances, likeness; never words
    made_at   timestamptz NOT NULL,                   -- to the minute
    cut_at    timestamptz,
    cut_by    text,
    cut_why   text,
    CHECK (first < second),
    CHECK ((cut_at IS NULL) = (cut_by IS NULL) AND (cut_at IS NULL) = (cut_why IS NULL)),
    UNIQUE (first, second, kind)
);
CREATE INDEX link_second ON link (second, first);

-- How far the work has come with each report: its identifiers are stored, and, when finished, its links are made and
-- what they raise is raised. Times to the minute, so that none tells when an anonymous report was sent.
CREATE TABLE examination (
    report_id    uuid PRIMARY KEY REFERENCES report_handle (report_id),
    indexed_at   timestamptz NOT NULL,
    finished_at  timestamptz
);
CREATE INDEX examination_unfinished ON examination (report_id) WHERE finished_at IS NULL;

-- Every report received before `complete_until` has an examination, so that looking for those without begins there.
CREATE TABLE examination_progress (
    only_row        boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    complete_until  timestamptz NOT NULL
);

GRANT SELECT ON report, decision, route, delivery TO evenlode_pattern;
GRANT SELECT (reference, report_id, received_at) ON report_handle TO evenlode_pattern;
GRANT SELECT, INSERT, DELETE ON identifier TO evenlode_pattern;
GRANT SELECT, INSERT, UPDATE (strength, detail, cut_at, cut_by, cut_why) ON link TO evenlode_pattern;
GRANT SELECT, INSERT, UPDATE (indexed_at, finished_at) ON examination TO evenlode_pattern;
GRANT SELECT, INSERT, UPDATE (complete_until) ON examination_progress TO evenlode_pattern;
GRANT INSERT ON decision, route, delivery TO evenlode_pattern;
GRANT SELECT, INSERT ON audit_event TO evenlode_pattern;
