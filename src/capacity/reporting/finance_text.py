"""Text that no spreadsheet runs: formulas are escaped on the way out and restored on the way in."""

from __future__ import annotations

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def escape_text(text: str) -> str:
    """Text with a leading apostrophe where a spreadsheet would run it (CWE-1236), else as it is.

    A text that begins with an apostrophe gets one more, so that `restore_text` is exact.

    Examples
    --------
    >>> escape_text("=1+1"), escape_text("core"), escape_text("'tis")
    ("'=1+1", 'core', "''tis")
    """
    return f"'{text}" if text.startswith((*RISKY, "'")) else text


def restore_text(text: str) -> str:
    """The text that `escape_text` was given.

    Examples
    --------
    >>> restore_text("'=1+1"), restore_text("core")
    ('=1+1', 'core')
    """
    return text[1:] if text.startswith("'") else text
