"""Options that say which language model codes the news; `news_options.CoderName` says whether one does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.errors import InputError, Problem

if TYPE_CHECKING:
    from standoff.news.coder import Coder

__all__ = ["ModelAddress", "ModelCache", "ModelName", "ModelPrices", "ModelSeconds", "open_coder_named"]

ModelAddress = Annotated[
    str | None,
    typer.Option(
        "--llm-url",
        metavar="URL",
        help="The server, such as https://llm.example/v1, instead of what STANDOFF_LLM_URL names. The key is read from "
        "STANDOFF_LLM_KEY alone.",
    ),
]
ModelName = Annotated[
    str | None,
    typer.Option("--llm-model", metavar="NAME", help="The model, instead of what STANDOFF_LLM_MODEL names."),
]
ModelCache = Annotated[
    Path | None,
    typer.Option(
        "--llm-cache", metavar="DIR", help="A folder for its answers, instead of one in your folder for caches."
    ),
]
ModelPrices = Annotated[
    tuple[float, float] | None,
    typer.Option(
        "--llm-prices", metavar="IN OUT", help="Prices of a million tokens of questions and of answers; tells the cost."
    ),
]
ModelSeconds = Annotated[
    float | None, typer.Option("--llm-seconds", metavar="N", help="Most seconds for one answer, instead of 120.")
]


def open_coder_named(
    name: str,
    *,
    address: str | None = None,
    model: str | None = None,
    cache: Path | None = None,
    prices: tuple[float, float] | None = None,
    seconds: float | None = None,
) -> Coder:
    """Open the coder that options name.

    Raises:
        InputError: There is no such coder, its settings make no sense, or it is not the one that they are of.
        MissingExtraError: What it needs is not installed.
    """
    from standoff.news.coders import CODERS, open_coder

    if name != "llm":
        options = ("--llm-url", address), ("--llm-model", model), ("--llm-cache", cache), ("--llm-prices", prices)
        given = [option for option, value in (*options, ("--llm-seconds", seconds)) if value is not None]
        if given and name in CODERS:
            message = f"`{given[0]}` says something to a language model, and the coder is `{name}`"
            raise InputError(Problem("llm-settings", message, help="add `--coder llm`, or leave it out"))
        return open_coder(name)
    from standoff.extras import import_extra

    import_extra("platformdirs", "llm", "asking a language model")
    from standoff.news.language_model import load_language_model

    prompt_price, answer_price = prices or (None, None)
    return open_coder(
        name,
        language_model=load_language_model(
            address=address,
            model=model,
            cache_folder=cache,
            seconds=seconds,
            prompt_price=prompt_price,
            answer_price=answer_price,
        ),
    )
