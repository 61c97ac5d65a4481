"""Read sentences that others coded in the categories of PLOVER, for scoring only; none is shipped or used for training.

| set | holds |
|---|---|
| `PLV_train.tsv` | 1,050 sentences, each with a marked source and target and the type of the act (Hu et al. 2024) |
| `plover_gsr_clean.json` | 322 gold records with codes of source and target, in the names of 2016 |

Names of 2016 are converted to those of 2021. A source or target that is not in the sentence counts as open.

References:
    Hu, Y. et al. (2024), Leveraging codebook knowledge with NLI and ChatGPT for zero-shot political relation classification.
    Open Event Data Alliance (2016), PLOVER gold standard records.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from standoff.errors import InputError, Problem
from standoff.news.coded import Span

__all__ = ["GoldRecord", "PairSentence", "read_gold_records", "read_pair_sentences"]

_TYPES = {
    "YIELD": "CONCEDE", "RETREAT": "CONCEDE", "DEMAND": "REQUEST", "DISAPPROVE": "ACCUSE",
    "INVESTIGATE": "ACCUSE", "FIGHT": "ASSAULT",
}  # fmt: skip
_CODES = {"JAP": "JPN", "ITL": "ITA", "VTN": "VNM"}


@dataclass(frozen=True)
class PairSentence:
    """A sentence with two marked sides and the type of the act between them.

    Attributes:
        text: The sentence.
        source: The span of the source; None where the sentence does not name it.
        target: The span of the target; None where the sentence does not name it.
        event_type: The type, by the names of 2021.
    """

    text: str
    source: Span | None
    target: Span | None
    event_type: str


@dataclass(frozen=True)
class GoldRecord:
    """A gold record.

    Attributes:
        text: The sentence.
        event_type: The type, by the names of 2021.
        sources: Codes of the sources: countries ("IRN"), "IGO" or "NGO".
        targets: Codes of the targets, likewise; empty where it is open.
        source_texts: The words that name each source, with its code.
    """

    text: str
    event_type: str
    sources: frozenset[str]
    targets: frozenset[str]
    source_texts: tuple[tuple[str, str], ...]


def read_pair_sentences(folder: Path) -> tuple[PairSentence, ...]:
    """Read `PLV_train.tsv`.

    Args:
        folder: The folder `plover`.

    Raises:
        InputError: The file does not exist (`missing-scoring-data`).
    """
    with _check_file(folder / "PLV_train.tsv").open(encoding="utf-8", newline="") as file:
        return tuple(_read_pair(row) for row in csv.DictReader(file, delimiter="\t"))


def read_gold_records(folder: Path) -> tuple[GoldRecord, ...]:
    """Read `plover_gsr_clean.json`.

    Args:
        folder: The folder `plover`.

    Raises:
        InputError: The file does not exist (`missing-scoring-data`).
    """
    records = json.loads(_check_file(folder / "plover_gsr_clean.json").read_text(encoding="utf-8"))
    return tuple(_read_record(record) for record in records)


def _check_file(path: Path) -> Path:
    if not path.is_file():
        message = f"the scoring set `{path}` does not exist"
        raise InputError(
            Problem(
                "missing-scoring-data",
                message,
                help="name the folder that contains `plover` with --data or STANDOFF_DATA",
            )
        )
    return path


def _read_pair(row: dict[str, str]) -> PairSentence:
    text = ""
    marks: dict[str, list[int]] = {}
    for part in re.split(r"(</?[st]>)", row["marked_sentence"]):
        mark = re.fullmatch(r"</?([st])>", part)
        if mark:
            marks.setdefault(mark.group(1), []).append(len(text))
        else:
            text += part
    spans: dict[str, Span | None] = {}
    for key, column in (("s", "source"), ("t", "target")):
        places = marks.get(key, [])
        if len(places) >= 2:
            spans[key] = (places[0], places[1])
        else:
            at = text.find(row[column])
            spans[key] = (at, at + len(row[column])) if at >= 0 and row[column] else None
    name = row["gold_root"]
    return PairSentence(text, spans["s"], spans["t"], _TYPES.get(name, name))


def _read_record(record: dict[str, Any]) -> GoldRecord:
    people = {side: [one for one in record.get(side) or [] if isinstance(one, dict)] for side in ("source", "target")}
    codes = {side: frozenset(_code(one) for one in listed if one.get("code")) for side, listed in people.items()}
    texts = tuple(
        (one["actorText"], _code(one)) for one in people["source"] if one.get("code") and one.get("actorText")
    )
    name = record["event"]
    return GoldRecord(record["text"], _TYPES.get(name, name), codes["source"], codes["target"], texts)


def _code(person: dict[str, Any]) -> str:
    """Return the country code of a record by ISO 3166."""
    code = str(person["code"])
    return _CODES.get(code, code)
