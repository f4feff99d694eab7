-- The releases of the policy. What the rules are, and that each change is on the audit chain, is held by migration 0005.

-- name: in_force
-- The policy in force, no row before the first publication.
SELECT changed.number, changed.version, release.files
FROM policy_in_force AS changed JOIN policy_release AS release USING (version)
ORDER BY changed.number DESC LIMIT 1;

-- name: in_force_mark
-- What tells one change of what is in force from every other, also after a restore from a backup.
SELECT number || ':' || version FROM policy_in_force ORDER BY number DESC LIMIT 1;

-- name: in_use
-- What the newest report was decided by as it came in. Decisions of a pattern are left aside: a command makes them too,
-- with whatever folder it is given.
SELECT policy FROM decision WHERE cause = 'report' ORDER BY id DESC LIMIT 1;

-- name: one_release
-- $1: a version. What follows the files' fingerprint after a point is the software's own part in deciding: a later
-- software calls the same files otherwise, and a decision made then names them by that.
SELECT version, proposed_by, proposed_at, files FROM policy_release
WHERE version = $1
   OR regexp_replace(version, '([+][0-9a-f]{8})[.].*$', '\1') = regexp_replace($1, '([+][0-9a-f]{8})[.].*$', '\1')
ORDER BY version = $1 DESC, proposed_at LIMIT 1;

-- name: releases
SELECT version, proposed_by, proposed_at FROM policy_release ORDER BY proposed_at, version;

-- name: changes
SELECT number, version, kind, put_by, put_at, why, rolled_to FROM policy_in_force ORDER BY number;

-- name: propose
-- $1: version; $2: files; $3: signer; $4: now; $5: account of the machine. Nothing when the version is there already.
INSERT INTO policy_release (version, files, proposed_by, proposed_at, account) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (version) DO NOTHING
RETURNING version;

-- name: put_in_force
-- $1: number; $2: version; $3: kind; $4: signer; $5: now; $6: account of the machine; $7: why; $8: number gone back to.
INSERT INTO policy_in_force (number, version, proposed_by, kind, put_by, put_at, account, why, rolled_to)
SELECT $1, version, proposed_by, $3, $4, $5, $6, $7, $8::bigint FROM policy_release WHERE version = $2
RETURNING number;

-- name: signers
SELECT name, added_by, vouched_by, added_at, retired_at, refused_until FROM policy_signer ORDER BY added_at, name;

-- name: add_signer
-- $1: name; $2: verifier; $3: the signer who adds, null for the first two; $4: now; $5: account of the machine.
INSERT INTO policy_signer (name, verifier, added_by, vouched_by, added_at, account) VALUES ($1, $2, $3, $1, $4, $5);

-- name: signer
-- $1: name. Locked, so that wrong passphrases are counted one by one.
SELECT verifier, retired_at, failures, refused_until FROM policy_signer WHERE name = $1 FOR UPDATE;

-- name: signer_tried
-- $1: name; $2: wrong passphrases in a row; $3: until when none is looked at.
UPDATE policy_signer SET failures = $2, refused_until = $3 WHERE name = $1;

-- name: retire_signer
-- $1: name; $2: now.
UPDATE policy_signer SET retired_at = $2 WHERE name = $1 AND retired_at IS NULL RETURNING name;

-- name: record
-- $1: now; $2: actor; $3: action; $4: subject; $5: detail.
INSERT INTO audit_event (at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5);
