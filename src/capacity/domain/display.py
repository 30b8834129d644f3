"""Helpers with which results show themselves in notebooks and summaries."""

from __future__ import annotations

import html

import pandas as pd


def frame_html(frame: pd.DataFrame, *, title: str, note: str = "", rows: int = 30) -> str:
    """A table of at most `rows` rows with an escaped title and note.

    Examples
    --------
    >>> frame_html(pd.DataFrame({"queue": ["<b>"]}), title="Work")[:13]
    '<p><b>Work</b'
    """
    shown = frame.head(rows)
    more = f"<p>{len(frame) - rows:,} more rows in .frame</p>" if len(frame) > rows else ""
    tail = f"<p>{html.escape(note)}</p>" if note else ""
    return (
        f"<p><b>{html.escape(title)}</b></p>{shown.to_html(index=False, escape=True)}{more}{tail}"
    )


def percent(share: float, digits: int = 0) -> str:
    """A fraction as percent text.

    Examples
    --------
    >>> percent(0.953, 1)
    '95.3 %'
    """
    return f"{100 * share:.{digits}f} %"


def plural(count: int, noun: str) -> str:
    """A count with its noun.

    Examples
    --------
    >>> plural(1, "reviewer"), plural(3, "reviewer")
    ('1 reviewer', '3 reviewers')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def duration(hours: float) -> str:
    """Hours as text in the unit that reads best: seconds, minutes or hours.

    Examples
    --------
    >>> duration(24), duration(1 / 6), duration(1 / 360)
    ('24 h', '10 min', '10 s')
    """
    if hours >= 1:
        return f"{hours:g} h"
    return f"{60 * hours:g} min" if hours >= 1 / 60 else f"{3600 * hours:g} s"
