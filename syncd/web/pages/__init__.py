"""The pages, one module each; `PAGES` is all that the application needs."""

from syncd.web.pages.access import router as access
from syncd.web.pages.account import router as account
from syncd.web.pages.ahead import router as ahead
from syncd.web.pages.approve_ahead import router as approve_ahead
from syncd.web.pages.cases import router as cases
from syncd.web.pages.connections import router as connections
from syncd.web.pages.counts import router as counts
from syncd.web.pages.drills import router as drills
from syncd.web.pages.morning import router as morning
from syncd.web.pages.order_texts import router as order_texts
from syncd.web.pages.own_keys import router as own_keys
from syncd.web.pages.people import router as people
from syncd.web.pages.plans import router as plans
from syncd.web.pages.provider import router as provider
from syncd.web.pages.releases import router as releases
from syncd.web.pages.residuals import router as residuals
from syncd.web.pages.review_steps import router as review_steps
from syncd.web.pages.reviews import router as reviews
from syncd.web.pages.runs import router as runs
from syncd.web.pages.steps import router as steps
from syncd.web.pages.tasks import router as tasks
from syncd.web.pages.today import router as today
from syncd.web.pages.trail import router as trail
from syncd.web.pages.transfer import router as transfer

PAGES = (
    account,
    own_keys,
    provider,
    steps,
    today,
    cases,
    plans,
    tasks,
    residuals,
    reviews,
    review_steps,
    releases,
    people,
    ahead,
    approve_ahead,
    morning,
    counts,
    order_texts,
    transfer,
    runs,
    trail,
    drills,
    connections,
    access,
)
