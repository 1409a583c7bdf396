"""What the site's build does to pages that are also read in the repository."""

from __future__ import annotations

import re
from typing import Any

# [text](../path): a file of the repository that is no page of the site.
_OUTSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+[^)]*\)")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Show files of the repository by name; on the site there is nothing to link to."""
    return _OUTSIDE.sub(r"`\1`", markdown)
