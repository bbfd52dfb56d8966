"""Mails as they are met: made up, each as small as shows its point."""

from dataclasses import dataclass

from domain.incoming import MailKind

OURS = "privacy@imaginella.example"


def mail(body: str = "Hello", subject: str = "A question", sender: str = "Mia Wald <mia@post.example>", **headers: str) -> bytes:
    """A plain mail; `headers` with underscores for hyphens."""
    lines = [f"From: {sender}", f"To: {OURS}", f"Subject: {subject}", "Message-ID: <1@post.example>"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", body, ""]).encode()


def report(status: str = "5.1.1", action: str = "failed", token_to: str = OURS) -> bytes:
    """A delivery report as RFC 3464 has it."""
    return f"""Return-Path: <>\r
From: MAILER-DAEMON@mx.post.example\r
To: {token_to}\r
Subject: Undelivered Mail Returned to Sender\r
Auto-Submitted: auto-replied\r
Content-Type: multipart/report; report-type=delivery-status; boundary=B\r
\r
--B\r
Content-Type: text/plain\r
\r
I'm sorry to have to inform you that your message could not be delivered.\r
--B\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.post.example\r
\r
Final-Recipient: rfc822; mia@post.example\r
Action: {action}\r
Status: {status}\r
Diagnostic-Code: smtp; 550 no such user\r
\r
--B\r
Content-Type: message/rfc822\r
\r
From: {OURS}\r
Message-ID: <letter@imaginella.example>\r
Subject: We have your request\r
\r
Please send me all my data that you hold.\r
--B--\r
""".encode()


@dataclass(frozen=True)
class Sample:
    name: str
    raw: bytes
    kind: MailKind


SAMPLES = [
    Sample("plain", mail(), MailKind.PERSON),
    Sample("out of office by header", mail(Auto_Submitted="auto-replied"), MailKind.AUTOMATIC),
    Sample("a person says no", mail(Auto_Submitted="no"), MailKind.PERSON),
    Sample("out of office by subject", mail(subject="Automatische Antwort: Ihre Anfrage"), MailKind.AUTOMATIC),
    Sample("out of office in French", mail(subject="Réponse automatique : votre demande"), MailKind.AUTOMATIC),
    Sample("autoresponder", mail(X_Autoreply="yes"), MailKind.AUTOMATIC),
    Sample(
        "Exchange answers",
        mail(X_Auto_Response_Suppress="All", In_Reply_To="<letter@imaginella.example>"),
        MailKind.AUTOMATIC,
    ),
    Sample("Exchange user writes", mail(X_Auto_Response_Suppress="DR, OOF, AutoReply"), MailKind.PERSON),
    Sample("empty return path", mail(Return_Path="<>"), MailKind.AUTOMATIC),
    Sample("mailing list", mail(List_Id="<news.post.example>"), MailKind.LIST),
    Sample("bulk", mail(Precedence="bulk"), MailKind.LIST),
    Sample("our own", mail(X_Habeas_Letter="1"), MailKind.LOOP),
    Sample("report", report(), MailKind.BOUNCE),
    Sample("delayed", report("4.4.1", "delayed"), MailKind.BOUNCE),
    Sample(
        "qmail's own words",
        mail(
            "Hi. This is the qmail-send program.\nI'm afraid I wasn't able to deliver your message.\n\n<mia@post.example>:\n"
            "Sorry, no mailbox here by that name. 550 user unknown\n\n--- Below this line is a copy.\n\n"
            "Message-ID: <letter@imaginella.example>\n",
            "failure notice",
            "MAILER-DAEMON@post.example",
        ),
        MailKind.BOUNCE,
    ),
    Sample(
        "Exim's own words",
        mail(
            "This message was created automatically by mail delivery software.\nmailbox is full: retry timeout",
            "Mail delivery failed: returning message to sender",
            "Mail Delivery System <Mailer-Daemon@post.example>",
            X_Failed_Recipients="mia@post.example",
        ),
        MailKind.BOUNCE,
    ),
    Sample(
        "in German",
        mail("Der Empfänger existiert nicht (5.1.1).", "Unzustellbar: Ihre Anfrage", "postmaster@post.example"),
        MailKind.BOUNCE,
    ),
]

BROKEN = {
    "nothing": b"",
    "zeros": b"\0" * 500,
    "headers only": b"Subject: x",
    "no colon": b"this is no header\r\nFrom mia\r\n\r\nbody",
    "From line of mbox": b"From mia@post.example Mon Nov 23 09:00:00 2026\nSubject: x\n\nbody",
    "odd charset": mail(Content_Type="text/plain; charset=x-klingon").replace(b"Hello", b"Gr\xfc\xdfe"),
    "wrong charset": mail(Content_Type="text/plain; charset=utf-8").replace(b"Hello", b"Gr\xfc\xdfe"),
    "charset with a quote": mail(Content_Type='text/plain; charset="utf-8'),
    "no boundary": mail(Content_Type="multipart/mixed"),
    "boundary never comes": mail(Content_Type="multipart/mixed; boundary=never"),
    "empty multipart": mail("--B--", Content_Type="multipart/mixed; boundary=B"),
    "broken base64": mail("QUJ!!!D=", Content_Type="application/pdf", Content_Transfer_Encoding="base64"),
    "unknown encoding": mail("abc", Content_Transfer_Encoding="x-uuencode"),
    "broken encoded word": mail(subject="=?utf-8?b?!!!?= =?x?q?=ZZ?="),
    "address without end": mail(sender='"Mia <mia@post.example'),
    "group address": mail(sender="Everybody: mia@post.example, ben@post.example;"),
    "bad date": mail(Date="Fri, 99 Nevember 99999 99:99:99 +9999"),
    "message id without end": mail(References="<a@b> <c"),
    "eight bits in a header": b"From: M\xfcller <m@post.example>\r\nSubject: Gr\xfc\xdfe\r\n\r\nHallo",
    "bidi": mail(subject="invoice\u202egnp.exe"),
    "disposition": mail(Content_Disposition="attachment; filename*=utf-99''%FF%FE; filename=../../etc/passwd"),
    "calendar": mail("BEGIN:VCALENDAR\nEND:VCALENDAR", Content_Type="text/calendar; method=REQUEST"),
    "encrypted": mail(
        "--B\n\nVersion: 1\n--B--", Content_Type='multipart/encrypted; protocol="application/pgp-encrypted"; boundary=B'
    ),
    "report that is none": mail("x", Content_Type="multipart/report; report-type=delivery-status; boundary=B"),
    "content type twice": mail(Content_Type="text/html", content_Type="text/plain; charset=utf-7"),
    "very long header": mail(subject="a" * 300_000),
    "deep": b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(60)) + b"\nhi",
}
