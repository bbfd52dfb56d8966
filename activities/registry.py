"""What a worker does: every activity, by the queue it is polled on. Every @activity.defn is here (held by a test)."""

from collections.abc import Callable
from typing import Any

from activities.archives import ArchiveReading
from activities.audit import Audit
from activities.breach_calls import BreachCalls
from activities.breach_log import BreachLog
from activities.breach_reports import BreachReports
from activities.case_log import CaseLog
from activities.collection import Collection
from activities.correspondence import Correspondence
from activities.deadline_calls import DeadlineCalls
from activities.erasure import Erasure
from activities.identity import Identity
from activities.mailbox import MailboxWatch
from activities.mailroom import Mailroom
from activities.measures import Measures
from activities.minor_report import MinorReport
from activities.notice_answers import NoticeAnswers
from activities.notice_sending import NoticeSending
from activities.notices import Notices
from activities.objection import Objection
from activities.owners import Owners
from activities.package import Packaging
from activities.resumption_calls import ResumptionCalls
from activities.sweeps import Sweeps
from activities.systems.registry import Systems
from activities.transfers import Transfers
from adapters.resources import Resources


def build(resources: Resources) -> dict[str, list[Callable[..., Any]]]:
    """The activities by queue, holding the resources they need.

    Args:
        resources: opened once by the worker.
    """
    log, identity, letters = CaseLog(resources), Identity(resources), Correspondence(resources)
    systems = Systems.of(resources)  # one set of connections for all who search or change
    collection, packaging, erasure = Collection(resources, systems), Packaging(resources), Erasure(resources, systems)
    measures = Measures(resources, systems)
    minor = MinorReport(resources, systems)
    watch, room = MailboxWatch(resources), Mailroom(resources)
    notices, sending = Notices(resources, systems), NoticeSending(resources)
    breaches, calls, reports = BreachLog(resources), BreachCalls(resources), BreachReports(resources)
    sweeps, audit = Sweeps(resources, systems), Audit(resources)
    return {
        "case": [
            log.read_opening,
            log.record_case_event,
            log.record_attempt,
            identity.destroy_evidence,
            breaches.read_breach_opening,
            breaches.record_breach_event,
            breaches.read_notice_opening,
            breaches.record_notice_event,
            calls.call_on_duty,
            calls.ring_webhook,
            calls.remind_of_breach,
            letters.revoke_links,
            collection.destroy_snapshots,
            erasure.forget_looks,
            measures.forget_values,
            minor.hold_evidence,
            minor.block_credentials,
            Objection(resources).stop_marketing,
            room.mark_told,
            sweeps.decline_sweep,
        ],
        # Slow work has a queue of its own, so that a burst of collections never keeps a command waiting.
        "connector": [
            collection.collect,
            collection.snapshot_short_lived,
            packaging.build_package,
            packaging.verify_package,
            erasure.plan_erasure,
            erasure.carry_out_erasure,
            erasure.look_again,
            erasure.certify_erasure,
            minor.suspend_account,
            minor.reinstate_account,
            reports.freeze_report,
            sweeps.plan_sweep,
            sweeps.carry_out_sweep,
            audit.seal_accesses,
            audit.anchor_day,
            Owners(resources, systems).find_owners,
            measures.find_values,
            measures.examine_measure,
            measures.carry_out_measure,
            Transfers(resources, systems).find_transfers,
            ArchiveReading(resources).read_archive,
            ArchiveReading(resources).stop_archive,
        ],
        "notice": [
            notices.load_recipients,
            notices.prepare_notice,
            notices.send_test_letters,
            sending.send_some,
            NoticeAnswers(resources).send_answers,
        ],
        # A mail server that takes half a minute to answer must not keep a command waiting either.
        "letter": [
            letters.send_letter,
            DeadlineCalls(resources).tell_of_due_case,
            ResumptionCalls(resources).tell_of_resumed_case,
            audit.mail_head,
        ],
        # A look into a mailbox holds its thread for minutes, waiting for mail.
        "mail": [watch.take_in_mail, room.sort_mail],
    }
