"""What `habeas up` says once everything is ready: where to go, and in the demo as whom."""

import json

from adapters.settings import Settings


def text(settings: Settings) -> str:
    """Write the addresses; in the demo also its staff with their keys, which are made up and never leave this machine."""
    lines = [
        "",
        f"Habeas is running on {settings.public_url}",
        f"  console     {settings.public_url}/console",
        f"  API         {settings.public_url}/api/v1, described in {settings.public_url}/openapi.json",
    ]
    if settings.environment == "demo":
        lines.append(f"  letters     {settings.public_url}/demo/mail, kept in {settings.home / 'mail'}; none leaves this machine")
    elif settings.smtp_url is None:
        lines.append(f"  letters     {settings.home / 'mail'}; no mail server is set, so none leaves this machine")
    if settings.environment == "demo":
        people = json.loads(settings.demo_sign_ins.read_text())
        lines += [
            "",
            f"Demo staff, with the password for the console and an API key; their six digits: {settings.public_url}/demo/codes",
        ]
        lines += [f"  {person['email']:<28} {person['password']:<26} {person['api_key']}" for person in people]
    return "\n".join([*lines, "", "Ctrl-C stops it.", ""])
