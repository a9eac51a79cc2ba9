"""How transcripts mark time: WebVTT and SubRip cues, or a time and a speaker on each line."""

import re
from typing import Final

_CLOCK = (
    r"(?:(?P<h{0}>\d{{1,3}}):)?(?P<m{0}>\d{{1,2}}):(?P<s{0}>\d{{2}})(?:[.,](?P<f{0}>\d{{1,3}}))?"
)
CUE: Final = re.compile(rf"\s*{_CLOCK.format(1)}\s*-->\s*{_CLOCK.format(2)}")
SAID: Final = re.compile(
    rf"\s*[\[(]?{_CLOCK.format(1)}[\])]?\s*(?:[-–—]\s*)?(?P<who>[^\W\d_][^:<>]{{0,60}}?)\s*:\s*(?P<text>.+)"
)


def is_transcript(text: str) -> bool:
    """Whether the beginning of a file is one: cues, or lines of time and speaker."""
    if text.lstrip("\ufeff").startswith("WEBVTT"):
        return True
    lines = [line for line in text.splitlines()[:60] if line.strip()]
    if sum(1 for line in lines[:6] if CUE.match(line)) >= 1 and lines[0].strip().isdigit():
        return True
    spoken = sum(1 for line in lines if SAID.match(line))
    return len(lines) >= 2 and spoken >= 0.6 * len(lines)
