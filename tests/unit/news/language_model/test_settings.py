"""Settings of language models, and the secrecy of the key."""

import datetime as dt

import pytest

from standoff.errors import InputError
from standoff.news.document import Document
from standoff.news.language_model import LanguageModel, Usage, load_language_model
from standoff.news.language_model.answer import make_answer_schema
from standoff.news.language_model.cache import hash_question
from standoff.news.language_model.prompt import PROMPT_VERSION, write_question
from standoff.news.vocabulary import CLAIM_KINDS, CONTEXTS, EVENT_TYPES, MODES

KEY = "sk-test-0123456789"


def messages(**given):
    with pytest.raises(InputError) as caught:
        LanguageModel(**{"address": "https://llm.example/v1", "model": "small"} | given)
    assert {one.code for one in caught.value.problems} == {"llm-settings"}
    assert KEY not in str(caught.value)
    return [one.message for one in caught.value.problems]


@pytest.mark.parametrize(
    "address",
    ["", "llm.example", "ftp://llm.example", "http://", "https://llm.example:99999", "https://a b/", "https://a/\n"],
)
def test_an_invalid_address_is_refused(address):
    assert len(messages(address=address)) == 1


@pytest.mark.parametrize("secret", [f"https://user:{KEY}@llm.example", f"https://llm.example/v1?key={KEY}"])
def test_an_address_with_a_secret_is_refused_without_showing_it(secret):
    assert messages(address=secret)[0].startswith("the address has more than a host and a path")


def test_every_fault_is_reported():
    faults = messages(address="", model="", key="two words", seconds=0.0, num_retries=99, prompt_price=-1.0)
    assert len(faults) == 6


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused(value):
    assert len(messages(seconds=value, answer_price=value)) == 2


def test_a_key_is_not_sent_unencrypted():
    assert "unencrypted to `llm.example`" in messages(address="http://llm.example/v1", key=KEY)[0]
    for address in ("http://127.0.0.1:8000/v1", "http://localhost:8000", "http://[::1]/v1"):
        assert LanguageModel(address, "small", key=KEY).key == KEY
    assert LanguageModel("http://llm.example/v1", "small").key == ""


def test_the_environment_supplies_missing_settings(monkeypatch, tmp_path):
    monkeypatch.setenv("STANDOFF_LLM_URL", "https://llm.example/v1")
    monkeypatch.setenv("STANDOFF_LLM_MODEL", "small")
    monkeypatch.setenv("STANDOFF_LLM_KEY", KEY)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = load_language_model(model="large", seconds=None)
    assert (found.address, found.model, found.key, found.seconds) == ("https://llm.example/v1", "large", KEY, 120.0)
    assert found.cache_folder is not None
    assert KEY not in repr(found)


def test_an_empty_environment_is_reported(monkeypatch):
    for name in ("STANDOFF_LLM_URL", "STANDOFF_LLM_MODEL", "STANDOFF_LLM_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InputError) as caught:
        load_language_model()
    assert len(caught.value.problems) == 2


def test_the_schema_has_the_whole_vocabulary_and_is_closed():
    schema = make_answer_schema()
    kinds = schema["$defs"]["EventAnswer"]["properties"]["type"]["enum"]
    assert {kind.partition("/")[0] for kind in kinds} == set(EVENT_TYPES)
    assert len(kinds) == len(EVENT_TYPES) + sum(map(len, MODES.values()))
    assert set(schema["$defs"]["EventAnswer"]["properties"]["contexts"]["items"]["enum"]) == CONTEXTS
    assert tuple(schema["$defs"]["ClaimAnswer"]["properties"]["kind"]["enum"]) == CLAIM_KINDS
    for part in (schema, *schema["$defs"].values()):
        assert part["additionalProperties"] is False
        assert part["required"] == list(part["properties"])


def test_usages_add_up():
    first = Usage(num_requests=1, num_prompt_tokens=10, rejected={"a": 1})
    both = first + Usage(num_requests=2, num_cached=1, rejected={"a": 2, "b": 1})
    assert (both.num_requests, both.num_cached, both.num_prompt_tokens) == (3, 1, 10)
    assert both.rejected == {"a": 3, "b": 1}


def test_the_prompt_belongs_to_its_version():
    """If the rules, the schema or the form of the question have changed: raise `PROMPT_VERSION`, and write the new hash here."""
    model = LanguageModel("https://llm.example/v1", "small")
    asked = write_question(model, Document("Talks ended.", date=dt.date(2031, 5, 6), language="en"), (0, 12))
    assert (PROMPT_VERSION, hash_question(model.address, asked)) == (
        "1",
        "6807e605c00d27d5b551ce160c1d9b30c826eca331c2d9a71dda85961d9bcc0d",
    )
