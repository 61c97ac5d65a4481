"""The page of the gallery: the idea of each crisis, its literature, and exercises."""

from __future__ import annotations

import re

from parts.common import part


@part("gallery")
def gallery_part(name: str) -> str:
    """Write the heading, summary and literature of a crisis of the gallery."""
    from standoff.catalog.opening import load

    scenario = load(name)
    works = [
        f"- {document.author} ({document.date.year}), *{document.title}*, {document.publisher}."
        for document in scenario.documents.values()
    ]
    file = f"[{name}.yaml](../../src/standoff/catalog/gallery/{name}.yaml)"
    head, _, idea = scenario.title.partition(": ")
    lines = [f"## {head}", "", f"*{idea[0].upper()}{idea[1:]}.* The file is {file}.", "", *_sentences(scenario.summary)]
    return "\n".join([*lines, "", *works, "", "```sh", f"standoff run {name}", "```"])


@part("exercises")
def exercises_part(name: str) -> str:
    """Write the exercises of a crisis of the gallery."""
    from standoff.catalog.opening import load

    shown = []
    for exercise in load(name).exercises:
        question = [f"**{exercise.question}**", "", "```sh", exercise.command, "```"]
        shown.append("\n".join([*question, "", *_sentences(exercise.answer)]))
    return "\n\n".join(shown)


def _sentences(text: str) -> list[str]:
    """Split a text into its sentences, one a line."""
    return re.split(r"(?<=[.?!]) (?=[A-Z0-9])", " ".join(text.split()))
