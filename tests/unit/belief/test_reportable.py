import numpy as np

from standoff import load
from standoff.belief.reportable import ReportableEvent, find_reportable_events
from standoff.game.compile import compile_game

SCENARIO = load("iran-us-2026", overrides=["period.horizon=2"])
FOUND = find_reportable_events(SCENARIO, compile_game(SCENARIO))
BY_NAME = {event.name: event for event in FOUND.events}


def test_a_move_is_by_its_player_towards_the_others_and_at_the_table_towards_the_other_side():
    assert BY_NAME["pressure.usa.conciliate"] == ReportableEvent(
        "pressure.usa.conciliate",
        "United States: ease the pressure and advance the talks",
        ("CONSULT", "REQUEST"),
        ("USA",),
        ("IRN", "ISR"),
    )
    assert BY_NAME["round_answer.iran.reject"].targets == ("USA",)


def test_every_package_is_the_same_offer():
    assert [name for name in BY_NAME if name.startswith("round_offer")] == [
        "round_offer.usa.offer",
        "round_offer.iran.offer",
    ]


def test_a_hazard_has_its_own_codes_or_might_be_anybody():
    assert BY_NAME["mediation"].actors == ("OMN", "QAT", "TUR", "EGY")
    assert BY_NAME["ceasefire"].actors == ()
    assert {"OMN", "USA"} <= FOUND.codes


def test_what_has_no_type_leaves_no_report():
    assert not {"pressure.usa.hold", "reply.iran.buy_time", "delivery"} & BY_NAME.keys()
    layers = compile_game(SCENARIO).epochs[0].layers
    for name, silent in (("pressure", "hold"), ("reply", "buy_time")):
        k = next(k for k, layer in enumerate(layers) if layer.name == name)
        own = layers[k].action_label == layers[k].action_names.index(silent)
        assert own.any()
        assert (FOUND.of_action[0][k][own] == -1).all()


def test_that_a_round_comes_up_is_no_report():
    k = next(k for k, layer in enumerate(compile_game(SCENARIO).epochs[0].layers) if layer.name == "round_call")
    assert np.all(FOUND.of_action[0][k] == -1)
