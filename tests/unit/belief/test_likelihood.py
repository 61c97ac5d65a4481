import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pytest

from standoff.belief.likelihood import (
    ConfusionMatrix,
    ReportingModel,
    classify_event_type,
    load_confusion_matrix,
    weigh,
)
from standoff.belief.observation import Observation
from standoff.belief.reportable import ReportableEvent, ReportableEvents
from standoff.errors import InputError
from standoff.news.coded import QUAD_CLASS
from standoff.scenario.schema_moves import EVENT_CODES

EVENTS = (
    ReportableEvent("pressure.usa.reinforce", "", ("MOBILIZE",), ("USA",), ("IRN", "ISR")),
    ReportableEvent("pressure.usa.conciliate", "", ("CONSULT", "REQUEST"), ("USA",), ("IRN", "ISR")),
    ReportableEvent("ceasefire", "", ("AGREE",), (), ()),
)
REPORTABLES = ReportableEvents(EVENTS, frozenset({"USA", "IRN", "ISR"}), ())
DAY = dt.date(2026, 2, 5)
SEEN = Observation("a", DAY, "MOBILIZE", ("USA",), ("IRN",))
CODES = ("USA", "IRN", "ISR", "FRA")  # and FRA stands for all others


def test_classes_are_those_of_plover():
    assert {code: classify_event_type(code) for code in QUAD_CLASS} == dict(QUAD_CLASS)


@pytest.mark.parametrize(
    ("types", "rate"),
    [
        (("RETREAT",), 0.2),
        (("MOBILIZE", "RETREAT"), (0.9 + 0.2) / 2),
        (("RETREAT", "MOBILIZE"), (0.9 + 0.2) / 2),
        (("CONSULT", "AGREE", "THREATEN"), (0.5 + 0.5 + 0.7) / 3),  # two of one class count twice
    ],
)
def test_an_event_of_several_types_is_reported_at_the_mean_of_their_rates(types, rate):
    rates = {
        "verbal cooperation": 0.5,
        "material cooperation": 0.2,
        "verbal conflict": 0.7,
        "material conflict": 0.9,
    }
    event = ReportableEvent("pressure.usa.act", "", types, ("USA",), ())
    assert ReportingModel(reporting_rates=rates).find_rate(event) == pytest.approx(rate, rel=1e-12)


def test_a_report_weighs_type_actor_and_target():
    found = weigh(SEEN, REPORTABLES, ReportingModel())
    error = 0.3 / 15
    expected = [0.7 * 0.9 * 0.8 / 2, error * 0.9 * 0.8 / 2, error / 4 / 4]
    assert found.by_event == pytest.approx(expected, rel=1e-12)
    assert found.background == pytest.approx(1 / 16 / 4 / 4, rel=1e-12)


@pytest.mark.parametrize("which", range(len(EVENTS)))
def test_the_likelihood_of_an_event_sums_to_one_over_all_reports(which):
    model = ReportingModel()
    total = sum(
        weigh(Observation("a", DAY, code, (actor,), (target,)), REPORTABLES, model).by_event[which]
        for code in EVENT_CODES
        for actor in CODES
        for target in CODES
    )
    assert total == pytest.approx(1.0, abs=1e-12)


def test_the_likelihood_of_the_background_sums_to_one_over_all_reports():
    model = ReportingModel()
    seen = [Observation("a", DAY, code, (actor,)) for code in EVENT_CODES for actor in CODES]
    assert sum(weigh(one, REPORTABLES, model).background for one in seen) == pytest.approx(1.0, abs=1e-12)


def test_a_confidence_equal_to_that_of_the_matrix_changes_nothing():
    plain = weigh(SEEN, REPORTABLES, ReportingModel())
    same = weigh(replace(SEEN, confidence=0.7), REPORTABLES, ReportingModel())
    assert same.by_event == pytest.approx(plain.by_event, rel=1e-12)
    assert same.background == pytest.approx(plain.background, rel=1e-12)


def test_a_confirmed_type_rules_out_every_other():
    found = weigh(replace(SEEN, confidence=0.2, is_confirmed=True), REPORTABLES, ReportingModel())
    assert found.by_event[0] > 0
    assert found.by_event[1:].tolist() == [0, 0]


def test_a_report_matched_to_an_event_is_of_no_other_event_whatever_its_type():
    found = weigh(replace(SEEN, stands_for="ceasefire"), REPORTABLES, ReportingModel())
    assert found.by_event.tolist() == [0, 0, 1]
    assert found.background == 0


def test_a_match_to_an_unknown_event_is_refused():
    with pytest.raises(InputError, match="did you mean `ceasefire`"):
        weigh(replace(SEEN, stands_for="ceasefires"), REPORTABLES, ReportingModel())


def test_a_measured_matrix_is_read_with_half_a_count_added(tmp_path):
    path = tmp_path / "confusion.json"
    path.write_text(json.dumps({"types": ["MOBILIZE", "COERCE"], "counts": [[8, 1], [0, 3]]}))
    found = load_confusion_matrix(path)
    rows = [EVENT_CODES.index(one) for one in ("MOBILIZE", "COERCE")]
    assert found.matrix[np.ix_(rows, rows)] == pytest.approx(np.array([[8.5 / 10, 1.5 / 10], [0.5 / 4, 3.5 / 4]]))
    assert found.matrix.sum(axis=1) == pytest.approx(np.ones(16))


def test_an_unmeasured_type_is_used_only_if_an_analyst_confirms_it():
    model = ReportingModel(confusion=ConfusionMatrix.from_counts(["MOBILIZE"], [[5]], "test"))
    seen = replace(SEEN, event_type="AGREE")
    with pytest.raises(InputError, match="not measured on `AGREE`"):
        weigh(seen, REPORTABLES, model)
    assert weigh(replace(seen, is_confirmed=True), REPORTABLES, model).by_event[2] > 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read"),
        ("[]", "does not contain a confusion matrix"),
        ('{"types": ["AGREE"], "counts": [[1, 2]]}', "must be a square table"),
        ('{"types": ["AGREE"], "counts": [[-1]]}', "must be a square table"),
        ('{"types": ["ARGUE"], "counts": [[1]]}', "there is no event type `ARGUE`"),
    ],
)
def test_a_file_without_a_confusion_matrix_is_refused(tmp_path, text, message):
    path = tmp_path / "confusion.json"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        load_confusion_matrix(path)


def test_all_faults_of_the_model_are_reported_together():
    with pytest.raises(InputError) as caught:
        ReportingModel.with_one_rate(1.2, background_per_week=-1.0, actor_accuracy=float("nan"))
    assert [one.code for one in caught.value.problems] == ["probability"] * 5 + ["background-rate"]


def test_a_confidence_equal_to_that_of_a_measured_matrix_changes_nothing():
    # MOBILIZE is coded 8.5 of 10 times where it is true and 0.5 of 4 where COERCE is, and never otherwise by this coder
    model = ReportingModel(confusion=ConfusionMatrix.from_counts(["MOBILIZE", "COERCE"], [[8, 1], [0, 3]], "test"))
    column = model.confusion.matrix[:, EVENT_CODES.index("MOBILIZE")]
    assert column.sum() != pytest.approx(1.0, abs=0.1)
    same = replace(SEEN, confidence=float(column[EVENT_CODES.index("MOBILIZE")] / column.sum()))
    plain, rated = (weigh(one, REPORTABLES, model) for one in (SEEN, same))
    assert rated.by_event == pytest.approx(plain.by_event, rel=1e-12)
    assert rated.background == pytest.approx(plain.background, rel=1e-12)
