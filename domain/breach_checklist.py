"""The first hour of a breach: what is done at once to contain it, each step with an owner and a time (Article 33(3)(d)).

Next: `domain/breach_forms.py`
"""

# name -> what to do. Every breach starts with all of them; one that does not apply is marked so, with a reason.
STEPS: dict[str, str] = {
    "reset_passwords": "Reset the passwords of the accounts concerned",
    "revoke_sessions": "End every session of the accounts concerned",
    "revoke_api_keys": "Revoke API keys and tokens that may be known",
    "block_sources": "Block the addresses it came from",
    "step_up": "Ask for a second factor at the next sign-in",
    "stop_processing": "Stop the process or integration that leaks",
    "recall_recipients": "Ask wrong recipients to delete what they got, in writing",
    "check_backups": "See that backups are intact and out of reach",
}
