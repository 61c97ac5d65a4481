"""Every error code with its meaning and one thing to do; a test finds the codes of the source that are missing here."""

from __future__ import annotations

import re
from collections.abc import Mapping

from parts.common import ROOT, part, table

__all__ = ["GROUPS", "list_codes", "read_examples"]

GROUPS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Scenario files without an example above": {
        "bad-key": ("a key of a mapping is itself a list or a mapping", "write a name as the key"),
        "bad-number": ("a number cannot be read", "write it in plain digits"),
        "control-character": ("a text contains a control character, such as an escape", "remove it"),
        "duplicate-level": ("a level is listed twice", "keep one of them"),
        "file-is-directory, file-not-found, file-unreadable": (
            "the file cannot be read",
            "check its path and permissions",
        ),
        "file-too-large": ("the file is larger than 1 MB or has too many parts", "check whether it is a scenario"),
        "no-package": (
            "no package is acceptable to any pair of types",
            "relax a red line or change the worth of a level",
        ),
        "not-utf8": ("the file is not UTF-8", "save it as UTF-8"),
        "rate": ("the rate of a stage is below 0", "write a number that is at least 0"),
        "unused-quantity": ("nothing uses a quantity", "use it in a formula, or remove it"),
    },
    "Errors that appear only in the states of the game": {
        "conflicting-effects": (
            "two simultaneous actions may both change one track, or both end the crisis",
            "write their joint effects under `together`",
        ),
        "negative-rate": (
            "a rate or hazard is below 0 in some state",
            "bound the formula, for example with `max(0, ...)`",
        ),
        "no-action": ("a type that must move has no action in some state", "give it an action"),
        "not-finite": ("a formula is infinite or undefined in some state", "look for a division by zero"),
        "probabilities": ("probabilities of one move are outside 0 to 1 or do not sum to 1", "change the formulas"),
        "submodel": ("a submodel refuses its arguments", "change the fields of the submodel"),
        "too-many-actions": (
            "a stage has more actions or branches in all of its states than can be numbered",
            "use fewer actions, tracks or levels",
        ),
        "too-many-packages": (
            "the issues of the agenda combine to more packages than can be compared",
            "use fewer issues or levels, or list the packages",
        ),
        "too-many-states": ("a stage has more reachable states than can be enumerated", "merge levels or tracks"),
        "unreachable-action, unreachable-hazard, unreachable-level, unreachable-milestone, unreachable-outcome": (
            "no sequence of moves gets there; not reported for scenarios with overrides",
            "change a condition, or remove the part",
        ),
    },
    "Overrides and questions": {
        "alignment, no-common-date": (
            "`standoff compare` cannot match the dates of two scenarios",
            "choose another `--align`",
        ),
        "answer": ("`standoff tripwires` is asked about something that is not an answer", "name an outcome"),
        "axis": ("an axis of `standoff map` is not a number that can be varied", "name a parameter and a range"),
        "contradiction": (
            "a value is set twice, or a change lies inside a part that is switched off",
            "keep one of the changes",
        ),
        "draws, no-range, nothing-drawn, num-draws, seed, workers": (
            "the number of draws, the seed or the workers are impossible, or no parameter has a range",
            "change the option, or give parameters a range",
        ),
        "no-bargaining": ("the scenario has no bargaining stage", "ask another question"),
        "no-window": ("no decision of the scenario is likely to reach the milestone", "choose another milestone"),
        "window-too-large": (
            "too many tracks change where a side could strike to attribute the change to each",
            "merge tracks, or set fewer belief points",
        ),
        "override": ("`--set` is not of the form `name=value`", "write it like `escort_cost=0.02`"),
        "payment": ("a side payment is not positive, or is given twice", "give distinct positive sizes"),
        "switch-off": ("a part cannot be switched off", "switch off what needs it first"),
        "target-date": ("the date of a target is outside the forecast", "choose an earlier date"),
        "unknown-name": ("there is no such parameter", "use the suggested name"),
        "unknown-path": ("a path of `--set` does not exist", "use the suggested name"),
        "unknown-scenario": ("no scenario of the catalogue and no file has this name", "see `standoff list`"),
        "unknown-target": ("the scenario has no such outcome, milestone or date", "use the suggested name"),
        "variant": ("a variant of `standoff whatif` is missing, empty or repeated", "give each variant one change"),
    },
    "Commands, files and clusters": {
        "bad-label": ("a name cannot be read by a model checker", "use letters, digits and `_`"),
        "bad-layer, bad-value": ("an option of a submodel is invalid", "see the help of the command"),
        "bad-time": ("an interval is not of the form `15m`", "write a number with `s`, `m` or `h`"),
        "cannot-write": ("a file cannot be written", "choose another path"),
        "chain-too-large": (
            "the exported Markov chain would have more than a million states, or more than can be numbered",
            "use fewer belief points",
        ),
        "cluster-unreachable, cluster-worker, ray-address": (
            "the Ray cluster does not answer, or a worker fails",
            "check the address, and that the workers have the same version",
        ),
        "endless-tree": ("a game that continues without end has no finite tree", "export it without `continues`"),
        "file-exists": ("the command does not overwrite an existing file", "choose another path"),
        "missing-extra": ("an optional package is not installed", "run the command that the message shows"),
        "missing-option": ("an option needs another option", "add the option that the message names"),
        "no-solution, unsure-probabilities": (
            "a draw of an ensemble was not solved, or not accurately enough",
            "see why in `failures` of the JSON output",
        ),
        "run-folder": ("the folder of an ensemble is damaged or holds something else", "choose another folder"),
        "game-too-large": (
            "a solve would need more than half of the memory that is available",
            "shorten the horizon, or use fewer tracks, levels or belief points",
        ),
        "tree-too-large": ("the exported tree would have too many nodes", "shorten the horizon"),
        "unknown-executor, unknown-format, unknown-part": ("an option has no such value", "use the suggested value"),
        "renamed": ("a command or option of an earlier version has another name now", "use the present name"),
    },
    "Updates": {
        "background-rate, confidence, probability, reporting-rate": (
            "a number of an observation or of the reporting model is invalid",
            "write a number in the range that the message gives",
        ),
        "confusion-matrix": ("a file or table does not hold a confusion matrix", "give `types` and `counts`"),
        "crisis-over": ("the crisis has ended, so no scenario can continue it", "start a new scenario"),
        "impossible-reports": (
            "what was reported or is known has probability 0 in the scenario",
            "correct the reports, or extend the scenario",
        ),
        "no-update": ("the run is not an update", "choose another run"),
        "too-many-reports": ("one period has too many reports to weigh against each other", "join or exclude reports"),
        "unknown-event, unknown-event-type": ("there is no such event or PLOVER type", "use the suggested name"),
        "unmeasured-type": ("the coder was not measured on an event type", "confirm the event in a review"),
        "update-date": (
            "the date of an update is outside the forecast, or no period starts on it",
            "choose another date",
        ),
    },
    "Reviews": {
        "missing-author": ("the author of a review is missing", "give `--author`"),
        "nothing-corrected": ("a correction changes nothing", "correct a field, or accept the event"),
        "one-event": ("a single event cannot be joined", "name two or more events"),
        "review-file": ("a file holds no reviews, or reviews of another scenario", "export the reviews again"),
        "review-stale": ("an event is no longer coded as the file of reviews says", "export the reviews again"),
        "unknown-model-event": ("the event is not in the model, or news could not report it", "use the suggested name"),
        "verdict": ("the verdict of a review is invalid or contradicts its corrections", "use a verdict of the list"),
    },
    "The store: what is given to it": {
        "batch-unwritten": ("some records of a batch were not written", "correct the records that the message names"),
        "quote-elsewhere": ("a quotation is not at the position that its span gives", "code the document again"),
        "store-address": ("the store is neither a file nor a PostgreSQL URL", "give a path or a URL"),
        "unkept-character": ("a text holds U+0000 or half of a surrogate pair", "remove it"),
        "unknown-document, unknown-run, unknown-write": ("the store has no such record", "check its number"),
        "unknown-settings": ("the run was recorded by a version with other settings", "run it again"),
    },
    "The store: its state (exit code 4)": {
        "store-damaged": ("the data are damaged", "restore a backup"),
        "store-foreign": ("the file or database holds something else", "choose another store"),
        "store-full": ("the disk is full", "free some space"),
        "store-locked": ("another program is writing to the store", "try again"),
        "store-missing": ("the database has no tables yet", "create them as the message says"),
        "store-newer, store-older": ("the tables belong to another version of standoff", "follow the message"),
        "store-read-only": ("the file or the user's rights do not allow writing", "check the permissions"),
        "store-unreachable": ("the file cannot be opened, or the server does not answer", "check path, URL and server"),
    },
    "Reading documents": {
        "bad-address": ("an address is not a web address that can be read", "give an `https` address"),
        "bad-encoding-name, unknown-encoding, wrong-encoding": (
            "the encoding of a text is unknown or wrong",
            "save it as UTF-8, or name its encoding",
        ),
        "bad-json, missing-text, text-too-long": (
            "a line of a JSON Lines file is not JSON, has no text, or has too long a text",
            "correct the line",
        ),
        "bad-proxy": ("the proxy of the environment cannot be used", "correct the setting of the proxy"),
        "binary-file, not-a-feed, unsupported-type": (
            "the source is not a text, page, feed or PDF",
            "give another source",
        ),
        "cannot-read, no-such-file, not-a-file, unreadable": (
            "a file cannot be read",
            "check its path and permissions",
        ),
        "cut-off, http-status, too-slow, unreachable": (
            "the server does not answer, answers with an error, or too slowly",
            "open the address in a browser, or try again",
        ),
        "encrypted-pdf": ("the PDF needs a password", "save it without a password"),
        "entity-declaration": ("the XML declares entities, which is unsafe", "ask for a feed without entities"),
        "no-article, no-text": ("the page or PDF contains no text", "save its text to a file"),
        "private-address": ("the address leads into a private network", "save the page to a file"),
        "too-large, too-many-documents": ("the source is too large or holds too many documents", "split it"),
        "too-many-redirects": ("the address redirects too often", "give the final address"),
    },
    "Coding of news": {
        "code-request": ("`standoff code` has nothing to code, or options that do not go together", "see its help"),
        "llm-answer, llm-status": ("the model or its server gives an invalid answer", "try again, or another model"),
        "llm-key": ("the server refuses the key", "check the key"),
        "llm-no-schema": ("the server does not support structured output", "use another server or model"),
        "llm-redirect": ("the server redirects the request, which would reveal the key", "give the final address"),
        "llm-settings": ("a setting of the language model is missing or invalid", "see the help of `standoff code`"),
        "llm-slow, llm-unreachable": ("the server does not answer in time", "check the server, or try again"),
        "not-coded": ("the coder failed before it came to the document", "code the document again"),
        "unknown-coder": ("there is no such coder", "use the suggested name"),
        "unknown-encoder, unknown-model": ("an installed model is not the one that coding needs", "install that model"),
    },
}
"""Title -> codes, joined by commas -> when the error occurs, and one thing to do."""


def list_codes() -> set[str]:
    """Return every code of the tables and of the examples."""
    joined = [codes for group in GROUPS.values() for codes in group]
    return {code for codes in joined for code in codes.split(", ")} | set(read_examples())


def read_examples() -> dict[str, tuple[str, str]]:
    """Return an example message and its help for every code in the faulty scenario files of the tests."""
    shown: dict[str, tuple[str, str]] = {}
    for path in sorted((ROOT / "tests" / "unit" / "scenario" / "bad").glob("*.expected")):
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(
            r"^\S+?:(?:\d+:)? ([a-z0-9-]+): (.*)\n(?:  at: .*\n)?(?:  help: (.*))?", text, re.MULTILINE
        ):
            shown.setdefault(found[1], (found[2], found[3] or ""))
    return shown


@part("faults")
def write_examples() -> str:
    """Return the table of every error of the faulty scenario files, as a user sees it."""
    shown = read_examples()
    return table(("code", "example", "help"), [(f"`{code}`", *shown[code]) for code in sorted(shown)])


@part("codes")
def write_codes() -> str:
    """Return the tables of all other codes."""
    texts = []
    for title, group in GROUPS.items():
        rows = [
            (", ".join(f"`{code}`" for code in codes.split(", ")), when, advice)
            for codes, (when, advice) in group.items()
        ]
        texts.append(f"## {title}\n\n{table(('code', 'when', 'what to do'), rows)}\n")
    return "\n".join(texts)
