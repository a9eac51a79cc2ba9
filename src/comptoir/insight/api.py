"""What other contexts may use of `insight`: figures, the rows behind them, their definitions."""

from comptoir.insight.ask import windows
from comptoir.insight.definitions import Definition, definition
from comptoir.insight.export import CSV, EXCEL, MOST_ROWS, as_csv, as_excel
from comptoir.insight.follow import catch_up, compact, forget, lag, rebuild, refresh
from comptoir.insight.metric import Metric, metrics, named
from comptoir.insight.naming import find_products_with
from comptoir.insight.overview import (
    Breakdown,
    Figure,
    Line,
    Overview,
    mark,
    overview,
    recall,
    span,
    today,
    whole,
)
from comptoir.insight.periods import Period, ending, month
from comptoir.insight.rows import PAGE, UNREAD, Row, Rows, authors, every_row, rows

__all__ = [
    "CSV",
    "EXCEL",
    "MOST_ROWS",
    "PAGE",
    "UNREAD",
    "Breakdown",
    "Definition",
    "Figure",
    "Line",
    "Metric",
    "Overview",
    "Period",
    "Row",
    "Rows",
    "as_csv",
    "as_excel",
    "authors",
    "catch_up",
    "compact",
    "definition",
    "ending",
    "every_row",
    "find_products_with",
    "forget",
    "lag",
    "mark",
    "metrics",
    "month",
    "named",
    "overview",
    "rebuild",
    "recall",
    "refresh",
    "rows",
    "span",
    "today",
    "whole",
    "windows",
]
