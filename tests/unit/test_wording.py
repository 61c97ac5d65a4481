"""Phrases that read as translated stay out of what people read; docs/glossary.md has the words to use."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CALQUES = re.compile(
    r"(?<!there )\bis none\b(?! of)|\bhangs? on\b|[Ll]ikeliest|\bheld against\b|\btoo dear\b|\btaken up again\b|\bgoes? on from\b"
    r"|\bin so many\b|\bat points enough\b|\bset aside\b|\blaid open\b|\bwalk(?:s|ed)? up\b|\b[Mm]end(?:s|ed|ing)?\b"
    r"|(?<![Ll]og[-_ ])(?<!LOG_)\b[Oo]dds\b"
)
"""Each has a plain word: is not, depends on, most likely, compared with, too expensive, resumed, continues from, ...

Odds are p / (1 - p); a probability is called a probability.
"""
READ = sorted(
    [*(ROOT / "src").rglob("*.py"), *(ROOT / "src").rglob("*.j2"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
)
ALLOWED = {"CHANGELOG.md": {"odds"}, "json.md": {"odds"}, "counts.py": {"odds"}, "confidence.py": {"odds"}}
"""A name of earlier versions in the list of changes, and true odds."""


def test_no_phrase_reads_as_translated():
    found = {
        path: set(CALQUES.findall(path.read_text(encoding="utf-8"))) - ALLOWED.get(path.name, set()) for path in READ
    }
    assert {str(path.relative_to(ROOT)): words for path, words in found.items() if words} == {}
