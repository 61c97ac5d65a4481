import pytest

from standoff.report.sources import choose_link, list_sources
from unit.report.fakes import FILE, some_scenario


def assumptions():
    return {item.name: item for item in list_sources(some_scenario()).assumptions}


def test_every_parameter_is_listed_in_the_order_of_the_scenario():
    assert list(assumptions()) == ["stern_prior", "care", "fleet_cost", "twice"]


@pytest.mark.parametrize(
    ("name", "basis"),
    [("stern_prior", "evidence"), ("care", "judgement"), ("fleet_cost", "none"), ("twice", "evidence")],
)
def test_every_parameter_has_its_basis(name, basis):
    assert assumptions()[name].basis == basis


def test_a_number_is_shown_in_the_unit_of_the_file():
    fleet = assumptions()["fleet_cost"]
    assert (fleet.value, fleet.unit) == ("0.001", "payoff/day")


def test_a_formula_is_shown_with_its_value():
    twice = assumptions()["twice"]
    assert (twice.value, twice.formula) == ("0.014", "2 * fleet_cost")


def test_ranges_and_distributions_are_described():
    listed = assumptions()
    assert listed["stern_prior"].spread == "0.25 to 0.65"
    assert listed["twice"].spread == "normal (mean 0.002, sd 0.0005)"


def test_a_citation_names_its_document():
    (reference,) = assumptions()["stern_prior"].references
    assert (reference.source.publisher, reference.place) == ("The Gazette", "paragraph 3")


def test_a_formula_without_a_basis_of_its_own_inherits_that_of_its_parameters():
    parameters = FILE["parameters"] | {"twice": {"value": "care"}}
    (*_, twice) = list_sources(some_scenario(parameters=parameters)).assumptions
    assert twice.basis == "judgement"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//example.org/a",
        "http:relative",
        "https://",
        "https://exa mple.org",
        "https://[broken",
        "https://example.org/\u202ea",
        "",
    ],
)
def test_only_web_addresses_become_links(url):
    assert choose_link(url) == ""


def test_a_web_address_becomes_a_link():
    assert choose_link("http://example.org/a?b=1&c=2") == "http://example.org/a?b=1&c=2"
