"""Which commands are legal in which state of a notice, and what they make happen. Pure. Next: `workflows/notice.py`."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from domain.authority import check_role
from domain.commands import CommandBase
from domain.errors import FourEyesError, InvalidInputError, NotAllowedNowError, StaleHashError
from domain.events import Fact
from domain.notice import PARTS, NoticeState, NoticeStatus
from domain.notice_commands import (
    NOTICE_ROLES,
    AnswerReplies,
    ApproveNotice,
    LoadList,
    NoticeAction,
    NoticeCommand,
    Publish,
    QueryList,
    SetLetter,
    SetPolicy,
    SetRate,
)
from domain.notice_events import NoticeDraft, NoticeTag
from domain.reasons import need_reason, noted

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"')]+", re.IGNORECASE)
_SIGN_IN = re.compile(r"log-?in|sign-?in|anmeld|connexion|password|passwort|mot-de-passe|reset", re.IGNORECASE)
_BEFORE = {NoticeStatus.DRAFT, NoticeStatus.PREPARING, NoticeStatus.READY, NoticeStatus.APPROVED}


def allowed_notice_actions(state: NoticeState) -> list[NoticeAction]:
    """What may be done now, whoever asks; roles and four eyes are asked on top of this."""
    actions = [NoticeAction.PUBLISH]
    if state.status in _BEFORE:
        actions += [NoticeAction.LOAD_LIST, NoticeAction.QUERY_LIST, NoticeAction.SET_LETTER, NoticeAction.CANCEL]
        actions += [NoticeAction.SET_RATE] + ([NoticeAction.SET_POLICY] if state.purpose == "policy_change" else [])
        written = bool(state.letters) and state.recipients and not state.list_wanted
        actions += [NoticeAction.PREPARE] if written and state.status is not NoticeStatus.PREPARING else []
    if state.status is NoticeStatus.READY:
        actions += [NoticeAction.SEND_TEST, NoticeAction.APPROVE]
    if state.status in {NoticeStatus.SENDING, NoticeStatus.APPROVED}:
        actions += [NoticeAction.PAUSE]
    if state.status is NoticeStatus.PAUSED:
        actions += [NoticeAction.CONTINUE]
    if state.status in {NoticeStatus.SENDING, NoticeStatus.PAUSED}:
        actions += [NoticeAction.SET_RATE, NoticeAction.CANCEL]
    if state.status is NoticeStatus.FINISHED and not state.exercise and not state.resend:
        actions += [NoticeAction.RESEND]
    if state.approved_by is not None:
        actions += [NoticeAction.ANSWER, NoticeAction.SEND_LINK]  # also long after the end
    return sorted(set(actions))


def decide_notice(state: NoticeState, command: NoticeCommand) -> list[NoticeDraft]:
    """Turn a command into the events it makes happen.

    Raises:
        NotAllowedNowError: not at this stage. NotPermittedError: not with this role. FourEyesError: not by a preparer.
        StaleHashError: lists or letters changed. InvalidInputError: something is missing.
    """
    check_role(NOTICE_ROLES, command.action, command.actor.role)
    if command.action not in (allowed := allowed_notice_actions(state)):
        raise NotAllowedNowError(
            "This action is not possible at the notice's present stage.",
            status=state.status.value,
            allowed_actions=[action.value for action in allowed],
        )
    drafts = _DECIDE[command.action](state, command)
    return [draft.model_copy(update={"actor": command.actor.person}) for draft in drafts]


def check_words(text: str, hosts: frozenset[str]) -> None:
    """Refuse words of a notice that would teach people to be phished.

    Args:
        text: one part of a letter.
        hosts: that a link may lead to.

    Raises:
        InvalidInputError: a link to elsewhere, or to a page on which people sign in.
    """
    for link in _LINK.findall(text):
        parts = urlsplit(link if "//" in link else f"https://{link}")
        if parts.hostname not in hosts:
            raise InvalidInputError("A notice links to our own pages only.", field="letter")
        if _SIGN_IN.search(parts.path):
            raise InvalidInputError(
                "A notice never links to a page for signing in. Write: go to the site as usual.", field="letter"
            )


def _simple(tag: NoticeTag, *, reason: bool = False) -> Callable[[NoticeState, CommandBase], list[NoticeDraft]]:
    def rule(_state: NoticeState, command: CommandBase) -> list[NoticeDraft]:
        if reason:
            need_reason(command)
        return [NoticeDraft(tag=tag, facts=noted(command))]

    return rule


def _load(_state: NoticeState, command: LoadList) -> list[NoticeDraft]:
    return [NoticeDraft(tag=NoticeTag.LIST_WANTED, facts=noted(command, list=str(command.list)))]


def _query(_state: NoticeState, command: QueryList) -> list[NoticeDraft]:
    if (command.column is None) != (command.note is None):
        raise InvalidInputError("A filter needs a column and a value.", field="column")
    facts = noted(command, system=command.system, collection=command.collection)
    return [NoticeDraft(tag=NoticeTag.LIST_WANTED, facts=facts | ({"column": command.column} if command.column else {}))]


def _letter(state: NoticeState, command: SetLetter) -> list[NoticeDraft]:
    given = {name: getattr(command, name) for name in ("subject", "nature", "consequences", "measures", "advice", "summary")}
    missing = [name for name in PARTS[state.purpose] if given[name] is None]
    if missing:
        raise InvalidInputError("Part of what the letter has to say is missing.", field=missing[0], missing=missing)
    facts: dict[str, Fact] = {name: str(note) for name, note in given.items() if note is not None}
    return [NoticeDraft(tag=NoticeTag.LETTER_SET, facts=facts | {"language": command.language})]


def _policy(_state: NoticeState, command: SetPolicy) -> list[NoticeDraft]:
    facts: dict[str, Fact] = {"version": command.version, "updated": command.updated.isoformat()}
    return [NoticeDraft(tag=NoticeTag.POLICY_SET, facts=facts)]


def _prepare(state: NoticeState, _command: CommandBase) -> list[NoticeDraft]:
    if state.purpose == "policy_change" and state.updated is None:
        raise InvalidInputError("Say which version of the policy, and its new date.", field="updated")
    return [NoticeDraft(tag=NoticeTag.PREPARE_WANTED)]


def _approve(state: NoticeState, command: ApproveNotice) -> list[NoticeDraft]:
    if state.sha256 != command.sha256:
        raise StaleHashError(
            "Lists or letters have changed. Look again and approve what is there now.", status=state.status.value
        )
    if command.actor.person in state.preparers:
        raise FourEyesError("You prepared this notice. Somebody else has to approve it.")
    start: dict[str, Fact] = {"start_at": command.start_at.isoformat()} if command.start_at else {}
    return [NoticeDraft(tag=NoticeTag.APPROVED, facts=noted(command, sha256=command.sha256) | start)]


def _rate(_state: NoticeState, command: SetRate) -> list[NoticeDraft]:
    return [NoticeDraft(tag=NoticeTag.RATE_SET, facts={"rate": command.rate})]


def _publish(_state: NoticeState, command: Publish) -> list[NoticeDraft]:
    need_reason(command)
    return [NoticeDraft(tag=NoticeTag.PUBLISHED, facts=noted(command, language=command.language))]


def _answer(_state: NoticeState, command: AnswerReplies) -> list[NoticeDraft]:
    need_reason(command)
    return [NoticeDraft(tag=NoticeTag.ANSWER_WANTED, facts=noted(command, mails=[str(mail) for mail in command.mails]))]


_DECIDE: dict[NoticeAction, Callable[[NoticeState, Any], list[NoticeDraft]]] = {
    NoticeAction.LOAD_LIST: _load,
    NoticeAction.QUERY_LIST: _query,
    NoticeAction.SET_LETTER: _letter,
    NoticeAction.SET_POLICY: _policy,
    NoticeAction.PREPARE: _prepare,
    NoticeAction.SEND_TEST: _simple(NoticeTag.TEST_WANTED, reason=True),
    NoticeAction.APPROVE: _approve,
    NoticeAction.SET_RATE: _rate,
    NoticeAction.PAUSE: _simple(NoticeTag.PAUSED),
    NoticeAction.CONTINUE: _simple(NoticeTag.CONTINUED),
    NoticeAction.RESEND: _simple(NoticeTag.RESEND_WANTED, reason=True),
    NoticeAction.CANCEL: _simple(NoticeTag.CANCELLED, reason=True),
    NoticeAction.PUBLISH: _publish,
    NoticeAction.ANSWER: _answer,
    NoticeAction.SEND_LINK: _simple(NoticeTag.ANSWER_WANTED, reason=True),
}
