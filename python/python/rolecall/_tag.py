"""The answer for one posting."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rolecall._rolecall import _Answer

#: Roles of the ranking that are shown in a notebook.
SHOWN_ROLES = 5


@dataclass(frozen=True)
class RankedRole:
    """A role with the score of a posting for it."""

    #: The id, such as ``trainer``.
    role: str
    #: The official name.
    name: str
    #: The id of the tier.
    tier: str
    #: Points, comparable between roles of one posting only.
    score: float
    #: The probability of the role if the posting is in scope, 0 to 1.
    probability: float


@dataclass(frozen=True)
class Evidence:
    """A term that spoke for the closest role."""

    #: The word as people read it.
    term: str
    #: What it gave to the score.
    points: float
    #: How often the title holds it.
    in_title: int
    #: How often the text holds it.
    in_text: int


@dataclass(frozen=True)
class Gate:
    """A condition of the scope."""

    #: What it is about, such as ``domain``.
    name: str
    #: The probability that it holds, 0 to 1.
    probability: float


@dataclass(frozen=True)
class TitleAlone:
    """What the title of a posting says by itself."""

    #: The probability that the posting hires for any of the roles, as far as the title tells, 0 to 1.
    scope: float
    #: How much of the scope it is, above 0 and up to 1: all of it where there is no text.
    share: float


@dataclass(frozen=True)
class Neighbour:
    """An occupation that looks like a role but is out of scope."""

    #: The id, such as ``bedside-nurse``.
    id: str
    #: Its score, comparable to those of the roles.
    score: float


@dataclass(frozen=True)
class Tag:
    """Which role a posting hires for, and why."""

    #: The id of the role, or ``none``.
    role: str
    #: The id of its tier, or ``none``.
    tier: str
    #: The probability that the answer is right, 0 to 1.
    confidence: float
    #: The probability that the posting hires for any of the roles, 0 to 1.
    scope: float
    #: Every role with its score, the best first: as many as the taxonomy has.
    ranking: tuple[RankedRole, ...]
    #: The strongest terms of the closest role, at most 8.
    evidence: tuple[Evidence, ...]
    #: The role with the highest score, whatever the scope; nothing if no word is known.
    closest_role: str | None
    #: The official name of the role, if the posting is in scope.
    role_name: str | None = None
    #: The heading of the tier, if the posting is in scope.
    tier_name: str | None = None
    #: The conditions of the scope: all must hold.
    gates: tuple[Gate, ...] = ()
    #: The neighbour with the highest score, if any scored.
    nearest_neighbour: Neighbour | None = None
    #: The share of the posting's words that are known, 0 to 1.
    words_known: float = 0.0
    #: Whether confidence and scope were fitted to labelled postings.
    is_calibrated: bool = True
    #: The title that was read.
    title: str = ""
    #: What the title says by itself, where the text has few words.
    title_alone: TitleAlone | None = None
    #: The name of the taxonomy, such as ``onc``.
    taxonomy: str = field(default="", repr=False)

    @classmethod
    def _of(cls, answer: _Answer) -> Tag:
        neighbour, alone = answer["nearest_neighbour"], answer["title_alone"]
        return cls(
            role=answer["role"],
            tier=answer["tier"],
            confidence=answer["confidence"],
            scope=answer["scope"],
            ranking=tuple(RankedRole(**ranked) for ranked in answer["ranking"]),
            evidence=tuple(Evidence(**term) for term in answer["evidence"]),
            closest_role=answer["closest_role"],
            role_name=answer["role_name"],
            tier_name=answer["tier_name"],
            gates=tuple(Gate(*gate) for gate in answer["gates"]),
            nearest_neighbour=None if neighbour is None else Neighbour(*neighbour),
            words_known=answer["words_known"],
            is_calibrated=answer["is_calibrated"],
            title=answer["title"],
            title_alone=None if alone is None else TitleAlone(*alone),
            taxonomy=answer["taxonomy"],
        )

    def __repr__(self) -> str:
        evidence = " ".join(f"{term.term}:{term.points:.2f}" for term in self.evidence)
        return (
            f"<rolecall.Tag: {self.role} ({self.tier}), confidence {self.confidence:.2f}, "
            f"scope {self.scope:.2f}, evidence {evidence or 'none'}>"
        )

    def _repr_html_(self) -> str:
        """Shows the answer in a notebook."""
        gates = " and ".join(f"{gate.name} {gate.probability:.2f}" for gate in self.gates)
        name = self.role_name or f"not one of the roles of {self.taxonomy}"
        facts = [
            ("posting", self.title or "(no title)", ""),
            ("role", self.role, name),
            ("tier", self.tier, self.tier_name or ""),
            ("confidence", f"{self.confidence:.2f}", "" if self.is_calibrated else "uncalibrated"),
            ("scope", f"{self.scope:.2f}", gates),
        ]
        rows = [
            f"<tr><th>{escape(key)}</th><td><b>{escape(value)}</b> {escape(more)}</td></tr>"
            for key, value, more in facts
        ]
        shown = self.ranking[:SHOWN_ROLES] if self.closest_role else ()
        bars = [
            f"<tr><td>{escape(ranked.role)}</td><td>{ranked.score:.2f}</td>"
            f'<td><meter min="0" max="1" value="{ranked.probability:.4f}"></meter> '
            f"{ranked.probability:.2f}</td></tr>"
            for ranked in shown
        ]
        evidence = ", ".join(f"{escape(e.term)} {e.points:.2f}" for e in self.evidence)
        return (
            f"<table>{''.join(rows)}</table>"
            f"<table><tr><th>role</th><th>score</th><th>probability in scope</th></tr>"
            f"{''.join(bars)}</table>"
            f"<p>evidence: {evidence or 'none'}</p>"
        )
