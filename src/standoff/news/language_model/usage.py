"""What asking a model came to: requests, tokens, cost, and what was rejected of its answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Usage"]


@dataclass(frozen=True)
class Usage:
    """Counts over any number of documents; tallies add up.

    Attributes:
        num_requests: Questions that a server answered with success.
        num_retries: Attempts that failed and were made again.
        num_cached: Questions that the cache answered.
        num_prompt_tokens: Tokens of the questions, as the server counts them.
        num_answer_tokens: Tokens of the answers.
        num_unmetered: Answers of a server that did not say how many tokens they took; the counts are too low by theirs.
        rejected: Events and claims that were not taken, by the reason.
        dropped: Details that were left out of events and claims that were taken, by the reason.
    """

    num_requests: int = 0
    num_retries: int = 0
    num_cached: int = 0
    num_prompt_tokens: int = 0
    num_answer_tokens: int = 0
    num_unmetered: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Usage) -> Usage:
        """Both together."""
        return Usage(
            num_requests=self.num_requests + other.num_requests,
            num_retries=self.num_retries + other.num_retries,
            num_cached=self.num_cached + other.num_cached,
            num_prompt_tokens=self.num_prompt_tokens + other.num_prompt_tokens,
            num_answer_tokens=self.num_answer_tokens + other.num_answer_tokens,
            num_unmetered=self.num_unmetered + other.num_unmetered,
            rejected=dict(Counter(self.rejected) + Counter(other.rejected)),
            dropped=dict(Counter(self.dropped) + Counter(other.dropped)),
        )

    def cost(self, prompt_price: float | None, answer_price: float | None) -> float | None:
        """What the answers cost.

        Args:
            prompt_price: Price of a million tokens of questions, in any currency.
            answer_price: Price of a million tokens of answers, in the same.

        Returns:
            The cost; None where a price is not known, or an answer was not metered.

        Examples:
            >>> Tally(num_requests=1, num_prompt_tokens=2_000_000, num_answer_tokens=100_000).cost(1.5, 10.0)
            4.0
        """
        if prompt_price is None or answer_price is None or self.num_unmetered:
            return None
        return (self.num_prompt_tokens * prompt_price + self.num_answer_tokens * answer_price) / 1_000_000

    def document(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "requests": self.num_requests,
            "retries": self.num_retries,
            "cached": self.num_cached,
            "prompt_tokens": self.num_prompt_tokens,
            "answer_tokens": self.num_answer_tokens,
            "unmetered": self.num_unmetered,
            "rejected": dict(self.rejected),
            "dropped": dict(self.dropped),
        }
