"""The page that tells how well the coder codes: targets beside what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from standoff.news.vocabulary import EVENT_TYPES
from training.evaluation.measures import measure_brier, tabulate_calibration
from training.evaluation.measuring import CoderScores, Measured
from training.evaluation.reports import Counts, ReportScores

__all__ = ["write_page"]

_EDGES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0)


def write_page(measured: Measured, *, date: str, notes: str) -> str:
    """The page as Markdown.

    Args:
        measured: The numbers.
        date: The day of the measurement.
        notes: What was missed and why, and other words that no number gives, as Markdown.
    """
    sections = [
        "# How well the coder codes\n",
        _opening(measured, date),
        "## Targets\n\n" + _targets(measured),
        notes.strip() + "\n",
        "## Reports coded by hand\n\n" + _reports(measured),
        "## Sentences of others\n\n" + _sentences(measured),
        "## With sentence vectors\n\n" + _vectors(measured),
        "## Which types are mistaken for which\n\n" + _confusion(measured),
        "## Confidence\n\n" + _calibration(measured),
    ]
    return "\n".join(sections)


def _opening(measured: Measured, date: str) -> str:
    return (
        "<!-- Written by `make eval-news`; edit training/evaluation. -->\n"
        f"Measured by `make eval-news` on {date}, coder `{measured.plain.method}`.\n"
        "The scoring sets are not shipped: give the folder that holds them by `--data` or `STANDOFF_DATA`.\n"
        "Nothing here was trained on what it is scored on; lines that say so learn from the other folds of the set as well.\n"
    )


def _targets(measured: Measured) -> str:
    frozen, raw = measured.plain.frozen, measured.plain.raw_records
    rows = [
        ("type, pair given, macro-F1", ".70", ".63", _short(measured.plain.pairs.macro_f1)),
        ("the same, other folds of the set added to training", "", "", _short(measured.plain.pairs_crossed.macro_f1)),
        ("class of four, pair given, accuracy", ".85", "", _short(measured.plain.pairs.quad_accuracy)),
        ("source, target and type from a raw gold record", ".50", ".46", _share(raw.triples, raw.sentences)),
        ("sides swapped, raw gold records", "< .02", "", _share(raw.swapped, raw.sentences)),
        (
            "sides swapped, raw sentences with a pair",
            "< .02",
            "",
            _share(measured.plain.raw_pairs.swapped, measured.plain.raw_pairs.sentences),
        ),
        ("frozen reports: events, type and place, F1", ".65", ".65", _short(frozen.events.f1)),
        ("frozen reports: the same with both sides' countries, F1", ".50", ".23", _short(frozen.with_countries.f1)),
        ("frozen reports: claims, kind and place, F1", ".55", ".48", _short(frozen.claims.f1)),
        (
            "frozen reports: numbers found with right unit and holder",
            ".85",
            "",
            _share(frozen.numbers.right, frozen.numbers.coded),
        ),
        ("frozen reports: speakers of what was found", ".75", "", _short(frozen.speakers.recall)),
        (
            "frozen reports: precision at confidence of .7 or more",
            ".90",
            "",
            _share(frozen.sure.right, frozen.sure.coded),
        ),
        ("offsets that give the quote", "1", "", _share(frozen.valid_spans.right, frozen.valid_spans.gold)),
        ("sentences a second, one core", "20", "", f"{measured.plain.speed.sentences_per_second:.0f}"),
        ("start, seconds", "5", "", f"{measured.plain.speed.start_seconds:.1f}"),
        ("memory, MiB", "1500", "", f"{measured.plain.speed.memory_mib:.0f}"),
    ]
    return _table(("what", "target", "prototype", "measured"), rows) + (
        "\nSpeed is by processor time over our own training sentences, twenty to a document, on one thread.\n"
    )


def _reports(measured: Measured) -> str:
    names = {
        "found": "events, place alone", "events": "events, type", "with_countries": "events, type and countries of both sides",
        "with_roles": "events, type, countries and roles", "claims_found": "claims, place alone", "claims": "claims, kind",
    }  # fmt: skip
    rows = []
    for name, title in names.items():
        for label, scores in (("development", measured.plain.development), ("frozen", measured.plain.frozen)):
            counts: Counts = getattr(scores, name)
            rows.append(
                (title, label, _short(counts.precision), _short(counts.recall), _short(counts.f1), str(counts.gold))
            )
    details = {
        "numbers": "numbers with unit and holder", "speakers": "speakers", "dates": "days (or none)", "places": "places",
        "factuality": "factuality",
    }  # fmt: skip
    shares = [
        (title, *(_detail(name, scores) for scores in (measured.plain.development, measured.plain.frozen)))
        for name, title in details.items()
    ]
    return (
        "What is coded and what a person coded are paired one to one where they overlap in the text.\n"
        "A target that the text leaves open may be left open.\n\n"
        + _table(("what", "reports", "precision", "recall", "F1", "to be found"), rows)
        + "\nOf what was found and has one:\n\n"
        + _table(("what", "development", "frozen"), shares)
    )


def _detail(name: str, scores: ReportScores) -> str:
    counts: Counts = getattr(scores, name)
    total = counts.coded if name == "numbers" else counts.gold
    return f"{_share(counts.right, total)} of {total}"


def _sentences(measured: Measured) -> str:
    raw = [
        (
            title,
            str(one.sentences),
            *(
                _share(value, one.sentences)
                for value in (one.with_event, one.with_type, one.with_source, one.triples, one.swapped)
            ),
        )
        for title, one in (("PLV_train", measured.plain.raw_pairs), ("gold records", measured.plain.raw_records))
    ]
    types = [
        (title, str(one.sentences), _short(one.macro_f1), _short(one.accuracy), _short(one.quad_accuracy))
        for title, one in (
            ("PLV_train, pair given", measured.plain.pairs),
            ("the same, other folds added to training", measured.plain.pairs_crossed),
            ("our own sentences, left out in turn, trigger given", measured.plain.own),
        )
    ]
    right, total = measured.actors
    return (
        _table(("set", "sentences", "macro-F1", "accuracy", "class of four"), types)
        + "\nFrom raw sentences, the share in which some event has:\n\n"
        + _table(("set", "sentences", "any event", "type", "and source", "and target", "sides swapped"), raw)
        + f"\nOf {total} sources of the gold records, {_share(right, total)} have the right country, or are of an organisation "
        "where they should be, by their words alone.\n"
        "A side that the gold leaves open is right whatever was coded, and organisations between states count as one; "
        "swapped sides are counted among all sentences.\n"
    )


_ABSENT = (
    "Not measured: the extra `embed` or its weights were not installed where this page was written (`make encoder`).\n"
)


def _vectors(measured: Measured) -> str:
    if measured.embedded is None:
        return _ABSENT
    columns = [_vector_scores(one) for one in (measured.plain, measured.embedded)]
    rows = [(name, *(column[name] for column in columns)) for name in columns[0]]
    return (
        "The same coder where the vectors of clauses help to tell types (`OfflineCoder(embed=True)`, the extra `embed`), "
        f"`{measured.embedded.method}`.\n"
        "It is off unless asked for: its weights are another 83 MB to install, and it takes more time and memory.\n"
        "How the vectors are used was chosen on our own sentences left out in turn.\n\n"
        + _table(("what", "without", "with"), rows)
    )


def _vector_scores(scores: CoderScores) -> dict[str, str]:
    """By what was measured: the number, of one coder."""
    records, pairs = scores.raw_records, scores.raw_pairs
    both = (("development", scores.development), ("frozen", scores.frozen))
    return {
        "PLV_train, pair given: macro-F1": _short(scores.pairs.macro_f1),
        "PLV_train, pair given: class of four": _short(scores.pairs.quad_accuracy),
        "the same, other folds added to training: macro-F1": _short(scores.pairs_crossed.macro_f1),
        "our own sentences, left out in turn, trigger given: macro-F1": _short(scores.own.macro_f1),
        "PLV_train, raw: type": _share(pairs.with_type, pairs.sentences),
        "PLV_train, raw: source, target and type": _share(pairs.triples, pairs.sentences),
        "gold records, raw: type": _share(records.with_type, records.sentences),
        "gold records, raw: source, target and type": _share(records.triples, records.sentences),
        "gold records, raw: sides swapped": _share(records.swapped, records.sentences),
        **{f"{name} reports: events, type and place, F1": _short(one.events.f1) for name, one in both},
        **{
            f"{name} reports: the same with both sides' countries, F1": _short(one.with_countries.f1)
            for name, one in both
        },
        **{
            f"{name} reports: right at confidence of .7 or more": f"{_share(one.sure.right, one.sure.coded)} of {one.sure.coded}"
            for name, one in both
        },
        "Brier score, both kinds of reports": f"{measure_brier([pair for _, one in both for pair in one.confidences]):.3f}",
        "sentences a second, one core": f"{scores.speed.sentences_per_second:.0f}",
        "start, seconds": f"{scores.speed.start_seconds:.1f}",
        "memory, MiB": f"{scores.speed.memory_mib:.0f}",
    }


def _confusion(measured: Measured) -> str:
    short = [name[:4] for name in EVENT_TYPES]
    rows = [
        (name, *(str(count) if count else "" for count in measured.confusion[at].tolist()))
        for at, name in enumerate(EVENT_TYPES)
    ]
    return (
        "Counts of the events that were found on our own sentences, each coded by a model that had not seen it; "
        "rows are true types.\n"
        "This is the confusion matrix that updating uses (`news/trained/confusion.json`).\n\n"
        + _table(("", *short), rows)
    )


def _calibration(measured: Measured) -> str:
    pairs = [*measured.plain.development.confidences, *measured.plain.frozen.confidences]
    rows = [
        (f"{low:.1f} to {high:.1f}", str(count), _short(mean), _short(share))
        for low, high, count, mean, share in tabulate_calibration(pairs, _EDGES)
    ]
    return (
        "Confidence is fitted to our own sentences left out in turn; here it is checked on the hand-coded reports.\n"
        "An event is right where a person coded the type there.\n\n"
        + _table(("confidence", "events", "mean", "right"), rows)
        + f"\nBrier score {measure_brier(pairs):.3f}.\n"
    )


def _short(value: float) -> str:
    return f"{value:.2f}".removeprefix("0") if value < 0.995 else "1"


def _share(right: int, total: int) -> str:
    return f"{right / total:.3f}".removeprefix("0") if total and right < total else ("1" if total else "none")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"
