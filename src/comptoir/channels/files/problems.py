"""What can be wrong with a file as a whole, or with one of its rows."""

from typing import Final

FILE_CODES: Final = frozenset(
    {
        "empty_file",
        "binary_file",
        "zip_bomb",
        "encrypted_workbook",
        "not_a_table",
        "no_rows",
        "missing_columns",
        "unreadable",
        "bad_mapping",
    }
)

ROW_CODES: Final = frozenset(
    {
        "bad_date",
        "missing_date",
        "future_date",
        "missing_text",
        "missing_author",
        "bad_number",
        "cell_too_big",
        "wrong_columns",
        "bad_json",
        "bad_quote",
        "bad_row",
        "bad_post",
    }
)


class FileProblem(Exception):
    """
    The whole file cannot be used; `code` is one of FILE_CODES.

    `fields` fills the placeholders of the sentence in `messages.SENTENCES`.
    """

    def __init__(self, code: str, **fields: object) -> None:
        super().__init__(code, fields)
        self.code = code
        self.fields = fields


class RowProblem(Exception):
    """One row cannot become a message; `code` is one of ROW_CODES."""

    def __init__(self, code: str, column: str = "", value: object = "") -> None:
        super().__init__(code, column, value)
        self.code = code
        self.column = column
        self.value = shown(value)

    @property
    def fields(self) -> dict[str, object]:
        """Fills the placeholders of the sentence in `messages.SENTENCES`."""
        return {"column": self.column, "value": self.value}


def shown(value: object, most: int = 80) -> str:
    """A value short enough for a list of rejects."""
    text = str(value)
    return text if len(text) <= most else text[: most - 1] + "…"
