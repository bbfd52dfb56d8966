"""Answers as mail programs really write them: made up in content, true in form; each says the same and quotes the same letter."""

# ruff: noqa: E501 (what a program writes in one line stands in one line)

import base64
from dataclasses import dataclass
from email.message import EmailMessage

SAYS = "Everything, please, and my pictures too."
QUOTED = "Which account do you mean? Your reference is HAB-7Q2M4T8X."
_US = "Imaginella privacy team <privacy@imaginella.example>"


@dataclass(frozen=True)
class Answer:
    """One program's answer: its text and, where it writes one, its HTML twin."""

    program: str
    text: str
    html: str = ""


def _quote(lines: str = QUOTED) -> str:
    return "\n".join(f"> {line}" for line in lines.splitlines())


ANSWERS = [
    Answer("Thunderbird", f"{SAYS}\n\nOn 23/11/2026 10:00, Imaginella privacy team wrote:\n{_quote()}\n"),
    Answer("Thunderbird in German", f"{SAYS}\n\nAm 23.11.26 um 10:00 schrieb Imaginella privacy team:\n{_quote()}\n"),
    Answer("Thunderbird in French", f"{SAYS}\n\nLe 23/11/2026 à 10:00, Imaginella privacy team a écrit :\n{_quote()}\n"),
    Answer(
        "Gmail, its line broken in two",
        f"{SAYS}\n\nOn Mon, 23 Nov 2026 at 10:00, Imaginella privacy team <\nprivacy@imaginella.example> wrote:\n\n{_quote()}\n",
        f'<div dir="ltr">{SAYS}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, 23 Nov 2026 at 10:00, '
        f'Imaginella privacy team wrote:<br></div><blockquote class="gmail_quote">{QUOTED}</blockquote></div>',
    ),
    Answer(
        "Gmail in German",
        f"{SAYS}\n\nAm Mo., 23. Nov. 2026 um 10:00 Uhr schrieb Imaginella privacy team <\nprivacy@imaginella.example>:\n\n{_quote()}\n",
    ),
    Answer(
        "Apple Mail",
        f"{SAYS}\n\n> On 23 Nov 2026, at 10:00, {_US} wrote:\n> \n{_quote()}\n",
    ),
    Answer(
        "iPhone",
        f"{SAYS}\n\nSent from my iPhone\n\n> On 23 Nov 2026, at 10:00, Imaginella privacy team wrote:\n> \n{_quote()}\n",
    ),
    Answer(
        "iPhone in German",
        f"{SAYS}\n\nVon meinem iPhone gesendet\n\n> Am 23.11.2026 um 10:00 schrieb Imaginella privacy team:\n> \n{_quote()}\n",
    ),
    Answer(
        "Outlook for Windows",
        f"{SAYS}\n\nFrom: {_US}\nSent: Monday, November 23, 2026 10:00 AM\nTo: Mia Wald <mia@post.example>\n"
        f"Subject: A question about your request\n\n{QUOTED}\n",
        f'<div class="WordSection1"><p class="MsoNormal">{SAYS}<o:p></o:p></p><div style="border:none;border-top:solid #E1E1E1 1.0pt">'
        f'<p class="MsoNormal"><b>From:</b> Imaginella privacy team<br><b>Sent:</b> Monday, November 23, 2026 10:00 AM<br>'
        f'<b>To:</b> Mia Wald<br><b>Subject:</b> A question</p></div><p class="MsoNormal">{QUOTED}</p></div>',
    ),
    Answer(
        "Outlook in German",
        f"{SAYS}\n\nVon: {_US}\nGesendet: Montag, 23. November 2026 10:00\nAn: Mia Wald <mia@post.example>\n"
        f"Betreff: A question about your request\n\n{QUOTED}\n",
    ),
    Answer(
        "Outlook in French",
        f"{SAYS}\n\nDe : {_US}\nEnvoyé : lundi 23 novembre 2026 10:00\nÀ : Mia Wald <mia@post.example>\n"
        f"Objet : A question about your request\n\n{QUOTED}\n",
    ),
    Answer(
        "Outlook on the web",
        f"{SAYS}\n________________________________\nFrom: {_US}\nSent: 23 November 2026 10:00\nTo: Mia Wald <mia@post.example>\n"
        f"Subject: A question about your request\n\n{QUOTED}\n",
        f'<div>{SAYS}</div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Imaginella<br>'
        f"<b>Sent:</b> 23 November 2026 10:00<br><b>To:</b> Mia<br><b>Subject:</b> A question</div><div>{QUOTED}</div>",
    ),
    Answer(
        "Outlook for Android",
        f"{SAYS}\n\nGet Outlook for Android<https://aka.ms/ghei36>\n________________________________\nFrom: {_US}\n"
        f"Sent: Monday, November 23, 2026 10:00:00 AM\nTo: Mia Wald <mia@post.example>\nSubject: A question\n\n{QUOTED}\n",
    ),
    Answer("old Outlook", f"{SAYS}\n\n-----Original Message-----\nFrom: {_US}\nSent: 23 November 2026 10:00\nTo: Mia\nSubject: Hi\n\n{QUOTED}\n"),
    Answer("old Outlook in German", f"{SAYS}\n\n-----Ursprüngliche Nachricht-----\nVon: {_US}\nGesendet: 23.11.2026\nAn: Mia\nBetreff: Hi\n\n{QUOTED}\n"),
    Answer("GMX", f"{SAYS}\n\nGesendet: Montag, 23. November 2026 um 10:00 Uhr\nVon: {_US}\nAn: mia@post.example\nBetreff: A question\n{QUOTED}\n"),
    Answer("answered below", f"On 23/11/2026 10:00, Imaginella privacy team wrote:\n{_quote()}\n\n{SAYS}\n"),
]  # fmt: skip


def answered(answer: Answer, to: str, in_reply_to: str, sender: str = "Mia Wald <mia@post.example>") -> bytes:
    """The bytes of an answer, threaded as the program threads it; with an HTML twin or HTML alone where it writes HTML."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, "Re: A question about your request"
    message["Message-ID"] = f"<{abs(hash(answer.program))}@post.example>"
    message["In-Reply-To"] = message["References"] = in_reply_to
    message.set_content(answer.text)
    if answer.html:
        message.add_alternative(answer.html, subtype="html")
    return message.as_bytes()


def _parts(kind: str, *parts: tuple[str, str, str], **parameters: str) -> bytes:
    """A multipart with parts of (headers, body, transfer encoding)."""
    given = "".join(f'; {name.replace("_", "-")}="{value}"' for name, value in parameters.items())
    lines = [
        "From: Mia Wald <mia@post.example>",
        "To: privacy@imaginella.example",
        "Subject: My data",
        "Message-ID: <s@post.example>",
    ]
    lines += ["MIME-Version: 1.0", f'Content-Type: {kind}{given}; boundary="=B"', ""]
    for headers, body, encoding in parts:
        lines += ["--=B", headers, f"Content-Transfer-Encoding: {encoding}", "", body]
    return "\r\n".join([*lines, "--=B--", ""]).encode()


_DER = base64.b64encode(b"0\x82\x10\x00" + b"made-up signature " * 20).decode()
_PLAIN = ("Content-Type: text/plain; charset=utf-8", "Hello in the clear.", "7bit")
_TNEF = base64.b64encode(b"\x78\x9f\x3e\x22" + b"\x00" * 200).decode()
_INVITATION = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Talk\r\nEND:VEVENT\r\nEND:VCALENDAR"
SEALED: dict[str, bytes] = {
    "S/MIME, signed": _parts(
        "multipart/signed",
        _PLAIN,
        ('Content-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Disposition: attachment; filename="smime.p7s"', _DER, "base64"),
        protocol="application/pkcs7-signature",
        micalg="sha-256",
    ),
    "S/MIME, encrypted": (
        "From: Mia Wald <mia@post.example>\r\nTo: privacy@imaginella.example\r\nSubject: My data\r\nMIME-Version: 1.0\r\n"
        'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"\r\nContent-Transfer-Encoding: base64\r\n'
        f'Content-Disposition: attachment; filename="smime.p7m"\r\n\r\n{_DER}\r\n'
    ).encode(),
    "PGP, signed": _parts(
        "multipart/signed",
        _PLAIN,
        ('Content-Type: application/pgp-signature; name="signature.asc"', "-----BEGIN PGP SIGNATURE-----\r\n\r\nAAAA\r\n-----END PGP SIGNATURE-----", "7bit"),
        protocol="application/pgp-signature",
        micalg="pgp-sha512",
    ),
    "PGP, encrypted": _parts(
        "multipart/encrypted",
        ("Content-Type: application/pgp-encrypted", "Version: 1", "7bit"),
        ('Content-Type: application/octet-stream; name="encrypted.asc"', "-----BEGIN PGP MESSAGE-----\r\n\r\nAAAA\r\n-----END PGP MESSAGE-----", "7bit"),
        protocol="application/pgp-encrypted",
    ),
    "Outlook's winmail.dat": _parts(
        "multipart/mixed",
        _PLAIN,
        ('Content-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Disposition: attachment; filename="winmail.dat"', _TNEF, "base64"),
    ),
    "an invitation": _parts(
        "multipart/alternative",
        _PLAIN,
        ('Content-Type: text/calendar; charset="utf-8"; method=REQUEST', _INVITATION, "7bit"),
    ),
}  # fmt: skip
CLEAR = {"S/MIME, signed", "PGP, signed", "Outlook's winmail.dat", "an invitation"}
# What is kept of each: names and kinds of its attachments, and what is said about it.
KEPT: dict[str, tuple[list[tuple[str, str]], str]] = {
    "S/MIME, signed": ([("smime.p7s", "application/pkcs7-signature")], ""),
    "S/MIME, encrypted": ([("smime.p7m", "application/pkcs7-mime")], "encrypted"),
    "PGP, signed": ([("signature.asc", "application/pgp-signature")], ""),
    "PGP, encrypted": (
        [("part-1", "application/pgp-encrypted"), ("encrypted.asc", "application/octet-stream")],
        "encrypted",
    ),
    "Outlook's winmail.dat": ([("winmail.dat", "application/ms-tnef")], "winmail.dat"),
    "an invitation": ([("part-2", "text/calendar")], ""),
}
