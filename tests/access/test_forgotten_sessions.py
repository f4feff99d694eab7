"""What has ended is forgotten after its time, and what tells of it stays."""

from datetime import timedelta

from service.clock import utc_now
from service.triage.acknowledgement import GOOD_FOR, new_link
from tests.triage.conftest import desk
from tests.triage.desk import KNIFE, TriageDesk
from workers.tasks.upkeep import NOTICES_KEPT, SESSIONS_KEPT, forget_sessions

__all__ = ["desk"]


async def test_ended_sessions_links_and_read_notices_are_forgotten_after_their_time(desk: TriageDesk) -> None:
    owner, now = desk.owner, utc_now()
    person = await desk.person(tvp="lead")
    for begun, ended in ((-40, -39), (-40, None), (-20, -19)):
        await owner.execute(
            "INSERT INTO session (id, token_hash, account_id, method, device, started_at, seen_at, expires_at,"
            " ended_at, ended_why) VALUES (gen_random_uuid(), sha256(gen_random_uuid()::text::bytea), $1, 'password',"
            " 'test', $2, $2, $3, $4, CASE WHEN $4::timestamptz IS NOT NULL THEN 'signed out' END)",
            person.account,
            now + timedelta(days=begun),
            now + timedelta(days=begun, hours=12),
            None if ended is None else now + timedelta(days=ended),
        )
    reference = await desk.reported(KNIFE)
    await new_link(owner, await owner.fetchval("SELECT id FROM delivery LIMIT 1"), now)
    report = await desk.id_of(reference)
    for seen in (now, None):
        await owner.execute(
            "INSERT INTO notice (account_id, report_id, kind, detail, seen_at) VALUES ($1, $2, 'due', '{}', $3)",
            person.account,
            report,
            seen,
        )

    async def left() -> tuple[int, int, int]:
        row = await owner.fetchrow(
            "SELECT (SELECT count(*) FROM session), (SELECT count(*) FROM acknowledgement_link),"
            " (SELECT count(*) FROM notice)"
        )
        return tuple(row)  # type: ignore[return-value]

    assert await left() == (4, 1, 2)
    # One was signed out, and one ran out unused; the live one and the newer stay.
    assert await forget_sessions(owner, now) == 2
    assert await left() == (2, 1, 2)
    assert await forget_sessions(owner, now + GOOD_FOR + SESSIONS_KEPT + timedelta(minutes=1)) == 2
    # The newest session of an account tells when somebody was last here.
    assert await left() == (1, 0, 2)
    assert await forget_sessions(owner, now + NOTICES_KEPT + timedelta(minutes=1)) == 1
    assert await left() == (1, 0, 1)
