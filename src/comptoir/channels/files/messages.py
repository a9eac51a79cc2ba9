"""The English sentence of every code; the web pages and the command line translate them."""

from typing import Final


def N_(sentence: str) -> str:  # noqa: N802 - the name that catalogues look for
    """Marks a sentence for translation and gives it back as it is."""
    return sentence


SENTENCES: Final[dict[str, str]] = {
    # The whole file.
    "empty_file": N_("This file is empty. Export it again and check its size before importing."),
    "binary_file": N_(
        "This file is not text or a workbook ({kind}). Export a CSV, JSON or Excel file instead."
    ),
    "zip_bomb": N_(
        "This workbook unpacks to far more than its size allows, so it was not opened. Save it again as CSV."
    ),
    "encrypted_workbook": N_(
        "This workbook is protected by a password. Save a copy without one and import that."
    ),
    "not_a_table": N_(
        "No rows and columns were found in this file ({kind}). Export a CSV, JSON or Excel table."
    ),
    "no_rows": N_("This file has columns but no rows."),
    "missing_columns": N_("These columns are needed but were not found or chosen: {columns}."),
    "unreadable": N_("This file could not be read: {reason}."),
    "bad_mapping": N_("The saved mapping has a setting that cannot be used: {option} = {value}."),
    # One row.
    "bad_date": N_("“{value}” in “{column}” could not be read as a date."),
    "missing_date": N_("There is no date in “{column}”."),
    "future_date": N_("“{value}” in “{column}” lies in the future."),
    "missing_text": N_("There is neither a text in “{column}” nor a rating."),
    "missing_author": N_("There is no author in “{column}”."),
    "bad_number": N_("“{value}” in “{column}” could not be read as a number in its range."),
    "cell_too_big": N_("A cell holds more than {limit} characters."),
    "wrong_columns": N_("The row has {found} cells where the header has {expected}."),
    "bad_json": N_("The row is not a JSON object."),
    "bad_quote": N_("A quotation mark is opened and not closed, or closed too early."),
    "bad_row": N_("The row could not be read."),
    "bad_post": N_("The post kept in “{file}” is broken or too large."),
    # Warnings of an inspection.
    "no_header": N_("The first row looks like data, so the columns were numbered."),
    "other_sheets": N_("Only the sheet “{sheet}” is read; these hold data too: {others}."),
    "other_files": N_(
        "{count} other files of the archive are left out: photos, circles and settings hold no messages."
    ),
    "date_ambiguous": N_(
        "The dates of “{column}” do not show whether the day or the month comes first. Confirm it below."
    ),
    "date_mixed": N_(
        "“{column}” mixes dates with the day first and dates with the month first. The rarer ones will be rejected."
    ),
    "scale_ambiguous": N_(
        "The ratings of “{column}” were read as out of {scale}. Confirm it below."
    ),
    "no_id": N_(
        "No column identifies the messages, so author, date and text are used to recognise a row imported twice."
    ),
    "rounded_ids": N_(
        "A spreadsheet rounded the identifiers of “{column}”, so they are not used. Export again without opening the file in a spreadsheet."
    ),
    "no_zone": N_("The times of “{column}” have no time zone; they are read as {zone}."),
    "mixed_encoding": N_(
        "Some lines use another encoding than {encoding}; they were repaired one by one."
    ),
}
