"""What no log ever holds: private links, codes on paper, passwords and one-time codes.

The database keeps the hash of a private link alone; a line of a log with the link in clear would
open the matter to whoever reads logs. Every handler passes through here, tracebacks included.
"""

import logging
import re
from copy import deepcopy
from typing import Any

from qijie.access.quiet import QuietFormatter, quiet_arguments

MASK = "***"
# In a path, in a Referer, in a `next=`; to the end of its part, so that a mistyped one is covered.
_LINK = re.compile(r"(/m/+|%2Fm%2F)[^/\s?#&\"'<>%]+", re.IGNORECASE)
_PAPER_CODE = re.compile(r"\b[2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){3}\b", re.IGNORECASE)
_IS = r"[\"']?\s*[=:]\s*[\"']?"
_NAMED = re.compile(
    rf"\b((?:\w*password\d?|token|secret|csrfmiddlewaretoken){_IS})[^\s&\"',]+"
    rf"|\b((?:activation_)?code{_IS})[\w-]{{6,}}",
    re.IGNORECASE,
)
# A link's secret by itself, in a traceback or a mistyped address: 128 bits in base64.
_WORD = re.compile(r"(?<![\w.-])[\w-]{22}(?![\w-])", re.ASCII)
_FORMATTER = QuietFormatter()


def masked(text: str) -> str:
    """The text with every secret in it replaced."""
    text = _LINK.sub(rf"\1{MASK}", text)
    text = _NAMED.sub(rf"\1\2{MASK}", _PAPER_CODE.sub(MASK, text))
    return _WORD.sub(lambda found: MASK if _is_random(found[0]) else found[0], text)


def _is_random(word: str) -> bool:
    """Told from a name in a program: small and capital letters with a digit or sign among them."""
    kinds = (str.islower, str.isupper, lambda sign: not sign.isalpha())
    return all(any(map(kind, word)) for kind in kinds)


class NoSecrets(logging.Filter):
    """Rewrites a record before its handler writes it; refuses none."""

    def filter(self, record: logging.LogRecord) -> bool:
        quiet_arguments(record)
        record.msg, record.args = masked(_said(record)), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = _FORMATTER.formatException(record.exc_info)
        record.exc_text = masked(record.exc_text) if record.exc_text else record.exc_text
        record.stack_info = masked(record.stack_info) if record.stack_info else None
        return True


def _said(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return f"{record.msg} {record.args}"


def through_the_mask(config: dict[str, Any]) -> dict[str, Any]:
    """A logging configuration whose every handler writes masked lines."""
    own = deepcopy(config)
    own["filters"] = {**own.get("filters", {}), "no_secrets": {"()": NoSecrets}}
    for handler in own["handlers"].values():
        handler["filters"] = [*handler.get("filters", ()), "no_secrets"]
    return own
