"""The forms of all inputs, one module for each value of `provides`."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.shared.records.form import Form
from connectors.shared.records.rows import (
    accounts,
    designations,
    entitlements,
    order_counts,
    orders,
    org_units,
    person_links,
    roster,
    training,
)
from syncd.core.facts import Provides

FORMS: Mapping[Provides, Form] = {
    Provides.ROSTER: roster.FORM,
    Provides.ORDERS: orders.FORM,
    Provides.DESIGNATIONS: designations.FORM,
    Provides.ENTITLEMENTS: entitlements.FORM,
    Provides.TRAINING: training.FORM,
    Provides.ORG_UNITS: org_units.FORM,
    Provides.ACCOUNTS: accounts.FORM,
    Provides.PERSON_LINKS: person_links.FORM,
    Provides.ORDER_COUNTS: order_counts.FORM,
}
