"""Write the generated parts of the documents: between `<!-- generated: NAME -->` and `<!-- end -->`, and the pictures.

    python docs/generate.py             write them
    python docs/generate.py --check     change nothing; exit 1 if something is out of date
    python docs/generate.py --cheap     only what needs no solving

Every number in the documents that comes out of a solve is written here. Such numbers differ in their last digits from
machine to machine, so `--check` compares them loosely: the words must be the same, numbers in per cent may differ by one,
other numbers are not looked at. What needs no solving must be the same to the letter.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
MARK = re.compile(r"(<!-- generated: ([a-z0-9 -]+) -->\n).*?(<!-- end -->)", re.DOTALL)
NUMBER = re.compile(r"[<>]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?(?:[ \u00a0]%)?")
WIDTH = 120
PICTURE = DOCS / "images" / "iran-us-2026.svg"
INK, RULE, PAPER = "#1f2328", "#c4c9d0", "#ffffff"
WEEKS = (1, 2, 4, 8, 13, 26)

parts: dict[str, Callable[..., str]] = {}
"""What writes each part; a name in a document may be followed by arguments."""
solved_parts: set[str] = set()
"""The parts that need a solve."""


def part(name: str, *, is_solved: bool = False) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Register what writes a part."""

    def register(write: Callable[..., str]) -> Callable[..., str]:
        parts[name] = write
        if is_solved:
            solved_parts.add(name)
        return write

    return register


# --- comparing and writing ---------------------------------------------------------------------------------------------


def documents() -> list[Path]:
    """Every document of the project, sorted."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def alike(first: str, second: str) -> bool:
    """Whether two texts say the same, up to spaces, to one per cent, and to numbers that are not in per cent."""
    first, second = (re.sub(r"[ \t\u00a0]+", " ", text).strip() for text in (first, second))
    if NUMBER.sub("#", first) != NUMBER.sub("#", second):
        return False
    pairs = zip(NUMBER.findall(first), NUMBER.findall(second), strict=True)
    return all(a.endswith("%") == b.endswith("%") and abs(_percent(a) - _percent(b)) <= 1 for a, b in pairs)


def _percent(text: str) -> float:
    """A number in per cent, 0 for any other number."""
    if not text.endswith("%"):
        return 0.0
    return {"<": 0.0, ">": 100.0}.get(text[0]) or float(text.rstrip(" \u00a0%").strip("<>"))


def renewed(text: str, *, cheap: bool = False) -> Iterator[tuple[str, str, str]]:
    """Yield each generated part of a document: its name, what is there, what should be there."""
    for found in MARK.finditer(text):
        name, *arguments = found[2].split()
        if not (cheap and name in solved_parts):
            yield found[2], found[0], f"{found[1]}{parts[name](*arguments).strip()}\n{found[3]}"


def stale(*, cheap: bool = False) -> list[str]:
    """The parts that are out of date, as `file: name`."""
    found = []
    for path in documents():
        for name, old, new in renewed(path.read_text(encoding="utf-8"), cheap=cheap):
            same = alike(old, new) if name.split()[0] in solved_parts else old == new
            if not same:
                found.append(f"{path.relative_to(ROOT)}: {name}")
    if not cheap and not (PICTURE.exists() and alike(_words(PICTURE.read_text(encoding="utf-8")), _words(picture()))):
        found.append(str(PICTURE.relative_to(ROOT)))
    return found


def write(*, cheap: bool = False) -> None:
    """Write every part."""
    for path in documents():
        text = before = path.read_text(encoding="utf-8")
        for _, old, new in renewed(text, cheap=cheap):
            text = text.replace(old, new)
        if text != before:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    if not cheap:
        PICTURE.write_text(picture(), encoding="utf-8")


def table(header: tuple[str, ...], rows: list[tuple[str, ...]], right: int = 0) -> str:
    """A Markdown table whose last `right` columns are set to the right."""
    rule = [*["---"] * (len(header) - right), *["---:"] * right]
    lines = [header, tuple(rule), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


# --- solving -----------------------------------------------------------------------------------------------------------


@cache
def solved(name: str, *overrides: str) -> Any:
    """A solved scenario, each once."""
    import standoff

    return standoff.load(name, overrides=overrides).solve()


def odds(solution: Any, name: str, units: float) -> float:
    """Odds of an outcome or milestone, or of no end (`unresolved`), after so many units of time."""
    forecast = solution.forecast()
    period = round(units / solution.scenario.period.length) - 1
    if name == "unresolved":
        return float(forecast.unresolved[period])
    series = next(series for series in (*forecast.outcomes, *forecast.milestones) if series.name == name)
    return float(series.cumulative[period])


def percent(probability: float) -> str:
    """A probability as the command line writes it."""
    from standoff.cli.drawing import percent as written

    return written(probability)


def run_command(command: str) -> str:
    """What a `standoff` command prints, on lines of a fixed width."""
    code = "import sys; from standoff.cli.app import main; sys.argv[0] = 'standoff'; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *command.split()[1:]],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": str(WIDTH), "NO_COLOR": "1"},
    )
    return done.stdout


def excerpt(command: str, *wanted: tuple[str, str]) -> str:
    """A console block with some stretches of what a command prints.

    Args:
        command: The command.
        wanted: The first and last line of each stretch, told by how they begin.
    """
    lines = [line.rstrip() for line in run_command(command).splitlines()]
    shown = [f"$ {command}"]
    place = 0
    for first, last in wanted:
        start = next(k for k in range(place, len(lines)) if lines[k].strip().startswith(first))
        end = next(k for k in range(start, len(lines)) if lines[k].strip().startswith(last))
        shown += [*(["..."] if start > place else []), *lines[start : end + 1]]
        place = end + 1
    if place < len(lines):
        shown.append("...")
    return "```console\n" + "\n".join(shown) + "\n```"


# --- what the documents show -------------------------------------------------------------------------------------------


@part("version")
def version_part() -> str:
    """The version."""
    from standoff import __version__

    return f"Version {__version__}."


@part("readme-run", is_solved=True)
def readme_run() -> str:
    """The command line's answer to the first command."""
    return excerpt(
        "standoff run iran-us-2026",
        ("United States and Iran", "Rounds of negotiation after a strike"),
        ("Length of the crisis", "Length of the crisis"),
        ("What each side would do now", "send the fleet home"),
        ("Certificate", "branch principal"),
    )


@part("tutorial-run", is_solved=True)
def tutorial_run() -> str:
    """The starter's forecast."""
    with_starter = _starter()
    block = excerpt(
        f"standoff run {with_starter}",
        ("A border crisis", "Talks open"),
        ("Length of the crisis", "Length of the crisis"),
        ("What each side would do now", "give up"),
        ("Certificate", "branch principal"),
    )
    return block.replace(with_starter, "crisis.yaml")


@part("tutorial-change", is_solved=True)
def tutorial_change() -> str:
    """The starter's forecast with one number changed."""
    with_starter = _starter()
    block = excerpt(f"standoff run {with_starter} --set war_cost=0.7", ("A border crisis", "Talks open"))
    return block.replace(with_starter, "crisis.yaml")


@cache
def _starter() -> str:
    import tempfile

    from standoff.workbench import write_starter

    path = Path(tempfile.mkdtemp()) / "crisis.yaml"
    write_starter(path)
    return str(path)


@part("odds", is_solved=True)
def odds_part(name: str) -> str:
    """Odds of every outcome and milestone of a catalogue scenario."""
    solution = solved(name)
    forecast = solution.forecast()
    period = solution.scenario.period
    units = [u for u in WEEKS if u <= period.horizon] + ([period.horizon] if period.horizon not in WEEKS else [])
    header = ("", *(f"{period.unit} {u:g}" for u in units))
    rows = [
        (label, *(percent(odds(solution, key, u)) for u in units))
        for key, label in (
            *((series.name, series.label) for series in forecast.outcomes),
            ("unresolved", forecast.unresolved_label),
            *((series.name, f"*{series.label}*") for series in forecast.milestones),
        )
    ]
    return table(header, rows, right=len(units))


@part("packages", is_solved=True)
def packages_part(name: str) -> str:
    """What an agreement is made of by the horizon."""
    solution = solved(name)
    deal = next(series for series in solution.forecast().outcomes if series.parts)
    rows = [(part.label, percent(part.cumulative[-1])) for part in deal.parts]
    return table(("package", "odds by the horizon"), rows, right=1)


@part("by-type", is_solved=True)
def by_type_part(name: str) -> str:
    """Odds by the horizon given each true type."""
    forecast = solved(name).forecast()
    columns = [f"{player}: {player_type}" for player, player_type, _ in forecast.outcomes[0].by_type]
    rows = [
        (series.label, percent(series.cumulative[-1]), *(percent(known[-1]) for _, _, known in series.by_type))
        for series in forecast.outcomes
    ]
    return table(("by the horizon", "as known now", *columns), rows, right=len(columns) + 1)


@part("certificate", is_solved=True)
def certificate_part(name: str) -> str:
    """The certificate of a catalogue scenario."""
    c = solved(name).equilibrium.certificate
    rows = [
        ("residual", f"{c.residual:.1e}"),
        ("regret", f"{c.regret:.2g}"),
        ("belief points", " x ".join(map(str, c.belief_points))),
        ("error of odds", f"{c.belief_error:.1e}"),
        ("consistency gap", f"{c.consistency_gap:.1e}"),
        ("nodes", f"{c.nodes:,}"),
        ("proved unique", f"{c.unique:,}"),
        ("traced from rationality 0", f"{c.traced:,}"),
        ("folds", f"{c.folds:,}"),
    ]
    return table(("", "value"), rows, right=1)


@part("half-period", is_solved=True)
def half_period(name: str) -> str:
    """Odds by date with the period of the file and with half of it."""
    whole, half = solved(name), solved(name, "period.length=0.5")
    forecast = whole.forecast()
    period = whole.scenario.period
    keys = [(series.name, series.label) for series in (*forecast.outcomes, *forecast.milestones)]
    units = [u for u in (4, 8, 13, 26) if u <= period.horizon]
    rows = [
        (label, *(f"{percent(odds(whole, key, u))}, {percent(odds(half, key, u))}" for u in units)) for key, label in keys
    ]
    every = range(1, int(period.horizon) + 1)
    gap = max(abs(odds(whole, key, u) - odds(half, key, u)) for key, _ in keys for u in every)
    note = f"The largest difference at the end of any {period.unit} is {100 * gap:.1f} percentage points."
    means = [s.forecast().mean_duration * s.scenario.period.length for s in (whole, half)]
    note += f"\nThe mean length is {means[0]:.1f} {period.unit}s against {means[1]:.1f}."
    return table(("", *(f"{period.unit} {u}" for u in units)), rows, right=len(units)) + "\n\n" + note


@part("parameters")
def parameters_part(name: str) -> str:
    """Parameters with their sources."""
    from standoff.workbench import load

    rows = []
    for key, parameter in load(name).scenario.parameters.items():
        spread = f"{parameter.range[0]:g} to {parameter.range[1]:g}" if parameter.range else ""
        said = [f"[{e.document}](#documents), {e.place}: {e.says}." for e in parameter.evidence]
        said += [f"Judgement: {parameter.judgement}"] if parameter.judgement else []
        label = f"`{key}`" + (f"<br>{parameter.label}" if parameter.label else "")
        rows.append((label, str(parameter.value), spread, parameter.unit or "", "<br>".join(said)))
    return table(("parameter", "value", "range", "unit", "where it is from"), rows)


@part("coverage")
def coverage_part(name: str) -> str:
    """How many numbers have a source."""
    from standoff.workbench import load

    counts = load(name).coverage.counts
    return (
        f"{counts['evidence']} parameters have evidence, {counts['judgement']} rest on judgement alone, "
        f"{counts['none']} have no source."
    )


@part("documents")
def documents_part(name: str) -> str:
    """Documents that evidence points to."""
    from standoff.workbench import load

    rows = [
        (
            f"`{key}`",
            f"[{document.title}]({document.url})" if document.url else document.title,
            ", ".join(filter(None, (document.author, document.publisher))),
            f"{document.date}" + (" (written later)" if document.retrospective else ""),
            document.rating or "",
        )
        for key, document in load(name).scenario.documents.items()
    ]
    return table(("id", "title", "by", "date", "rating"), rows)


# --- the behaviour of the first scenario -------------------------------------------------------------------------------

SHORT_AGENDA = (
    "agenda.packages=[{nuclear: capped, missiles: untouched, proxies: unchanged},"
    "{nuclear: strict, missiles: untouched, proxies: unchanged},"
    "{nuclear: capped, missiles: untouched, proxies: reduced},"
    "{nuclear: strict, missiles: untouched, proxies: reduced}]"
)
AT = 8
"""The week at which the behaviour checks look."""


def _move(solution: Any, stage: str, player_type: str, action: str) -> float:
    moves = solution.forecast().first_moves
    return float(next(m for m in moves if (m.stage, m.player_type) == (stage, player_type)).strategy[action])


@part("behaviour", is_solved=True)
def behaviour_part() -> str:
    """What changes when one number of the first scenario changes."""
    name = "iran-us-2026"
    base = solved(name)
    changes = (
        ("as in the file", ()),
        ("partners' defence ready from the start", ("state.shield.start=ready",)),
        ("Iran without missiles", ("missile_stock=0",)),
        ("missiles off the agenda", (SHORT_AGENDA,)),
        ("fleet five times as dear", ("fleet_cost=0.02",)),
        ("Iran more patient", ("iran_discount=0.999",)),
        ("Iran less patient", ("iran_discount=0.97",)),
        ("Iran thought more hardline", ("hardline_prior=0.8",)),
    )
    keys = ("deal", "capitulation", "withdrawal", "strike", "regional_war")
    rows = []
    for label, overrides in changes:
        solution = solved(name, *overrides)
        shown = "`" + overrides[0].partition("=[")[0] + "`" if overrides else ""
        rows.append(
            (
                label + (f" ({shown})" if shown else ""),
                *(percent(odds(solution, key, AT)) for key in keys),
                percent(_move(solution, "pressure", "resolved", "strike")),
            )
        )
    header = (f"by week {AT}", "deal", "capitulation", "withdrawal", "first strike", "regional war", "a resolved US strikes now")
    told = []
    for cost in (0.0, base.scenario.parameter_values()["audience_cost"], 0.5):
        first = next(m for m in solved(name, f"audience_cost={cost:g}").forecast().first_moves if m.stage == "pressure")
        told.append((f"{cost:g}", percent(first.posteriors["threaten"])))
    ultimatum = table(("`audience_cost`", "belief that the US is resolved, after an ultimatum"), told, right=2)
    return table(header, rows, right=6) + "\n\n" + ultimatum


@part("patience", is_solved=True)
def patience_part() -> str:
    """How each Iranian type answers each package that the US puts on the table, at three discounts."""
    name = "iran-us-2026"
    answers = [_answers(solved(name, *change)) for change in (("iran_discount=0.97",), (), ("iran_discount=0.999",))]
    rows = [
        (label, player_type, *(f"{100 * answer[label, player_type][0]:.1f}, {100 * answer[label, player_type][1]:.1f}" for answer in answers))
        for label, player_type in answers[1]
        if answers[1][label, player_type][0] > 0
    ]
    return table(("package", "type", "discount 0.97", "as in the file", "discount 0.999"), rows, right=3)


def _answers(solution: Any) -> dict[tuple[str, str], tuple[float, float]]:
    """Chances of accepting and of letting slip, by package and Iranian type, with all else as at the start."""
    from standoff.solve.sample import layer_strategy

    game = solution.equilibrium.game
    number, layer = next((k, lay) for k, lay in enumerate(game.epochs[0].layers) if lay.name == "round_answer")
    tracks = solution.scenario.state
    wanted = {key: track.levels.index(track.start) for key, track in tracks.items()}
    wanted |= {"talks": tracks["talks"].levels.index("rounds"), "proposer": 1}
    iran = next(player for player in game.players if player.name == "iran")
    found = {}
    for state, levels in enumerate(layer.levels):
        row = dict(zip(layer.fields, map(int, levels), strict=True))
        if row["package"] == 0 or any(row[key] != level for key, level in wanted.items()):
            continue
        strategies, _ = layer_strategy(solution.equilibrium, 0, number, state, game.prior_belief)
        own = range(layer.action_start[state], layer.action_start[state + 1])
        names = [layer.action_names[layer.action_label[action]] for action in own]
        label = game.label(game.packages[row["package"] - 1])
        for h, player_type in enumerate(iran.player_types):
            chances = dict(zip(names, map(float, strategies[h]), strict=True))
            found[label, player_type] = chances["accept"], chances["slip"]
    return found


@part("hardline", is_solved=True)
def hardline_part() -> str:
    """Odds of a deal, by package, and of capitulation under three priors."""
    name = "iran-us-2026"
    solutions = [solved(name, *change) for change in (("hardline_prior=0.4",), (), ("hardline_prior=0.8",))]
    forecasts = [solution.forecast() for solution in solutions]
    horizon = solutions[0].scenario.period.horizon
    by_package = [
        {inner.label: float(inner.cumulative[-1]) for inner in next(s for s in f.outcomes if s.parts).parts} for f in forecasts
    ]
    rows = [
        (label, *(percent(found.get(label, 0.0)) for found in by_package)) for label in dict.fromkeys(k for d in by_package for k in d)
    ]
    for label, keys in (("any deal", ["deal"]), ("capitulation", ["capitulation"]), ("both together", ["deal", "capitulation"])):
        rows.append((f"**{label}**", *(percent(sum(odds(s, key, horizon) for key in keys)) for s in solutions)))
    return table(("by the horizon", "prior 0.4", "as in the file", "prior 0.8"), rows, right=3)


# --- reference ---------------------------------------------------------------------------------------------------------


@part("cli")
def cli_part() -> str:
    """Every command with its arguments and options, from the help of the program itself."""
    import typer

    from standoff.cli.app import app

    def told(path: str, command: Any) -> Iterator[str]:
        yield f"## `{path}`\n\n{(command.help or '').strip()}\n"
        inner = getattr(command, "commands", {})
        if inner:
            yield table(("command", "what it does"), [(f"`{path} {n}`", (c.help or "").strip()) for n, c in inner.items()]) + "\n"
        rows = [row for parameter in command.params if (row := _parameter_row(parameter))]
        if rows:
            yield table(("argument or option", "what it is", "default"), rows) + "\n"
        for name, child in inner.items():
            yield from told(f"{path} {name}", child)

    return "\n".join(told("standoff", typer.main.get_command(app)))


def _parameter_row(parameter: Any) -> tuple[str, str, str] | None:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar}`", parameter.help or "", "must be given"
    kind = "" if parameter.is_flag else " " + (parameter.metavar or "NUMBER")
    default = "" if parameter.is_flag or parameter.default is None else f"{parameter.default:g}"
    low, high = getattr(parameter.type, "min", None), getattr(parameter.type, "max", None)
    bounds = "" if low is None or high is None else f" From {low:g} to {high:g}."
    return f"`{', '.join(parameter.opts)}{kind}`", (parameter.help or "") + bounds, default


@part("schema")
def schema_part() -> str:
    """Every part of a scenario file, from the JSON Schema."""
    from standoff.scenario import json_schema

    schema = json_schema()
    definitions = schema["$defs"]
    order = ["Scenario"]
    texts = []
    while len(texts) < len(order):
        name = order[len(texts)]
        own = schema if name == "Scenario" else definitions[name]
        required = own.get("required", [])
        rows = []
        for key, field in own.get("properties", {}).items():
            order += [ref for ref in dict.fromkeys(_references(field)) if ref not in order]
            rows.append((f"`{key}`", _kind(field), _default(key, field, required), field.get("description", "")))
        heading = "The file" if name == "Scenario" else name
        text = own.get("description", "").partition("\n")[0]
        texts.append(f"## {heading}\n\n{text}\n\n{table(('field', 'kind', 'if absent', 'meaning'), rows)}\n")
    texts.append("## Event types\n\nThose of PLOVER (2021): " + ", ".join(f"`{code}`" for code in _event_codes()) + ".")
    return "\n".join(texts)


def _references(field: Any) -> Iterator[str]:
    if isinstance(field, dict):
        if "$ref" in field:
            yield field["$ref"].rsplit("/", 1)[1]
        for key, inner in field.items():
            if key != "discriminator":
                yield from _references(inner)
    elif isinstance(field, list):
        for inner in field:
            yield from _references(inner)


def _kind(field: dict[str, Any]) -> str:
    """What may stand in a field, in words."""
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        if tuple(field["enum"]) == _event_codes():
            return "[event type](#event-types)"
        return "one of " + ", ".join(f"`{value}`" for value in field["enum"])
    kinds = [inner for inner in (*field.get("anyOf", ()), *field.get("oneOf", ())) if inner.get("type") != "null"]
    if kinds:
        told = list(dict.fromkeys(map(_kind, kinds)))
        if told == ["number", "text"]:
            return "number or formula"
        return (", or " if any("→" in kind for kind in told) else " or ").join(told)
    if field.get("type") == "object":
        inner = _kind(next(iter(field.get("patternProperties", {}).values()), field.get("additionalProperties")))
        return f"name → ({inner})" if "→" in inner else f"name → {inner}"
    if field.get("type") == "array":
        if "prefixItems" in field:
            return f"list of {len(field['prefixItems'])}: {_kind(field['prefixItems'][0])}"
        return f"list of {_kind(field['items'])}"
    if field.get("type") == "string":
        return "date" if field.get("format") == "date" else "name" if "pattern" in field else "text"
    return {"integer": "whole number", "boolean": "`true` or `false`"}.get(field["type"], str(field["type"]))


def _event_codes() -> tuple[str, ...]:
    from standoff.scenario import EVENT_CODES

    return EVENT_CODES


def _default(key: str, field: dict[str, Any], required: list[str]) -> str:
    if key in required:
        return "**must be given**"
    default = field.get("default")
    if default in (None, "", [], {}) and default is not False:
        return ""
    return "as empty" if isinstance(default, dict) else f"`{str(default).lower() if isinstance(default, bool) else default}`"


@part("functions")
def functions_part() -> str:
    """The functions of formulas."""
    from standoff.scenario import SUBMODEL_FUNCTIONS
    from standoff.scenario.nodes import BUILTIN_FUNCTIONS
    from standoff.scenario.values import TIME_CONSTANTS

    submodels = [
        f"- of a submodel of kind `{kind}`: " + ", ".join(f"`{name}({', '.join(given)})`" for name, given in functions.items())
        for kind, functions in SUBMODEL_FUNCTIONS.items()
    ]
    lines = ["- built in: " + ", ".join(f"`{name}`" for name in (*BUILTIN_FUNCTIONS, "passed")), *submodels]
    lines.append("- time constants, in the unit of the file: " + ", ".join(f"`{name}`" for name in TIME_CONSTANTS))
    return "\n".join(lines)


@part("faults")
def faults_part() -> str:
    """Every fault of the test files, as a person sees it."""
    shown: dict[str, tuple[str, str]] = {}
    for path in sorted((ROOT / "tests" / "unit" / "scenario" / "bad").glob("*.expected")):
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(r"^\S+?:(?:\d+:)? ([a-z-]+): (.*)\n(?:  at: .*\n)?(?:  help: (.*))?", text, re.MULTILINE):
            shown.setdefault(found[1], (found[2], found[3] or ""))
    return table(("code", "for example", "help"), [(f"`{code}`", *shown[code]) for code in sorted(shown)])


# --- the picture -------------------------------------------------------------------------------------------------------


def picture() -> str:
    """The odds of every end by date as an SVG file that is readable on any page: it brings its own background."""
    import numpy as np

    from standoff.report.figures import Curve, chart_of_bands
    from standoff.report.timeline import Timeline

    solution = solved("iran-us-2026")
    scenario, forecast = solution.scenario, solution.forecast()
    timeline = Timeline(scenario.period.unit, scenario.period.length, scenario.num_periods, scenario.date_of_period)
    ends = [Curve(series.label, np.concatenate([[0.0], series.cumulative])) for series in forecast.outcomes]
    still_open = Curve(forecast.unresolved_label, np.concatenate([[1.0], forecast.unresolved]))
    title = "How the crisis of February 2026 between the United States and Iran ends, and when: odds of every end by date"
    svg = str(chart_of_bands(ends, still_open, timeline, name="odds", title=title).wide)
    for stand_in, colour in (("currentColor", INK), ("var(--rule)", RULE), ("var(--surface)", PAPER)):
        svg = svg.replace(stand_in, colour)
    left, top, width, height = map(float, re.search(r'viewBox="([^"]*)"', svg)[1].split())  # type: ignore[index]
    pad = 16.0
    box = f"{left - pad:g} {top - pad:g} {width + 2 * pad:g} {height + 2 * pad:g}"
    svg = re.sub(r'viewBox="[^"]*"', f'viewBox="{box}" width="{width + 2 * pad:g}" height="{height + 2 * pad:g}"', svg, count=1)
    svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"', 1)
    card = (
        f'<rect x="{left - pad + 0.5:g}" y="{top - pad + 0.5:g}" width="{width + 2 * pad - 1:g}" '
        f'height="{height + 2 * pad - 1:g}" rx="8" fill="{PAPER}" stroke="{RULE}"/>'
    )
    return svg.replace("</desc>", f"</desc>{card}", 1).strip() + "\n"


def _words(svg: str) -> str:
    """The words in an SVG file."""
    return "\n".join(re.findall(r">([^<>\s][^<>]*)<", re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)))


def main(arguments: list[str]) -> int:
    """Do what the arguments ask; return the exit code."""
    cheap = "--cheap" in arguments
    if "--check" in arguments:
        found = stale(cheap=cheap)
        sys.stdout.write("".join(f"out of date: {item} (run `make docs`)\n" for item in found))
        return 1 if found else 0
    write(cheap=cheap)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
