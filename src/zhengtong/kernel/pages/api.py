"""The door of kernel.pages 页面: archetypes of pages, charts, preferences, and how a refusal is answered.

A portal declares what it shows and lets an archetype draw it:

    def items(request):
        return show_listing(request, Listing(title=_("服务事项"), name="services", source=…, columns=[Column(…), …]))

Templates extend `pages/base.html` and use the components in `templates/cotton` (`<c-card …>`, `<c-notice …>`).
"""

from zhengtong.kernel.pages.charts import Figure, bars, columns, pyramid, tiles
from zhengtong.kernel.pages.fields import DatePartsField, add_refusal
from zhengtong.kernel.pages.links import Link
from zhengtong.kernel.pages.links import add as add_links
from zhengtong.kernel.pages.listing import Column, Listing, export
from zhengtong.kernel.pages.listing import show as show_listing
from zhengtong.kernel.pages.paging import Asked, Slice, UnreadableCursor, of_queryset, of_sequence
from zhengtong.kernel.pages.preferences import Preferences
from zhengtong.kernel.pages.preferences import of as preferences_of
from zhengtong.kernel.pages.refusals import answer as answer_refusal
from zhengtong.kernel.pages.refusals import problem
from zhengtong.kernel.pages.wizard import Answers, Step, Wizard
from zhengtong.kernel.pages.wizard import run as run_wizard

__all__ = [
    "Answers",
    "Asked",
    "Column",
    "DatePartsField",
    "Figure",
    "Link",
    "Listing",
    "Preferences",
    "Slice",
    "Step",
    "UnreadableCursor",
    "Wizard",
    "add_links",
    "add_refusal",
    "answer_refusal",
    "bars",
    "columns",
    "export",
    "of_queryset",
    "of_sequence",
    "preferences_of",
    "problem",
    "pyramid",
    "run_wizard",
    "show_listing",
    "tiles",
]
