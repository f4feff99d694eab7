-- Reports that look machine-made: taken and decided as ever, but their notifications wait for a coordinator.
--   held: not handed over until a person lets it go; dropped: a person decided that it is not sent
ALTER TABLE delivery DROP CONSTRAINT delivery_state_check;
ALTER TABLE delivery ADD CONSTRAINT delivery_state_check
    CHECK (state IN ('waiting', 'handed', 'delivered', 'dead', 'held', 'dropped'));

CREATE TABLE quarantine (
    report_id  uuid PRIMARY KEY REFERENCES report_handle (report_id),
    at         timestamptz NOT NULL,                  -- when it was received; to the minute for an anonymous report
    signs      text[] NOT NULL CHECK (signs <@ ARRAY['trap', 'hasty', 'unopened', 'crowd'] AND signs <> '{}'),
    held       boolean NOT NULL,                      -- whether its notifications wait, or it is only marked
    ended      text CHECK (ended IN ('released', 'dropped')),
    ended_at   timestamptz,
    ended_by   text,
    CHECK ((ended IS NULL) = (ended_at IS NULL) AND (ended IS NULL) = (ended_by IS NULL))
);
CREATE INDEX quarantine_open ON quarantine (at) WHERE ended IS NULL;
CREATE INDEX delivery_held ON delivery (report_id) WHERE state = 'held';

-- The web puts reports there; only the commands, as the owner, let them go.
GRANT INSERT ON quarantine TO evenlode_web;
ALTER TABLE quarantine ENABLE ROW LEVEL SECURITY;
CREATE POLICY quarantine_kept ON quarantine FOR INSERT TO evenlode_web WITH CHECK (true);

-- A reporter who comes back is told that somebody is looking once a team has acknowledged the report.
GRANT SELECT (report_id, team, state) ON queue_item TO evenlode_web;
CREATE POLICY queue_item_told ON queue_item FOR SELECT TO evenlode_web USING (true);
