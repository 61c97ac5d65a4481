"""Write the page of scores: targets compared with what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from standoff.news.vocabulary import EVENT_TYPES
from training.evaluation.measures import measure_brier, tabulate_calibration
from training.evaluation.measuring import CoderScores, Measured
from training.evaluation.reports import MatchCounts, ReportScores

__all__ = ["write_page"]

_EDGES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0)


def write_page(measured: Measured, *, date: str, notes: str) -> str:
    """Write the page of scores as Markdown.

    Args:
        measured: The scores.
        date: The day of the measurement.
        notes: Explanations of the scores, as Markdown.
    """
    sections = [
        "# How well the coder codes\n",
        _write_opening(measured, date),
        "## Targets\n\n" + _write_targets(measured),
        notes.strip() + "\n",
        "## Hand-coded reports\n\n" + _write_reports(measured),
        "## Sentences coded by others\n\n" + _write_sentences(measured),
        "## With sentence vectors\n\n" + _write_vectors(measured),
        "## Which types are mistaken for which\n\n" + _write_confusion(measured),
        "## Confidence\n\n" + _write_calibration(measured),
    ]
    return "\n".join(sections)


def _write_opening(measured: Measured, date: str) -> str:
    return (
        "<!-- Written by `make eval-news`; edit training/evaluation. -->\n"
        f"Measured by `make eval-news` on {date}, coder `{measured.plain.method}`.\n"
        "The scoring sets are not shipped: name the folder that contains them with `--data` or `STANDOFF_DATA`.\n"
        "No model was trained on the sentences that it is scored on; where a line says so, models also learn from the other "
        "folds of the set.\n"
    )


def _write_targets(measured: Measured) -> str:
    frozen, raw = measured.plain.frozen, measured.plain.raw_records
    rows = [
        ("type, pair given, macro-F1", ".70", ".63", _format_score(measured.plain.pairs.macro_f1)),
        (
            "type, pair given, other folds of the set added to training, macro-F1",
            "",
            "",
            _format_score(measured.plain.pairs_crossed.macro_f1),
        ),
        ("quad class, pair given, accuracy", ".85", "", _format_score(measured.plain.pairs.quad_accuracy)),
        ("source, target and type from a raw gold record", ".50", ".46", _format_share(raw.triples, raw.sentences)),
        ("sides swapped, raw gold records", "< .02", "", _format_share(raw.swapped, raw.sentences)),
        (
            "sides swapped, raw sentences with a pair",
            "< .02",
            "",
            _format_share(measured.plain.raw_pairs.swapped, measured.plain.raw_pairs.sentences),
        ),
        ("frozen reports: events, type and span, F1", ".65", ".65", _format_score(frozen.events.f1)),
        (
            "frozen reports: events, type and both sides' countries, F1",
            ".50",
            ".23",
            _format_score(frozen.with_countries.f1),
        ),
        ("frozen reports: claims, kind and span, F1", ".55", ".48", _format_score(frozen.claims.f1)),
        (
            "frozen reports: numbers found with right unit and holder",
            ".85",
            "",
            _format_share(frozen.numbers.right, frozen.numbers.coded),
        ),
        ("frozen reports: speakers of matched items", ".75", "", _format_score(frozen.speakers.recall)),
        (
            "frozen reports: precision at confidence of .7 or more",
            ".90",
            "",
            _format_share(frozen.sure.right, frozen.sure.coded),
        ),
        ("offsets that give the quote", "1", "", _format_share(frozen.valid_spans.right, frozen.valid_spans.gold)),
        ("sentences a second, one core", "20", "", f"{measured.plain.speed.sentences_per_second:.0f}"),
        ("start, seconds", "5", "", f"{measured.plain.speed.start_seconds:.1f}"),
        ("memory, MiB", "1500", "", f"{measured.plain.speed.memory_mib:.0f}"),
    ]
    return _format_table(("measure", "target", "prototype", "measured"), rows) + (
        "\nSpeed is measured in processor time on the training sentences, twenty in a document, on one thread.\n"
    )


def _write_reports(measured: Measured) -> str:
    names = {
        "found": "events, by overlap", "events": "events, type", "with_countries": "events, type and countries of both sides",
        "with_roles": "events, type, countries and roles", "claims_found": "claims, by overlap", "claims": "claims, kind",
    }  # fmt: skip
    rows = []
    for name, title in names.items():
        for label, scores in (("development", measured.plain.development), ("frozen", measured.plain.frozen)):
            counts: MatchCounts = getattr(scores, name)
            rows.append(
                (
                    title,
                    label,
                    _format_score(counts.precision),
                    _format_score(counts.recall),
                    _format_score(counts.f1),
                    str(counts.gold),
                )
            )
    details = {
        "numbers": "numbers with unit and holder", "speakers": "speakers", "dates": "days (or their absence)", "places": "places",
        "factuality": "factuality",
    }  # fmt: skip
    shares = [
        (title, *(_format_detail(name, scores) for scores in (measured.plain.development, measured.plain.frozen)))
        for name, title in details.items()
    ]
    return (
        "The codings of the coder and of people are matched one to one where they overlap in the text.\n"
        "A target that the text leaves open may be left open.\n\n"
        + _format_table(("measure", "reports", "precision", "recall", "F1", "coded by people"), rows)
        + "\nShares of right details, among matched items that have one:\n\n"
        + _format_table(("detail", "development", "frozen"), shares)
    )


def _format_detail(name: str, scores: ReportScores) -> str:
    counts: MatchCounts = getattr(scores, name)
    total = counts.coded if name == "numbers" else counts.gold
    return f"{_format_share(counts.right, total)} of {total}"


def _write_sentences(measured: Measured) -> str:
    raw = [
        (
            title,
            str(one.sentences),
            *(
                _format_share(value, one.sentences)
                for value in (one.with_event, one.with_type, one.with_source, one.triples, one.swapped)
            ),
        )
        for title, one in (("PLV_train", measured.plain.raw_pairs), ("gold records", measured.plain.raw_records))
    ]
    types = [
        (
            title,
            str(one.sentences),
            _format_score(one.macro_f1),
            _format_score(one.accuracy),
            _format_score(one.quad_accuracy),
        )
        for title, one in (
            ("PLV_train, pair given", measured.plain.pairs),
            ("PLV_train, pair given, other folds added to training", measured.plain.pairs_crossed),
            ("training sentences, cross-validation, trigger given", measured.plain.own),
        )
    ]
    right, total = measured.actors
    return (
        _format_table(("set", "sentences", "macro-F1", "accuracy", "quad class"), types)
        + "\nFor raw sentences, the share in which some event has:\n\n"
        + _format_table(("set", "sentences", "any event", "type", "and source", "and target", "sides swapped"), raw)
        + f"\nOf {total} sources of the gold records, {_format_share(right, total)} are resolved to the right country or kind of "
        "organisation without context.\n"
        "A side that the gold record leaves open is always right, and international organisations count as one; "
        "the share of swapped sides is among all sentences.\n"
    )


_ABSENT = "Not measured: the extra `embed` or its weights were not installed (`make encoder`).\n"


def _write_vectors(measured: Measured) -> str:
    if measured.embedded is None:
        return _ABSENT
    columns = [_list_vector_scores(one) for one in (measured.plain, measured.embedded)]
    rows = [(name, *(column[name] for column in columns)) for name in columns[0]]
    return (
        "The coder with clause vectors among the features of types (`OfflineCoder(embed=True)`, the extra `embed`), "
        f"`{measured.embedded.method}`.\n"
        "It is optional, because its weights take another 83 MB, and it needs more time and memory.\n"
        "The use of the vectors was chosen by cross-validation on the training sentences.\n\n"
        + _format_table(("measure", "without", "with"), rows)
    )


def _list_vector_scores(scores: CoderScores) -> dict[str, str]:
    """List the scores of a coder by name."""
    records, pairs = scores.raw_records, scores.raw_pairs
    both = (("development", scores.development), ("frozen", scores.frozen))
    return {
        "PLV_train, pair given: macro-F1": _format_score(scores.pairs.macro_f1),
        "PLV_train, pair given: quad class": _format_score(scores.pairs.quad_accuracy),
        "PLV_train, pair given, other folds added to training: macro-F1": _format_score(scores.pairs_crossed.macro_f1),
        "training sentences, cross-validation, trigger given: macro-F1": _format_score(scores.own.macro_f1),
        "PLV_train, raw: type": _format_share(pairs.with_type, pairs.sentences),
        "PLV_train, raw: source, target and type": _format_share(pairs.triples, pairs.sentences),
        "gold records, raw: type": _format_share(records.with_type, records.sentences),
        "gold records, raw: source, target and type": _format_share(records.triples, records.sentences),
        "gold records, raw: sides swapped": _format_share(records.swapped, records.sentences),
        **{f"{name} reports: events, type and span, F1": _format_score(one.events.f1) for name, one in both},
        **{
            f"{name} reports: events, type and both sides' countries, F1": _format_score(one.with_countries.f1)
            for name, one in both
        },
        **{
            f"{name} reports: precision at confidence of .7 or more": (
                f"{_format_share(one.sure.right, one.sure.coded)} of {one.sure.coded}"
            )
            for name, one in both
        },
        "Brier score, both kinds of reports": f"{measure_brier([pair for _, one in both for pair in one.confidences]):.3f}",
        "sentences a second, one core": f"{scores.speed.sentences_per_second:.0f}",
        "start, seconds": f"{scores.speed.start_seconds:.1f}",
        "memory, MiB": f"{scores.speed.memory_mib:.0f}",
    }


def _write_confusion(measured: Measured) -> str:
    short = [name[:4] for name in EVENT_TYPES]
    rows = [
        (name, *(str(count) if count else "" for count in measured.confusion[at].tolist()))
        for at, name in enumerate(EVENT_TYPES)
    ]
    return (
        "MatchCounts of the events that were found in the training sentences, by cross-validation; "
        "rows are true types.\n"
        "This is the confusion matrix that `standoff update` uses (`news/trained/confusion.json`).\n\n"
        + _format_table(("", *short), rows)
    )


def _write_calibration(measured: Measured) -> str:
    pairs = [*measured.plain.development.confidences, *measured.plain.frozen.confidences]
    rows = [
        (f"{low:.1f} to {high:.1f}", str(count), _format_score(mean), _format_score(share))
        for low, high, count, mean, share in tabulate_calibration(pairs, _EDGES)
    ]
    return (
        "Confidence is fitted by cross-validation to the training sentences; this table checks it on the hand-coded reports.\n"
        "An event is right if a person coded the same type there.\n\n"
        + _format_table(("confidence", "events", "mean", "right"), rows)
        + f"\nBrier score {measure_brier(pairs):.3f}.\n"
    )


def _format_score(value: float) -> str:
    return f"{value:.2f}".removeprefix("0") if value < 0.995 else "1"


def _format_share(right: int, total: int) -> str:
    return f"{right / total:.3f}".removeprefix("0") if total and right < total else ("1" if total else "none")


def _format_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"
