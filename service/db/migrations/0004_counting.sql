-- What is counted over reports: who reported again, complaints towards a Case Review, clusters of a concern at a place.
-- And which deadlines a notification may carry. Every hash is KeyRing.mark; days and minutes are the finest times.

-- By which two reports of one reporter are known for the same: marks of the phone, the e-mail address, the badge and
-- the plate. Written with the report, none for an anonymous one. Who holds the database alone can group reports by
-- these and name nobody; docs/threat-model.md says what follows.
CREATE TABLE reporter_mark (
    report_id  uuid NOT NULL REFERENCES report_handle (report_id),
    mark       bytea NOT NULL,
    PRIMARY KEY (report_id, mark)
);
CREATE INDEX reporter_mark_mark ON reporter_mark (mark);

-- Of `detail`, for those who may not read the rest: the deadlines that tell no more than the concern does. Null before
-- this release.
ALTER TABLE decision ADD COLUMN act_by jsonb;

-- Where the complaints of one person, or of several about one place, have reached the threshold of an ASB Case Review
-- or are near it, as last counted. A person decides; this is arithmetic. Made again by every count.
CREATE TABLE case_review (
    id            uuid PRIMARY KEY,
    limb          text NOT NULL CHECK (limb IN ('one_person', 'different_people')),
    subject_kind  text NOT NULL CHECK (subject_kind IN ('reporter', 'address', 'venue', 'street', 'place_cell')),
    subject       bytea NOT NULL,
    counted_on    date NOT NULL,
    counted       integer NOT NULL,
    needed        integer NOT NULL,
    reached_on    date,                               -- the day a count first found it reached; null while it is short
    UNIQUE (limb, subject_kind, subject)
);
-- Which reports went into it, and what became of each: 'counted', or why it was left out.
CREATE TABLE case_review_report (
    case_review_id  uuid NOT NULL REFERENCES case_review (id) ON DELETE CASCADE,
    report_id       uuid NOT NULL REFERENCES report_handle (report_id),
    verdict         text NOT NULL,
    PRIMARY KEY (case_review_id, report_id)
);
CREATE INDEX case_review_report_report ON case_review_report (report_id);

-- More reports of a concern at a place than its own past lets expect. One row from first found until it is quiet there:
-- found again, it is brought up to date. For coordinators only: small numbers never leave.
CREATE TABLE cluster (
    id          uuid PRIMARY KEY,
    place_kind  text NOT NULL CHECK (place_kind IN ('venue', 'street', 'place_cell')),
    place       bytea NOT NULL,
    concern     text NOT NULL,
    reports     integer NOT NULL,                     -- told apart, within the window of the last count that found it
    expected    double precision NOT NULL,            -- by the place's own past
    chance      double precision NOT NULL,            -- of so many, or more, if nothing had changed
    found_on    date NOT NULL,
    counted_on  date NOT NULL,
    ended_on    date
);
CREATE UNIQUE INDEX cluster_open ON cluster (place_kind, place, concern) WHERE ended_on IS NULL;
CREATE TABLE cluster_report (
    cluster_id  uuid NOT NULL REFERENCES cluster (id) ON DELETE CASCADE,
    report_id   uuid NOT NULL REFERENCES report_handle (report_id),
    PRIMARY KEY (cluster_id, report_id)
);
CREATE INDEX cluster_report_report ON cluster_report (report_id);

GRANT INSERT ON reporter_mark TO evenlode_web;
GRANT SELECT (act_by) ON decision TO evenlode_worker;
GRANT SELECT ON reporter_mark TO evenlode_pattern;
GRANT SELECT, INSERT, UPDATE, DELETE ON case_review, case_review_report, cluster, cluster_report TO evenlode_pattern;
