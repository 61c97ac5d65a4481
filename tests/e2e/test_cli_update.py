"""`standoff review` and `standoff update`: from coded events to a forecast that says what moved it."""

import io
import json
import shutil
import sys

import pytest

from scripted_coder import ScriptedCoder, article
from standoff import load
from standoff.cli.app import main
from standoff.desk.ingestion import ingest
from standoff.desk.runs import rerun
from standoff.desk.update import rerun_update
from standoff.store import open_store

FLEET = (
    "America sent more forces on 2026-02-06, the ministry of defence said in a statement to the press in the capital. "
)
TANKERS = "Crews said that Iran harassed tankers of America on 2026-02-08 near the strait."
RUMOUR = "Israel struck Iran on 2026-02-08, a rumour goes."
REST = "America drew up plans against Iran. Iran threatened America on 2026-02-01. France held talks with France."
QUICK = ("--set", "period.horizon=3", "--belief-points", 5, "--belief-tolerance", 0.03)


@pytest.fixture(scope="module")
def coded(tmp_path_factory):
    """A store with coded news."""
    where = tmp_path_factory.mktemp("coded") / "news.sqlite"
    documents = [
        article(FLEET, day="2026-02-06"),
        article("CAPITAL - " + FLEET, outlet="Courier", day="2026-02-07"),
        article(TANKERS),
        article(RUMOUR, outlet="Herald"),
        article(REST, outlet="Herald"),
    ]
    with open_store(where) as store:
        ingest(store, documents, coder=ScriptedCoder(), scenario=load("iran-us-2026"))
    return where


@pytest.fixture
def place(coded, tmp_path):
    return shutil.copy(coded, tmp_path / "news.sqlite")


@pytest.fixture
def exported(warm, place, tmp_path):
    """A file of reviews to be filled in."""
    done = warm("review", "iran-us-2026", "--store", place, "--export", "reviews.yaml", "--by", "ann", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "wrote 5 events to reviews.yaml\n", "")
    return tmp_path / "reviews.yaml"


def fill_in(path, quote, **said):
    """Write a verdict of one event into a file of reviews."""
    before, entry = path.read_text().split(f"quote: {quote}", 1)
    for key, value in said.items():
        entry = entry.replace(f"  {key}:\n", f"  {key}: {value}\n", 1)
    path.write_text(f"{before}quote: {quote}{entry}")


def events_of(place):
    with open_store(place) as store:
        return {one.coded.quote: one for one in store.list_coded_events()}


def test_a_file_of_reviews_is_applied_to_all_who_tell_the_same(warm, place, exported, tmp_path):
    fill_in(exported, "America sent more forces on 2026-02-06", verdict="confirm", stands_for="pressure.usa.reinforce")
    fill_in(exported, "Israel struck Iran on 2026-02-08", verdict="drop", reason="nobody else tells it")
    fill_in(
        exported, "Iran harassed tankers of America on 2026-02-08", verdict="correct", target="ISR", date="2026-02-07"
    )
    done = warm("review", "iran-us-2026", "--store", place, "--file", exported, cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "recorded 4 reviews\n", "")
    found = events_of(place)
    assert found["Israel struck Iran on 2026-02-08"].is_dropped
    assert found["Iran harassed tankers of America on 2026-02-08"].event.target.code == "ISR"
    with open_store(place) as store:
        fleet = [one for one in store.list_coded_events() if one.coded.quote.startswith("America sent")]
    assert [one.stands_for for one in fleet] == [{"iran-us-2026": "pressure.usa.reinforce"}] * 2
    again = warm("review", "iran-us-2026", "--store", place, "--file", exported, cwd=tmp_path)
    assert again.out == "the file has no new review; nothing was recorded\n"


def test_every_fault_of_a_file_is_reported_and_nothing_of_it_is_applied(warm, place, exported, tmp_path):
    fill_in(exported, "America sent more forces on 2026-02-06", verdict="confirm", stands_for="pressure.usa.reinfroce")
    fill_in(
        exported, "Iran harassed tankers of America on 2026-02-08", verdict="correct", type="HARASS", date="Tuesday"
    )
    fill_in(exported, "Israel struck Iran on 2026-02-08", verdict="dropp")
    fill_in(exported, "America drew up plans against Iran", type="ASSAULT")
    fill_in(exported, "Iran threatened America on 2026-02-01", verdict="confirm")
    text = exported.read_text().replace("THREATEN, IRN to USA", "THREATEN, ISR to USA")
    exported.write_text(text + "- event: 000000000000:1-2\n  verdict: drop\n  colour: red\n")
    done = warm("review", "iran-us-2026", "--store", place, "--file", "reviews.yaml", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert [line.split(": ")[1] for line in done.err.splitlines() if line.startswith("reviews.yaml:")] == [
        "unknown-model-event",
        "unknown-event-type",
        "bad-date",
        "verdict",
        "verdict",
        "review-stale",
        "unknown-field",
        "unknown-event",
    ]
    assert "help: did you mean `pressure.usa.reinforce`?" in done.err
    assert all(one.review is None for one in events_of(place).values())


@pytest.fixture
def answer(monkeypatch, capsys, place):
    """Go through what is to be reviewed in this process, typing some lines."""

    def finished(typed):
        monkeypatch.setattr(sys, "argv", ["standoff", "review", "iran-us-2026", "--store", str(place), "--by", "ann"])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as end:
            main()
        return end.value.code or 0, *capsys.readouterr()

    return finished


def test_answers_are_kept_one_by_one(answer, place):
    wrong = "e\nwar\n\n\n\n\n"
    code, out, err = answer(f"c\n1\n{wrong}e\nthreaten\n\n-\n2026-02-07\n\nonly words\nd\na rumour\ns\nq\n")
    assert (code, err) == (0, "")
    assert "`WAR` is not an event type of PLOVER" in out
    assert out.endswith("3 reviewed, 2 left\n")
    found = events_of(place)
    tankers = found["Iran harassed tankers of America on 2026-02-08"]
    assert (tankers.event.event_type, tankers.event.target, str(tankers.event.date)) == ("THREATEN", None, "2026-02-07")
    assert tankers.review.review.reason == "only words"
    assert found["Israel struck Iran on 2026-02-08"].review.review.reason == "a rumour"
    assert found["America sent more forces on 2026-02-06"].stands_for == {"iran-us-2026": "pressure.usa.reinforce"}
    assert found["America drew up plans against Iran"].review is None


def test_answers_that_were_given_before_the_end_of_the_input_stay(answer):
    code, out, err = answer("d\nno\ne\n")
    assert (code, err) == (0, "")
    assert out.endswith("\n1 reviewed, 4 left\n")


def test_a_file_that_may_be_filled_in_is_not_overwritten(warm, place, exported, tmp_path):
    done = warm("review", "iran-us-2026", "--store", place, "--export", exported, cwd=tmp_path)
    assert done.err.startswith("file-exists: ")


@pytest.fixture(scope="module")
def updated(warm, coded, tmp_path_factory):
    """An update of a store with reviews, once as JSON, its store and the file that goes on from it."""
    folder = tmp_path_factory.mktemp("updated")
    where = shutil.copy(coded, folder / "news.sqlite")
    reviews = folder / "reviews.yaml"
    warm("review", "iran-us-2026", "--store", where, "--export", reviews, "--by", "ann")
    fill_in(reviews, "Israel struck Iran on 2026-02-08", verdict="drop", reason="nobody else tells it")
    done = warm(
        "update",
        "iran-us-2026",
        "--store",
        where,
        *QUICK,
        "--reviews",
        reviews,
        "--output",
        "next.yaml",
        "--json",
        cwd=folder,
    )
    assert (done.code, done.err) == (0, "")
    return folder, where, done.document


def test_reports_of_one_event_count_once_with_all_their_sources(updated):
    _, _, document = updated
    accounts = document["update"]["effects"]
    assert [one["observation"]["event_type"] for one in accounts] == ["MOBILIZE", "COERCE"]
    assert sorted(accounts[0]["observation"]["sources"]) == ["Courier 2026-02-07", "Gazette 2026-02-06"]


def test_what_does_not_count_is_reported_with_the_reason(updated):
    _, _, document = updated
    assert {one["event_type"]: one["reason"] for one in document["update"]["excluded"]} == {
        "ASSAULT": "dropped by ann: nobody else tells it",
        "MOBILIZE": "reported as announced",
        "THREATEN": "already part of the scenario, which is as of 2026-02-02",
        "CONSULT": "no actor of the scenario acts or is acted upon",
    }


def test_the_day_is_that_of_the_latest_news_and_the_coder_is_named(updated):
    _, _, document = updated
    assert document["update"]["as_of"] == "2026-02-09"
    assert document["update"]["reporting"]["confusion"]["origin"].startswith("assumed: correct with probability 0.7")


def test_the_steps_add_up_to_the_change(updated):
    _, _, document = updated
    update = document["update"]
    for k in range(len(update["targets"])):
        steps = sum(one["step"][k] for one in update["effects"])
        assert update["without_reports"][k] + steps == pytest.approx(update["after"][k], abs=1e-12)


def test_the_recorded_run_is_done_again_number_for_number(updated):
    _, where, document = updated
    with open_store(where) as store:
        recorded = store.read_run(document["run"])
        again = rerun_update(store, document["run"])
        assert rerun(store, document["run"]).to_json()["outcomes"] == recorded.document["outcomes"]
    assert (recorded.kind, recorded.known_by) == ("update", document["inputs"]["known_by"])
    kept = recorded.document["update"]
    found = json.loads(json.dumps(again.to_json()))["update"]
    different = {key for key in kept if kept[key] != found[key]}
    assert different == {"excluded"}  # a rerun starts from the usable reports
    deal = next(one for one in recorded.series if one.name == "deal")
    assert list(deal.probabilities) == next(one["after"] for one in kept["probabilities"] if one["name"] == "deal")
    assert [day.isoformat() for day in deal.dates] == kept["dates"]


def test_the_scenario_is_continued_in_a_file_that_is_not_overwritten(updated, warm):
    folder, where, _ = updated
    assert load(folder / "next.yaml").as_of.isoformat() == "2026-02-09"
    before = (folder / "next.yaml").read_text()
    arguments = ("update", "iran-us-2026", "--store", where, *QUICK, "--output", "next.yaml")
    refused = warm(*arguments, cwd=folder)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("file-exists: ")
    (folder / "next.yaml").write_text("something else")
    done = warm(*arguments, "--force", cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert (folder / "next.yaml").read_text() == before
    assert "\n2  8 Feb COERCE IRN to USA: Crews said that Iran harassed tankers" in done.out
    assert "matched to reply.iran.harass" in done.out
    assert "wrote next.yaml; next: standoff run next.yaml" in done.out


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--as-of", "2026-01-01"], "update-date"),
        (["--confusion", "none.json"], "confusion-matrix"),
        (["--reviews", "none.yaml"], "file-not-found"),
        (["none.txt"], "no-such-file"),
    ],
)
def test_what_cannot_be_updated_is_reported_and_no_run_is_recorded(warm, place, tmp_path, options, code):
    done = warm("update", "iran-us-2026", *options, "--store", place, *QUICK, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert f"{code}: " in done.err
    with open_store(place) as store:
        assert store.list_runs() == ()


def test_an_empty_store_leaves_the_forecast_as_it_is(warm, tmp_path):
    done = warm("update", "iran-us-2026", "--store", tmp_path / "new.sqlite", *QUICK, "--json")
    assert (done.code, done.err) == (0, "")
    update = done.document["update"]
    assert (update["as_of"], update["effects"]) == ("2026-02-02", [])
    assert update["after"] == pytest.approx(update["before"], abs=1e-9)


def test_a_file_is_coded_offline_reviewed_and_weighed_without_a_store(warm, tmp_path):
    text = "The United States sent a second aircraft carrier to the Gulf on Friday."
    report = article(text)
    (tmp_path / "report.txt").write_text(f"Outlet: Gazette\nDate: 2026-02-09\n\n{text}\n")
    quick = ("update", "iran-us-2026", "report.txt", *QUICK, "--json")
    coded = warm(*quick, cwd=tmp_path).document
    [account] = coded["update"]["effects"]
    assert account["observation"]["event_type"] == "MOBILIZE"
    assert account["observation"]["name"].startswith(report.document_hash[:12])
    assert coded["update"]["reporting"]["confusion"]["origin"].startswith("measured for the offline coder")
    assert coded["run"] is None
    verdict = f"event: '{account['observation']['name']}'\n  verdict: confirm\n  stands_for: pressure.usa.reinforce\n"
    (tmp_path / "reviews.yaml").write_text(f"scenario: iran-us-2026\nby: ann\nreviews:\n- {verdict}")
    done = warm(*quick, "--reviews", "reviews.yaml", cwd=tmp_path).document
    [account] = done["update"]["effects"]
    reading = account["associations"][0]
    assert (reading["event"], reading["probability"]) == ("pressure.usa.reinforce", pytest.approx(1.0))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.txt", "reviews.yaml"]


def test_the_page_of_an_update_holds_everything_and_runs_nothing(warm, place, tmp_path):
    trap = article("<script>steal()</script> \u202eIran threatened America on 2026-02-07 &amp; [b].", outlet="<b>Trap")
    with open_store(place) as store:
        ingest(store, [trap], coder=ScriptedCoder())
    done = warm("update", "iran-us-2026", "--store", place, *QUICK, "--html", "update.html", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("\nwrote update.html\n")
    page = (tmp_path / "update.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;steal()&lt;/script&gt;" in page
    assert "&lt;b&gt;Trap 2026-02-09" in page
    assert "with a forecast until" in page  # not for the weeks since the day of the scenario
    assert "reported as announced" in page
    [strike] = [row for row in page.split("<tr") if "Israel struck Iran" in row]
    shifts = [cell for cell in strike.split("<td") if "+" in cell or "\u2212" in cell]
    assert len(shifts) == 2
