"""Everything that is answered, by JSON, by the portal's pages and by the console's, and in which order it is looked for.

Next: api/v1/requests.py
"""

from functools import cache

from fastapi import APIRouter
from starlette.routing import BaseRoute

from api import health, well_known
from api.authority import API
from api.console import (
    account,
    alerts,
    assigning,
    datamap,
    factor,
    holds,
    invited,
    letters,
    opening,
    passkey_sign_in,
    period_pack,
    queue,
    reports,
    retention,
    saved_views,
    searching,
    sign_in,
    staff,
    triage,
)
from api.console import disclosures as disclosure_pages
from api.console import keys as key_pages
from api.console import pages as console_pages
from api.console import passkeys as passkey_pages
from api.console import provider as provider_pages
from api.console.breaches import acts as breach_acts
from api.console.breaches import incident_pack as incident_pack_pages
from api.console.breaches import pages as breach_pages
from api.console.breaches import report as breach_report
from api.console.cases import archives as archive_pages
from api.console.cases import (
    deeds,
    desk_again,
    desk_doubtful,
    desk_files,
    desk_find,
    desk_leaks,
    desk_remarks,
    desk_schedule,
    desk_talks,
    desk_whole,
    erasure_tab,
    evidence,
    groups,
    held,
    legal,
    sampling,
    tabs,
    values,
    walls,
)
from api.console.cases import desk as review_desk
from api.console.notices import acts as notice_acts
from api.console.notices import pages as notice_pages
from api.console.notices import replies as notice_replies
from api.face.assets import SHARED
from api.portal import again, collect, download, ending, follow, halt, notice, pages, proof, submit, told, verify
from api.v1 import actions, cases, dates, disclosures, erasure, items, lists, mail, package, requests
from api.v1 import archives as archive_routes
from api.v1 import breaches as breach_routes
from api.v1 import notices as notice_routes
from api.v1 import retention as retention_calls
from api.v1 import walls as wall_routes


@cache
def routes() -> list[BaseRoute]:
    """The routes of every application of this process.

    FastAPI works out what a route takes when it first sees a request, a sixth of a second for all, and keeps it with these.
    """
    router = APIRouter()
    router.include_router(health.router)
    router.include_router(well_known.router)
    for module in (
        requests,
        cases,
        items,
        archive_routes,
        wall_routes,
        package,
        erasure,
        lists,
        disclosures,
        retention_calls,
        mail,
        actions,
        dates,
        breach_routes,
        notice_routes,
    ):
        router.include_router(module.router, prefix=API)
    for page in (submit, verify, ending, follow, halt, proof, again, download, collect, told, notice):
        router.include_router(page.router)
    # Fixed addresses before those with a reference in them.
    for page in (
        sign_in,
        factor,
        passkey_sign_in,
        passkey_pages,
        invited,
        provider_pages,
        account,
        staff,
        alerts,
        holds,
        disclosure_pages,
        key_pages,
        queue,
        opening,
        assigning,
        period_pack,
        saved_views,
        searching,
        erasure_tab,
        walls,
        archive_pages,
        groups,
        tabs,
        values,
        deeds,
        review_desk,
        desk_again,
        desk_leaks,
        desk_doubtful,
        desk_files,
        desk_find,
        desk_remarks,
        desk_schedule,
        desk_talks,
        desk_whole,
        legal,
        held,
        sampling,
        evidence,
        triage,
        reports,
        datamap,
        retention,
        letters,
        breach_acts,
        incident_pack_pages,
        breach_pages,
        breach_report,
        notice_acts,
        notice_pages,
        notice_replies,
    ):
        router.include_router(page.router)
    for files in (SHARED, pages.ASSETS, console_pages.ASSETS):
        router.include_router(files.router)
    return router.routes
