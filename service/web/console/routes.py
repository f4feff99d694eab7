"""Every page and call of the console, put together."""

from typing import Final

from litestar import Router

from service.errors import ServiceError
from service.intake.request import TimelyRequest
from service.problems import UNREADABLE
from service.web.console import acknowledge, audit, books, shift
from service.web.console.accounts import me, people, sign_in, sign_in_elsewhere
from service.web.console.package import pages as package
from service.web.console.queue import many, views
from service.web.console.queue import pages as queue
from service.web.console.refusals import on_refusal, on_unreadable
from service.web.console.report import pages as report
from service.web.console.report import reveals
from service.web.headers import add_page_headers

CONSOLE: Final = Router(
    path="/",
    route_handlers=[
        sign_in.show_sign_in,
        sign_in.take_password,
        sign_in.show_factor,
        sign_in.take_factor,
        sign_in.show_new_password,
        sign_in.take_new_password,
        sign_in.show_enrolment,
        sign_in.take_enrolment,
        sign_in.sign_out,
        sign_in_elsewhere.ask_for_passkey,
        sign_in_elsewhere.take_passkey,
        sign_in_elsewhere.go_to_provider,
        sign_in_elsewhere.back_from_provider,
        me.show_me,
        me.change_password,
        me.end_session,
        me.end_other_sessions,
        me.renew_recovery_codes,
        me.ask_for_new_passkey,
        me.add_passkey,
        me.remove_passkey,
        people.show_people,
        people.add_person,
        people.show_person,
        people.change_rights,
        people.disable_person,
        people.enable_person,
        people.reset_person,
        queue.show_queue,
        queue.show_rows,
        queue.show_alarms,
        queue.follow_link,
        many.change_from_queue,
        views.keep_view,
        views.lose_view,
        audit.show_record,
        audit.verify_record,
        package.show_package,
        package.make_package,
        package.show_made,
        package.download_package,
        report.show_report,
        report.change_from_page,
        report.reveal_on_page,
        report.open_photo,
        reveals.show_reveals,
        reveals.approve_on_page,
        reveals.seen_on_page,
        acknowledge.show_acknowledge,
        acknowledge.take_acknowledge,
        shift.show_shift,
        shift.read_notices,
        books.show_books,
        books.retry_dead,
        books.note_call,
    ],
    request_class=TimelyRequest,
    after_request=add_page_headers,
    exception_handlers={ServiceError: on_refusal, **dict.fromkeys(UNREADABLE, on_unreadable)},
    include_in_schema=False,
)
