"""The tables of the demo's two databases: the platform on which images are made, and the business behind it.

Next: demo/people.py
"""

from typing import Any, Literal

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Float, Integer, MetaData, String, Table, Text

Store = Literal["platform", "business"]

# Addresses compare without regard to case on SQLite, and without regard to case and accents on PostgreSQL, as many real
# databases do; whoever searches by address has to compare again (rule I4 of the security specification).
BLIND = "habeas_demo_blind"
_EMAIL = String(254).with_variant(String(254, collation="NOCASE"), "sqlite")
_EMAIL = _EMAIL.with_variant(String(254, collation=BLIND), "postgresql")
_TIME = DateTime(timezone=True)
_ID = BigInteger().with_variant(Integer(), "sqlite")

platform = MetaData()
business = MetaData()


def _table(store: MetaData, name: str, **columns: Any) -> Table:  # noqa: ANN401 (a column type, or its class)
    """A table whose first column is its key, when that column is called `id`."""
    return Table(name, store, *(Column(key, kind, primary_key=key == "id") for key, kind in columns.items()))


accounts = _table(
    platform,
    "accounts",
    id=_ID,
    email=_EMAIL,
    display_name=Text,
    full_name=Text,
    profile_text=Text,
    country=String(2),
    language=String(8),
    timezone=String(40),
    plan=String(20),
    password_hash=String(64),
    created_at=_TIME,
    last_active_at=_TIME,
    closed_at=_TIME,
    email_changed_at=_TIME,
    restricted_at=_TIME,
    disputed_at=_TIME,
    analysis_stopped_at=_TIME,
)
consents = _table(
    platform,
    "consents",
    id=_ID,
    email=_EMAIL,
    purpose=String(40),
    granted=Boolean,
    text_version=String(20),
    given_at=_TIME,
    how=String(40),
    withdrawn_at=_TIME,
)
age_confirmations = _table(
    platform, "age_confirmations", id=_ID, account_id=_ID, answer=Text, text_version=String(20), confirmed_at=_TIME
)
prompts = _table(
    platform,
    "prompts",
    id=_ID,
    account_id=_ID,
    body=Text,
    negative_body=Text,
    model=String(20),
    kept_for=String(20),
    created_at=_TIME,
)
images = _table(
    platform,
    "images",
    id=_ID,
    prompt_id=_ID,
    file_path=Text,
    caption=Text,
    width=Integer,
    height=Integer,
    seed=BigInteger,
    public=Boolean,
    created_at=_TIME,
)
uploads = _table(
    platform,
    "uploads",
    id=_ID,
    account_id=_ID,
    original_name=Text,
    file_path=Text,
    special_category=Boolean,
    created_at=_TIME,
)
logins = _table(
    platform,
    "logins",
    id=_ID,
    account_id=_ID,
    ip=String(45),
    device_type=String(20),
    browser=Text,
    device_fingerprint=String(32),
    timezone=String(40),
    language=String(8),
    succeeded=Boolean,
    created_at=_TIME,
)
usage_events = _table(
    platform, "usage_events", id=_ID, account_id=_ID, action=String(40), page=Text, ip=String(45), created_at=_TIME
)
moderation_flags = _table(
    platform,
    "moderation_flags",
    id=_ID,
    account_id=_ID,
    prompt_id=_ID,
    rule=String(40),
    score=Float,
    decided_by=String(20),
    outcome=String(20),
    created_at=_TIME,
)
cookie_preferences = _table(
    platform,
    "cookie_preferences",
    id=_ID,
    account_id=_ID,
    analytics=Boolean,
    functionality=Boolean,
    text_version=String(20),
    how=String(40),
    set_at=_TIME,
)
pixel_ledger = _table(
    platform,
    "pixel_ledger",
    id=_ID,
    account_id=_ID,
    change=Integer,
    reason=String(40),
    balance=Integer,
    created_at=_TIME,
)
usage_statistics = _table(platform, "usage_statistics", day=String(10), feature=String(40), country=String(2), events=Integer)

customers = _table(
    business,
    "customers",
    id=_ID,
    account_id=_ID,
    email=_EMAIL,
    full_name=Text,
    phone=String(20),
    street=Text,
    town=Text,
    country=String(2),
    created_at=_TIME,
    restricted_at=_TIME,
    disputed_at=_TIME,
)
subscriptions = _table(
    business,
    "subscriptions",
    id=_ID,
    customer_id=_ID,
    plan=String(20),
    status=String(20),
    provider_customer_id=String(20),
    started_at=_TIME,
    ended_at=_TIME,
)
payment_methods = _table(
    business,
    "payment_methods",
    id=_ID,
    customer_id=_ID,
    brand=String(20),
    last4=String(4),
    card_fingerprint=String(32),
    holder_name=Text,
    added_at=_TIME,
)
invoices = _table(
    business,
    "invoices",
    id=_ID,
    customer_id=_ID,
    number=String(20),
    amount_cents=Integer,
    currency=String(3),
    billing_name=Text,
    billing_address=Text,
    issued_at=_TIME,
    paid_at=_TIME,
)
tickets = _table(
    business,
    "tickets",
    id=_ID,
    account_id=_ID,
    email=_EMAIL,
    subject=Text,
    status=String(20),
    opened_at=_TIME,
    last_message_at=_TIME,
)
messages = _table(business, "messages", id=_ID, ticket_id=_ID, author=String(20), author_name=Text, body=Text, created_at=_TIME)
ticket_participants = _table(business, "ticket_participants", id=_ID, ticket_id=_ID, email=_EMAIL, added_at=_TIME)

STORES: dict[Store, MetaData] = {"platform": platform, "business": business}

# Columns by which rows are looked up; made after the rows are in, which is faster.
INDEXES: dict[Store, tuple[tuple[str, str], ...]] = {
    "platform": (
        ("accounts", "email"),
        ("consents", "email"),
        ("age_confirmations", "account_id"),
        ("prompts", "account_id"),
        ("images", "prompt_id"),
        ("images", "file_path"),
        ("uploads", "account_id"),
        ("logins", "account_id"),
        ("usage_events", "account_id"),
        ("moderation_flags", "account_id"),
        ("cookie_preferences", "account_id"),
        ("pixel_ledger", "account_id"),
    ),
    "business": (
        ("customers", "account_id"),
        ("customers", "email"),
        ("customers", "phone"),
        ("subscriptions", "customer_id"),
        ("payment_methods", "customer_id"),
        ("invoices", "customer_id"),
        ("tickets", "account_id"),
        ("tickets", "email"),
        ("messages", "ticket_id"),
        ("ticket_participants", "email"),
    ),
}
