"""Letters: three files each, rendered in a sandbox from a fixed list of variables (Article 12(1); design section 8).

A template sees what its letter needs and nothing else; anything else it names stops the letter. No letter quotes what the
requester typed: the first mail to an address may reach somebody who knows of nothing (`security.md` section 1).
Next: `adapters/letter_message.py`
"""

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from adapters.letter_languages import WORDS
from adapters.letter_page import from_text
from adapters.letter_words import NO_BREAK
from domain.incoming import Language
from domain.typography import NARROW, set_in, set_page_in

FOLDER = Path(__file__).resolve().parent.parent / "email_templates"

# What a letter is made of besides what all letters may say; each gives the variables of `VARIABLES`.
Need = Literal[
    "authority",
    "code",
    "confirm",
    "course",
    "consents",
    "decided",
    "disown",
    "dispute",
    "erased",
    "extended",
    "finding",
    "follow",
    "found",
    "further_routes",
    "merged",
    "note",
    "outcome",
    "object",
    "package",
    "part",
    "proofs",
    "reason",
    "restriction",
    "refusing",
    "rest",
    "routes",
    "searched",
    "since",
    "stop",
    "transfers",
]

EVERY_LETTER = frozenset(
    {"answer_by", "asked", "by_post", "complaint_line", "controller", "counted", "received_on", "reference", "reply", "stake"}
)
VARIABLES: dict[Need, frozenset[str]] = {
    "authority": frozenset({"answer_link"}),
    "code": frozenset({"code", "wrong_tries"}),
    "course": frozenset({"course", "made_sure"}),
    "confirm": frozenset({"by_agent", "goes_to", "verify_link", "link_until"}),
    "consents": frozenset({"ended_from", "purposes", "told"}),
    "decided": frozenset({"by_hand", "how", "recipients", "undone", "what"}),
    "disown": frozenset({"confirming", "disown_link"}),
    "dispute": frozenset({"dispute_link"}),
    "erased": frozenset({"changed", "erased", "kept", "left", "nothing", "told"}),
    "extended": frozenset({"ground", "new_date"}),
    "finding": frozenset({"finding"}),
    "follow": frozenset({"follow_link"}),
    "found": frozenset({"left_out", "records", "withheld"}),
    "further_routes": frozenset({"routes"}),
    "merged": frozenset({"merged_into"}),
    "note": frozenset({"message"}),
    "object": frozenset({"object_link", "object_until"}),
    "outcome": frozenset({"ended", "fetch_again_until", "fetch_until", "left_out", "outcome", "withheld"}),
    "package": frozenset({"collect_link", "fetch_again_until", "fetch_until", "link_until"}),
    "part": frozenset({"records", "to_come", "withheld"}),
    "proofs": frozenset({"proofs_gone", "proofs_until"}),
    "reason": frozenset({"reason"}),
    "refusing": frozenset({"because", "marketing", "recipients", "resumes"}),
    "restriction": frozenset({"by_hand", "marked", "purposes", "recipients", "since", "undone", "why"}),
    "rest": frozenset({"confirmed", "unconfirmed"}),
    "routes": frozenset({"routes"}),
    "searched": frozenset({"named_only", "not_asked", "scopes", "searched_on", "searched_with", "systems"}),
    "since": frozenset({"erasing", "purposes", "since", "weighed"}),
    "transfers": frozenset({"transfers"}),
    "stop": frozenset({"emptied", "ends", "erase_on", "goes", "listed", "stays", "stop_link"}),
}


@dataclass(frozen=True)
class Letter:
    """A kind of letter.

    Args:
        needs: what it is made of.
        automatic: False for what a person wrote, which is not marked as automatic (RFC 3834).
    """

    needs: tuple[Need, ...] = ()
    automatic: bool = True

    @property
    def variables(self) -> frozenset[str]:
        """Every variable its templates may name."""
        return EVERY_LETTER.union(*(VARIABLES[need] for need in self.needs))


LETTERS: dict[str, Letter] = {
    "request_received": Letter(("course", "disown", "follow")),
    "received_by_mail": Letter(("confirm", "follow", "proofs")),
    "verify_identity": Letter(("confirm", "code")),
    "identity_reminder": Letter(("confirm",)),
    "more_identity": Letter(("note", "follow"), automatic=False),
    "authority": Letter(("note", "authority"), automatic=False),
    "agent_told": Letter(),
    "clarification": Letter(("note", "follow"), automatic=False),
    "extension": Letter(("note", "extended", "follow", "routes"), automatic=False),
    "refusal": Letter(("note", "refusing", "routes"), automatic=False),
    "identity_not_confirmed": Letter(("reason", "routes")),
    "right_decided": Letter(("note", "decided", "routes"), automatic=False),
    "somebody_asked": Letter(("dispute",)),
    "transfer_information": Letter(("note", "transfers", "routes"), automatic=False),
    "consent_withdrawn": Letter(("consents", "routes")),
    "restriction_in_force": Letter(("restriction", "routes")),
    "restriction_lifting": Letter(("note", "since", "routes"), automatic=False),
    "package_ready": Letter(("package", "found", "routes")),
    "package_reminder": Letter(("package",)),
    "package_again": Letter(("package",)),
    "partial_answer": Letter(("note", "package", "part", "routes"), automatic=False),
    "nothing_held": Letter(("searched", "found", "follow", "routes")),
    "complaint_received": Letter(("disown", "follow")),
    "complaint_progress": Letter(("note", "follow"), automatic=False),
    "complaint_outcome": Letter(("note", "finding", "further_routes"), automatic=False),
    "erasure_restricted": Letter(("disown",)),
    "erasure_planned": Letter(("stop",)),
    "erasure_stopped": Letter(),
    "erasure_confirmed": Letter(("rest",)),
    "erasure_done": Letter(("erased", "routes")),
    "report_acted": Letter(),
    "account_suspended": Letter(("object",)),
    "account_reinstated": Letter(),
    "account_deleted": Letter(),
    "request_withdrawn": Letter(),
    "not_the_requester": Letter(),
    "duplicate_merged": Letter(("merged", "routes")),
    "request_joined": Letter(("follow",)),
    "case_closed": Letter(("outcome", "routes")),
    "case_reopened": Letter(("follow",)),
    "message": Letter(("note", "follow"), automatic=False),
    "code": Letter(("code", "confirm")),
}

WIDTH = 76  # RFC 5322 2.1.1 asks for at most 78

# Mail clients drop style sheets, so every plain tag of a template gets its style here (mockups: "Letter").
_STYLES = {
    "h1": "margin:0 0 12px;font-size:24px;line-height:32px;font-weight:650;letter-spacing:-0.01em",
    "h2": "margin:28px 0 6px;font-size:18px;line-height:26px;font-weight:650",
    "p": "margin:0 0 12px",
    "ul": "margin:0 0 12px;padding:0 0 0 22px",
    "li": "margin:0 0 4px",
    "small": "font-size:14px;line-height:22px;color:#544D44",
    "address": "font-style:normal;font-size:13px;line-height:20px;color:#6B6358",
    "strong": "font-weight:600",  # a day holds together by itself; with its distance it is wider than a telephone
    "samp": "font:600 32px/44px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;letter-spacing:0.08em",
}
_BUTTON = (
    "display:inline-block;padding:12px 26px;border-radius:4px;background:#0B5558;color:#FFFDF9;"
    "font-weight:600;text-decoration:none"
)
_LINK = "color:#0B5558;overflow-wrap:anywhere"


@dataclass(frozen=True)
class Rendered:
    """A letter in words: a subject of one line, the text part wrapped, the HTML part with its styles inside."""

    subject: str
    text: str
    html: str


def render(letter: str, variables: Mapping[str, object], language: Language = "en", own: Path | None = None) -> Rendered:
    """Render a letter.

    Args:
        letter: the name of its folder.
        variables: exactly what `LETTERS[letter].variables` lists, in the words of this language.
        language: one that `speaks` says the letter has.
        own: the controller's own letters (`HABEAS_LETTERS`); a folder there wins over ours.

    Raises:
        KeyError: there is no such letter.
        ValueError: a variable too many or too few.
        jinja2.UndefinedError: a template names something else.
    """
    if wrong := LETTERS[letter].variables ^ variables.keys():
        raise ValueError(f"{letter}: not the variables of this letter: {', '.join(sorted(wrong))}")
    return typeset(_folder(letter, language), variables, language, own)


def speaks(letter: str, language: Language, own: Path | None = None) -> Language:
    """The language in which a letter goes out to somebody who wrote in another: that one if it has it, else English."""
    folder = _folder(letter, language)
    there = any((place / folder / "body.txt").is_file() for place in _places(own))
    return language if there else "en"


def typeset(folder: str, variables: Mapping[str, object], language: Language = "en", own: Path | None = None) -> Rendered:
    """Render the files of a folder; also for letters with a list of variables of their own (`adapters/desk_letters.py`).

    Where a folder has no `body.html`, the page is set from its text, so that a controller need write one of them only.

    Raises:
        jinja2.UndefinedError: a template names something that is not there.
    """
    environment = _environment(own)
    subject = " ".join(environment.get_template(f"{folder}/subject.txt").render(variables).split())
    template = environment.get_template(f"{folder}/body.txt")
    spoken: Language = "fr" if variables.get("language") == "fr" else language  # a notice has its languages in one template
    text = _wrapped(set_in(spoken, template.render(variables)))
    # Where a controller wrote a text and no page, ours would say other words than theirs.
    page = None if lacks_page(folder, own) else _page(environment, f"{folder}/body.html", variables)
    if page is None:
        body = "".join(template.blocks["body"](template.new_context(dict(variables))))
        heading = subject.partition(": ")[2]
        button = WORDS[language].button if language in WORDS else "Open the page"
        facts = {**variables, "body": from_text(body, heading, button, _routes(variables)), "language": language}
        page = environment.get_template(f"{_layout(language)}/set.html").render(facts)
    return Rendered(subject=subject, text=text, html=_styled(set_page_in(spoken, page)))


def _routes(variables: Mapping[str, object]) -> Iterator[str]:
    laws = variables.get("routes", ())
    assert isinstance(laws, tuple)
    return (line for law in laws for line in (law.title, *law.routes))


def _page(environment: jinja2.Environment, name: str, variables: Mapping[str, object]) -> str | None:
    try:
        found = environment.get_template(name)
    except jinja2.TemplateNotFound:
        return None
    return found.render(variables)


def lacks_page(folder: str, own: Path | None) -> bool:
    """Whether a controller wrote the text of a letter and no page."""
    return own is not None and (own / folder / "body.txt").is_file() and not (own / folder / "body.html").is_file()


def _folder(letter: str, language: Language) -> str:
    return letter if language == "en" else f"{letter}/{language}"


def _layout(language: Language) -> str:
    return "_layout" if language == "en" else f"_layout/{language}"


def _places(own: Path | None) -> list[Path]:
    return [own, FOLDER] if own else [FOLDER]


@cache
def _environment(own: Path | None) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(_places(own)),
        undefined=jinja2.StrictUndefined,
        autoescape=jinja2.select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _wrapped(text: str) -> str:
    lines = [line for paragraph in text.splitlines() for line in _wrapped_line(paragraph.rstrip())]
    # What must not break has not been broken; from here on a plain blank serves everybody who copies or searches.
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip().replace(NO_BREAK, " ").replace(NARROW, " ") + "\n"


def _wrapped_line(line: str) -> list[str]:
    indent = "  " if line.startswith("- ") else ""
    # Never inside a word: a link that is broken in two does not work.
    return textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]


def _styled(html: str) -> str:
    html = html.replace("<p><small>", f'<p style="{_STYLES["p"]};line-height:22px"><small>')
    for tag, style in _STYLES.items():
        html = html.replace(f"<{tag}>", f'<{tag} style="{style}">')
    return html.replace('<a class="button" ', f'<a style="{_BUTTON}" ').replace("<a href", f'<a style="{_LINK}" href')
