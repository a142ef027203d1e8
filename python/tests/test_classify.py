"""One posting."""

from __future__ import annotations

import json
import pickle
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import rolecall

TITLE, TEXT = "EHR Trainer", "Teach nurses in class, write lesson plans and tip sheets."


def test_it_says_what_the_command_line_says(
    classifier: rolecall.Classifier, cli: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    tag = classifier.classify(title=TITLE, text=TEXT)
    said = json.loads(cli("classify", "--json", "--title", TITLE, TEXT).stdout)
    for name in ("role", "tier", "closest_role", "title", "taxonomy"):
        assert getattr(tag, name) == said[name]
    for name in ("confidence", "scope", "words_known"):
        assert getattr(tag, name) == pytest.approx(said[name], abs=5.1e-5)
    assert [ranked.role for ranked in tag.ranking] == [r["role"] for r in said["ranking"]]
    assert [ranked.score for ranked in tag.ranking] == pytest.approx(
        [r["score"] for r in said["ranking"]], abs=5.1e-5
    )
    assert [e.term for e in tag.evidence] == [e["term"] for e in said["evidence"]][:8]
    assert {gate.name for gate in tag.gates} == set(said["gates"])
    neighbour = tag.nearest_neighbour
    assert (neighbour and neighbour.id) == (said["nearest_neighbour"] or {}).get("id")


def test_the_employer_counts_as_on_the_command_line(
    classifier: rolecall.Classifier, cli: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    title, text, name = "Desktop Support Analyst", "Answer calls and mend computers.", "General Hospital"
    said = json.loads(cli("classify", "--json", "--title", title, "--employer", name, text).stdout)
    tag = classifier.classify(title, text, employer=name)
    assert tag.scope == pytest.approx(said["scope"], abs=5.1e-5)
    assert tag.scope > classifier.classify(title, text).scope
    alone = tag.title_alone
    assert alone is not None
    assert alone.scope == pytest.approx(said["title_alone"]["scope"], abs=5.1e-5)
    assert alone.share == pytest.approx(said["title_alone"]["share"], abs=5.1e-5)


def test_a_short_first_line_is_the_title(classifier: rolecall.Classifier) -> None:
    assert classifier.classify(text=f"{TITLE}\n\n{TEXT}").title == TITLE
    assert classifier.classify(text=f"{TITLE}\n\n{TEXT}").role == "trainer"


def test_it_is_shown(classifier: rolecall.Classifier) -> None:
    tag = classifier.classify(TITLE, TEXT)
    assert repr(tag).startswith("<rolecall.Tag: trainer (short-term), confidence ")
    html = tag._repr_html_()
    assert "trainer" in html and "<meter" in html
    nothing = classifier.classify("zzqx", "qqzz xxyy")
    assert nothing.closest_role is None and nothing.evidence == ()
    assert "evidence: none" in nothing._repr_html_()


def test_what_is_shown_is_escaped(classifier: rolecall.Classifier) -> None:
    html = classifier.classify("<script>alert(1)</script> & Trainer", TEXT)._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Trainer" in html


def test_the_roles_are_twelve_in_three_tiers(classifier: rolecall.Classifier) -> None:
    assert len(classifier.roles) == 12
    assert len({role.tier for role in classifier.roles}) == 3
    assert all(role.name and role.description for role in classifier.roles)
    assert repr(classifier) == "<rolecall.Classifier: onc, 12 roles>"


def test_it_can_be_pickled_and_shared(classifier: rolecall.Classifier) -> None:
    strict = rolecall.Classifier(min_confidence=0.999999)
    again = pickle.loads(pickle.dumps(strict))
    assert again.classify(TITLE, TEXT).role == strict.classify(TITLE, TEXT).role == "none"
    with ThreadPoolExecutor(4) as pool:
        roles = pool.map(lambda _: classifier.classify(TITLE, TEXT).role, range(50))
    assert set(roles) == {"trainer"}


def test_choices_and_a_corpus_of_ones_own(tmp_path: Path) -> None:
    common = rolecall.Classifier(prevalence=0.9).classify(TITLE, TEXT)
    rare = rolecall.Classifier(prevalence=0.0001).classify(TITLE, TEXT)
    assert rare.scope < common.scope
    with pytest.raises(rolecall.RolecallError, match=r"taxonomy\.toml"):
        rolecall.Classifier(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"min_confidence": 1.5}, "min_confidence: expected 0 to 1, found 1.5"),
        ({"prevalence": 0.0}, "prevalence: expected more than 0 and less than 1, found 0"),
    ],
)
def test_choices_that_make_no_sense(arguments: dict[str, float], problem: str) -> None:
    with pytest.raises(rolecall.RolecallError, match=problem):
        rolecall.Classifier(**arguments)  # type: ignore[arg-type]


def test_no_posting_is_an_error(classifier: rolecall.Classifier) -> None:
    for arguments in [(), ("", " "), (None, None)]:
        with pytest.raises(rolecall.RolecallError, match="the posting is empty; give its title"):
            classifier.classify(*arguments)
    with pytest.raises(TypeError, match="text: expected a str, found bytes"):
        classifier.classify("Trainer", b"Teach")  # type: ignore[arg-type]
    with pytest.raises(rolecall.RolecallError, match="no valid Unicode text"):
        classifier.classify("Trainer", "\ud800")


def test_a_huge_posting(classifier: rolecall.Classifier) -> None:
    assert classifier.classify(TITLE, TEXT + " teach" * 4_000_000).closest_role is not None
