"""Clusters of near duplicates."""

import datetime as dt
import itertools

import pytest

from standoff.news.document import Document
from standoff.news.near_duplicates import MAX_DAYS, find_clusters, measure_resemblance

AGENCY = (
    "The navy of Northland sent two frigates to the strait on Monday, its minister said, hours after talks with Southland "
    "ended without a date for another round. The ships carry missiles that reach the southern coast. Southland recalled its "
    "ambassador and called the move a provocation. Diplomats in the capital spoke of the worst week since the spring."
)
OTHER = (
    "Two warships left the northern port for the strait, the defence minister told reporters, after negotiators went home "
    "without agreeing when to meet again. The south protested and called its envoy back."
)
DAY = dt.date(2031, 5, 4)


def report(text, outlet, days=0, address=""):
    return Document(text, outlet=outlet, date=DAY + dt.timedelta(days), address=address)


def test_one_report_in_many_outlets_is_one_cluster_with_many_witnesses():
    cut = AGENCY[: AGENCY.index(" Diplomats")]
    edited = "CAPITAL (Agency) - " + AGENCY.replace("its minister said", "the defence minister said")
    documents = [
        report(AGENCY, "Agency"),
        report(edited, "Courier", 1),
        report(cut, "Gazette", 1),
        report(OTHER, "Herald"),
    ]
    clusters = find_clusters(documents)
    assert {cluster.witnesses for cluster in clusters} == {("Agency", "Courier", "Gazette"), ("Herald",)}


def test_the_resemblance_is_that_of_the_shingles():
    first, second = Document("a b c d e f"), Document("A, b c d e g!")  # abcd bcde cdef | abcd bcde cdeg
    assert measure_resemblance(first, second) == pytest.approx(2 / 4, abs=0)


def test_the_threshold_itself_is_enough():
    documents = [Document("a b c d e f"), Document("A, b c d e g!")]
    assert len(find_clusters(documents, threshold=0.5)) == 1
    assert len(find_clusters(documents, threshold=0.51)) == 2


def test_a_cluster_has_the_resemblance_of_each_document_to_its_lead():
    (cluster,) = find_clusters([report(AGENCY, "a"), report(AGENCY + " More was said later.", "b", 1)])
    assert cluster.resemblances == (measure_resemblance(*cluster.documents),)


def test_the_earliest_document_leads_whatever_the_order():
    documents = [report(AGENCY + " Update.", "b", 2), report(AGENCY, "a", 0), report(OTHER, "c", 1)]
    assert find_clusters(documents) == find_clusters(documents[::-1])
    assert find_clusters(documents)[0].lead is documents[1]


def test_a_story_that_changes_step_by_step_does_not_chain():
    words = [f"word{number}" for number in range(120)]
    steps = [report(" ".join(words[start : start + 60]), str(start), start // 20) for start in (0, 20, 40, 60)]
    assert all(measure_resemblance(first, second) >= 0.45 for first, second in itertools.pairwise(steps))
    for cluster in find_clusters(steps, threshold=0.45):
        assert all(score >= 0.45 for score in cluster.resemblances)
    assert len(find_clusters(steps, threshold=0.45)) == 2


@pytest.mark.parametrize(("days", "clusters"), [(MAX_DAYS, 1), (MAX_DAYS + 1, 2)])
def test_the_same_words_much_later_are_another_observation(days, clusters):
    assert len(find_clusters([report(AGENCY, "a"), report(AGENCY, "b", days)])) == clusters


def test_an_undated_document_is_near_any_date():
    assert len(find_clusters([report(AGENCY, "a", 100), Document(AGENCY, outlet="b")])) == 1


def test_a_witness_without_an_outlet_is_its_host():
    pages = ["https://courier.example/1", "https://courier.example/2", "https://[broken", "notes.txt"]
    (cluster,) = find_clusters([report(AGENCY, "", address=page) for page in pages])
    assert cluster.witnesses == ("", "courier.example")


def test_texts_shorter_than_a_shingle_are_compared_whole():
    assert (
        len(
            find_clusters(
                [
                    report("Talks ended.", "a"),
                    report("TALKS ENDED", "b"),
                    report("Talks began.", "c"),
                    report("!?", "d"),
                ]
            )
        )
        == 3
    )


def test_no_documents_give_no_clusters():
    assert find_clusters([]) == ()


@pytest.mark.parametrize("threshold", [0, 1.01])
def test_a_threshold_outside_its_range_is_refused(threshold):
    with pytest.raises(ValueError, match="threshold"):
        find_clusters([], threshold=threshold)
