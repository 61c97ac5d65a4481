"""The usage of a model: requests, tokens, cost, and rejected items of its answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Usage"]


@dataclass(frozen=True)
class Usage:
    """Counts over any number of documents; usages can be added.

    Attributes:
        num_requests: Questions that the server answered.
        num_retries: Attempts that failed and were repeated.
        num_cached: Questions that the cache answered.
        num_prompt_tokens: Tokens of the questions, as the server counts them.
        num_answer_tokens: Tokens of the answers, as the server counts them.
        num_unmetered: Answers without a count of tokens; the counts above do not include them.
        rejected: Rejected events and claims, by reason.
        dropped: Details left out of accepted events and claims, by reason.
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
        """Add two usages."""
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

    def compute_cost(self, prompt_price: float | None, answer_price: float | None) -> float | None:
        """Calculate the cost of the answers.

        Args:
            prompt_price: Price of a million tokens of questions, in any currency.
            answer_price: Price of a million tokens of answers, in the same currency.

        Returns:
            The cost; None where a price is unknown or an answer has no count of tokens.

        Examples:
            >>> Usage(num_requests=1, num_prompt_tokens=2_000_000, num_answer_tokens=100_000).compute_cost(1.5, 10.0)
            4.0
        """
        if prompt_price is None or answer_price is None or self.num_unmetered:
            return None
        return (self.num_prompt_tokens * prompt_price + self.num_answer_tokens * answer_price) / 1_000_000

    def to_json(self) -> dict[str, Any]:
        """Convert to plain data."""
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
