-- Venues and taxi operators whose poster leads to a form that names them already.
-- A code says at which poster somebody stood, so it is kept here alone: no report and no log holds one, and a report
-- that came by a poster keeps the name of the venue or operator as if it had been typed.
CREATE TABLE organisation (
    code        text PRIMARY KEY CHECK (code ~ '^[2-9A-HJKMNP-Z]{6}$'),
    kind        text NOT NULL CHECK (kind IN ('venue', 'taxi_operator')),
    name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
    town        text CHECK (char_length(town) BETWEEN 1 AND 60),
    created_at  timestamptz NOT NULL,
    retired_at  timestamptz                           -- from then on the poster leads to the plain form
);

GRANT SELECT ON organisation TO evenlode_web;
