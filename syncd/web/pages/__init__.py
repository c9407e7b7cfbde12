"""The pages, one module each; `PAGES` is all that the application needs."""

from syncd.web.pages.account import router as account
from syncd.web.pages.cases import router as cases
from syncd.web.pages.today import router as today

PAGES = (account, today, cases)
