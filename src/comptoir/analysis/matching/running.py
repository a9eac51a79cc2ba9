"""Working out a circuit for one block of messages."""

from comptoir.analysis.matching.asking import Answers, Questions
from comptoir.analysis.matching.board import Board
from comptoir.analysis.matching.circuit import CHECKS, Circuit
from comptoir.analysis.matching.places import check
from comptoir.analysis.matching.reading import Reading


def run(
    circuit: Circuit,
    board: Board,
    reading: Reading,
    questions: Questions,
    answers: Answers,
) -> None:
    """Put on the board what holds of which message, from the leaves that are on it already."""
    places = reading.places(circuit.placed)
    for bank in circuit.banks():
        if bank.shape.kind in CHECKS:
            check(bank, board, places)
        elif bank.shape.kind == "ask":
            questions.work_out(bank, board, answers)
        else:
            bank.run(board)
