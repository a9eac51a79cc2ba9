"""
How well are messages read? Ours beside word lists, bags of words and the plain encoder.

    python bench/reading.py --data FOLDER --splits val test
    python bench/reading.py --data FOLDER --near-twins
    python bench/reading.py --data FOLDER --across
    python bench/reading.py --agreement

FOLDER holds sentiment-{fr,en,es,it,pt,de}-{train,val}.jsonl (XLM-T) and the export of X. Sets:
val, tweets of the XLM-T validation split; test, hand-written messages of families that nothing
learns from, and the export labelled by two readers; dev, parts of what is learnt from, to work
on this program without looking at the others. Prints Markdown; the figures also go to --json.
Needs scikit-learn, vaderSentiment, vaderSentiment-fr, textblob and textblob-fr; a system whose
package is missing is left out and named.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from reading_measures import (
    SEED,
    Figures,
    Labels,
    by_coverage,
    calibration,
    macro_f1,
    of_classes,
    of_sets,
)
from reading_sets import (
    EXAMPLES,
    LABELS,
    LANGUAGES,
    SPLITS,
    TRAINED_LABELS,
    Message,
    agreement,
    examples,
    export,
    load,
    near_twins,
    ours,
    tweets,
)
from reading_systems import (
    TONES,
    Answers,
    Encoded,
    Grams,
    Regressions,
    System,
    Unavailable,
    Vectors,
    View,
    systems,
)

Results = dict[str, dict[str, Figures]]
"""Figures by system, then by set."""
_NOTHING = "–"
_PARTS = 6
_CLASSES = {"needs": (0, 1), "urgency": (0, 1, 2), "irony": (0, 1)}


def measured(messages: Sequence[Message], answers: Answers) -> Figures:
    """Everything measurable of one system's answers on one set."""
    truth = truths(messages, "tone")
    found: Figures = {"count": len(messages), "tone": of_classes(truth, answers.tone, TONES)}
    if answers.tone_sure is not None:
        right = truth == answers.tone
        found["tone"]["calibration_error"] = calibration(right, answers.tone_sure)
        found["tone"]["coverage"] = by_coverage(truth, answers.tone, answers.tone_sure, TONES)
    if answers.language is not None:
        alike = [one.language == code for one, code in zip(messages, answers.language, strict=True)]
        found["language"] = {"accuracy": float(np.mean(alike))}
    if messages[0].whole:
        found |= labelled_figures(messages, answers)
    return found


def truths(messages: Sequence[Message], name: str) -> Labels:
    return np.array([getattr(message, name) for message in messages], np.int64)


def labelled_figures(messages: Sequence[Message], answers: Answers) -> Figures:
    """What can only be measured where every label was given."""
    found: Figures = {}
    for name, classes in _CLASSES.items():
        said = getattr(answers, name)
        if said is not None:
            found[name] = of_classes(truths(messages, name), said, classes)
    if answers.needs is not None and answers.needs_sure is not None:
        right = truths(messages, "needs") == answers.needs
        found["needs"]["calibration_error"] = calibration(right, answers.needs_sure)
    if answers.intents is not None:
        found["intents"] = intent_figures(messages, answers.intents)
    if answers.aspects is not None:
        found["aspects"] = of_sets([message.aspects for message in messages], answers.aspects)
    return found


def intent_figures(messages: Sequence[Message], said: Sequence[tuple[str, ...]]) -> Figures:
    """Is the surest intent among the labelled ones, and the main one; then the sets."""
    pairs = list(zip(messages, said, strict=True))
    found = of_sets([frozenset(one.intents) for one in messages], [frozenset(one) for one in said])
    found["accuracy"] = float(np.mean([names[0] in one.intents for one, names in pairs]))
    found["main"] = float(np.mean([names[0] == one.intents[0] for one, names in pairs]))
    return found


def compared(options: argparse.Namespace) -> Results:
    """Each system learns, then answers every set."""
    sets = load(options.data, options.splits)
    asked = {name: messages[: options.limit] for name, messages in sets.asked.items()}
    learnt = {name: some(messages, options.limit) for name, messages in sets.learnt.items()}
    results: Results = {}
    for name, opened in systems(options.vectors).items():
        if options.only and not any(part in name for part in options.only):
            continue
        start = time.perf_counter()
        try:
            system = opened()
        except Unavailable as why:
            say(f"{name}: left out ({why})")
            continue
        system.learn(learnt)
        results[name] = asked_all(system, asked)
        say(f"{name}: {time.perf_counter() - start:.0f} s")
    return results


def some(messages: Sequence[Message], limit: int | None) -> Sequence[Message]:
    """All, or so many drawn at random: files may hold their labels in turn."""
    if limit is None or limit >= len(messages):
        return messages
    drawn = np.random.default_rng(SEED).choice(len(messages), limit, replace=False)
    return [messages[at] for at in sorted(drawn)]


def asked_all(system: System, asked: dict[str, list[Message]]) -> dict[str, Figures]:
    found = {}
    for name, messages in asked.items():
        answers = system.answer(messages[0].language, messages)
        if answers is not None:
            found[name] = measured(messages, answers)
    return found


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


# Tables


def percent(value: float | None) -> str:
    return _NOTHING if value is None else f"{100 * value:.1f}"


def at(figures: Figures | None, *path: str) -> Any:
    """The figure at the end of a path, None when any part is missing."""
    for name in path:
        figures = figures.get(name) if figures is not None else None
    return figures


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def sets_of(results: Results) -> list[str]:
    """Names of the sets; some systems know fewer languages."""
    return max((list(found) for found in results.values()), key=len, default=[])


def by_set(results: Results, cell: Callable[[Figures], str]) -> str:
    """Systems down, sets across."""
    names = sets_of(results)
    rows = [
        [system, *(cell(found[name]) if name in found else _NOTHING for name in names)]
        for system, found in results.items()
    ]
    return table(["system", *names], rows)


def tone_cell(figures: Figures) -> str:
    low, high = figures["tone"]["interval"]
    return f"{percent(figures['tone']['macro_f1'])} [{100 * low:.0f}, {100 * high:.0f}]"


_LABELS = {
    "needs": ("needs", "macro_f1"),
    "no": ("needs", "classes", "0", "f1"),
    "yes": ("needs", "classes", "1", "f1"),
    "urgency": ("urgency", "macro_f1"),
    "irony": ("irony", "classes", "1", "f1"),
    "intent": ("intents", "accuracy"),
    "main": ("intents", "main"),
    "intents, micro": ("intents", "micro_f1"),
    "macro": ("intents", "macro_f1"),
    "aspects": ("aspects", "micro_f1"),
    "language": ("language", "accuracy"),
}


def labels_table(results: Results, name: str) -> str:
    """Every label but tone, on one set."""
    rows = [
        [system, *(percent(at(found[name], *path)) for path in _LABELS.values())]
        for system, found in results.items()
        if "needs" in found.get(name, {})
    ]
    return table(["system", *_LABELS], rows)


def class_rows(found: Figures) -> Iterator[list[str]]:
    for label in ("tone", *_CLASSES):
        for name, figures in at(found, label, "classes").items():
            scores = [percent(figures[kind]) for kind in ("precision", "recall", "f1")]
            yield [f"{label} {name}", str(figures["count"]), *scores]
    for name, figures in at(found, "intents", "classes").items():
        yield [name, str(figures["count"]), _NOTHING, _NOTHING, percent(figures["f1"])]


def coverage_table(found: dict[str, Figures]) -> str:
    """Accuracy, and macro-F1, when only the surest answers are given; one system."""
    curves = {name: at(figures, "tone", "coverage") for name, figures in found.items()}
    shares = [f"{100 * point['coverage']:.0f} %" for point in next(iter(curves.values()))]
    rows = [
        [name, *(f"{percent(one['accuracy'])} / {percent(one['macro_f1'])}" for one in curve)]
        for name, curve in curves.items()
    ]
    return table(["answered", *shares], rows)


def printed(results: Results) -> Iterator[str]:
    whole = [
        name
        for name in sets_of(results)
        if any("needs" in found.get(name, {}) for found in results.values())
    ]
    yield "## Tone, macro-F1 and its 95 % interval\n"
    yield by_set(results, tone_cell)
    yield "\n## Expected calibration error of tone\n"
    yield by_set(results, lambda found: percent(at(found, "tone", "calibration_error")))
    yield "\n## Language, accuracy\n"
    yield by_set(results, lambda found: percent(at(found, "language", "accuracy")))
    for name in whole:
        yield f"\n## Other labels: {name}\n"
        yield labels_table(results, name)
    yield "\n## Expected calibration error of needs-an-answer\n"
    yield by_set(results, lambda found: percent(at(found, "needs", "calibration_error")))
    best = list(results)[-1]
    for name in whole:
        yield f"\n## By class, {best}: {name}\n"
        heads = ["label", "messages", "precision", "recall", "F1"]
        yield table(heads, list(class_rows(results[best][name])))
    yield f"\n## Saying “unsure”, {best}: accuracy / macro-F1 of the surest\n"
    yield coverage_table(results[best])


# Checks of the data


def report_twins(data: Path | None) -> int:
    """Lists what is learnt from and nearly repeats what is asked; the number of such pairs."""
    pairs = [(examples(EXAMPLES / f"{code}-test.tsv"), ours(code)) for code in ("fr", "en")]
    if data is not None:
        pairs += [(tweets(data, code, "val"), tweets(data, code, "train")) for code in LANGUAGES]
        learnt = [message for name in TRAINED_LABELS for message in export(data, name)]
        pairs += [(export(data, "export-report.tsv"), [*learnt, *ours("fr")])]
    count = 0
    for asked, learnt in pairs:
        for twins in near_twins(asked, learnt):
            count += 1
            print(f"{twins.learnt.source}\t{twins.asked.source}\t{twins.alike:.2f}")
            print(f"    {twins.learnt.text!r}\n    {twins.asked.text!r}")
    print(f"{count} near-twins")
    return count


def report_across(data: Path, kept: Path | None) -> None:
    """
    How hard validation is: regressions taught by tweets of one language alone, macro-F1 of tone in
    points, each sixth of the tweets to train on read by the other five, and validation by all.
    """
    encoded = Encoded(Vectors(kept))
    views: dict[str, View] = {"TF-IDF + regression": Grams(), "encoder + regression": encoded}
    rows = []
    for name, view in views.items():
        for code in LANGUAGES:
            learnt, asked = tweets(data, code, "train"), tweets(data, code, "val")
            parts = np.random.default_rng(SEED).permutation(len(learnt)) % _PARTS
            said = np.zeros(len(learnt), np.int64)
            for part in range(_PARTS):
                within = [learnt[at] for at in np.flatnonzero(parts != part)]
                said[parts == part] = _told(
                    view, within, [learnt[at] for at in np.flatnonzero(parts == part)]
                )
            truth = truths(learnt, "tone")
            scores = [macro_f1(truth[parts == n], said[parts == n], TONES) for n in range(_PARTS)]
            there = macro_f1(truths(asked, "tone"), _told(view, learnt, asked), TONES)
            spread = f"{percent(min(scores))} to {percent(max(scores))}"
            rows.append([name, code, percent(float(np.mean(scores))), spread, percent(there)])
    print(table(["system", "language", "across, mean", "sixths", "validation"], rows))


def _told(view: View, learnt: Sequence[Message], asked: Sequence[Message]) -> Labels:
    system = Regressions(view)
    system.learn(learnt)
    return system.answer(asked).tone


def report_agreement() -> None:
    first, second = LABELS / "export-report-a.tsv", LABELS / "export-report-b.tsv"
    found = agreement(first, second)
    rows = [[name, percent(alike), f"{kappa:.3f}"] for name, (alike, kappa) in found.items()]
    print(table(["label", "agreement, %", "Cohen's kappa"], rows))


def main() -> None:
    asked: Any = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    asked.add_argument("--data", type=Path, help="folder of tweets and export")
    asked.add_argument("--splits", nargs="+", choices=SPLITS, default=["dev"])
    asked.add_argument("--only", nargs="+", help="parts of the names of systems to run")
    asked.add_argument("--limit", type=int, help="messages a set, to try things out")
    asked.add_argument("--vectors", type=Path, help="file that keeps the encoder's vectors, .npz")
    asked.add_argument("--json", type=Path, help="file for every figure")
    asked.add_argument("--near-twins", action="store_true")
    asked.add_argument("--across", action="store_true", help="how hard validation is")
    asked.add_argument("--agreement", action="store_true")
    options = asked.parse_args()
    if options.agreement:
        report_agreement()
    if options.near_twins:
        sys.exit(1 if report_twins(options.data) else 0)
    if options.across:
        report_across(options.data, options.vectors)
    if options.data is None or options.agreement or options.across:
        return
    results = compared(options)
    print("\n".join(printed(results)))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
