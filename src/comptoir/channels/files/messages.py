"""The English sentence of every code; the web pages and the command line translate them."""

from typing import Final

SENTENCES: Final[dict[str, str]] = {
    # The whole file.
    "empty_file": "This file is empty. Export it again and check its size before importing.",
    "binary_file": "This file is not text or a workbook ({kind}). Export a CSV, JSON or Excel file instead.",
    "zip_bomb": "This workbook unpacks to far more than its size allows, so it was not opened. Save it again as CSV.",
    "encrypted_workbook": "This workbook is protected by a password. Save a copy without one and import that.",
    "not_a_table": "No rows and columns were found in this file ({kind}). Export a CSV, JSON or Excel table.",
    "no_rows": "This file has columns but no rows.",
    "missing_columns": "These columns are needed but were not found or chosen: {columns}.",
    "unreadable": "This file could not be read: {reason}.",
    "bad_mapping": "The saved mapping has a setting that cannot be used: {option} = {value}.",
    # One row.
    "bad_date": "“{value}” in “{column}” could not be read as a date.",
    "missing_date": "There is no date in “{column}”.",
    "future_date": "“{value}” in “{column}” lies in the future.",
    "missing_text": "There is neither a text in “{column}” nor a rating.",
    "missing_author": "There is no author in “{column}”.",
    "bad_number": "“{value}” in “{column}” could not be read as a number in its range.",
    "cell_too_big": "A cell holds more than {limit} characters.",
    "wrong_columns": "The row has {found} cells where the header has {expected}.",
    "bad_json": "The row is not a JSON object.",
    "bad_quote": "A quotation mark is opened and not closed, or closed too early.",
    "bad_row": "The row could not be read.",
    # Warnings of an inspection.
    "no_header": "The first row looks like data, so the columns were numbered.",
    "other_sheets": "Only the sheet “{sheet}” is read; these hold data too: {others}.",
    "date_ambiguous": "The dates of “{column}” do not show whether the day or the month comes first. Confirm it below.",
    "date_mixed": "“{column}” mixes dates with the day first and dates with the month first. The rarer ones will be rejected.",
    "scale_ambiguous": "The ratings of “{column}” were read as out of {scale}. Confirm it below.",
    "no_id": "No column identifies the messages, so author, date and text are used to recognise a row imported twice.",
    "rounded_ids": "A spreadsheet rounded the identifiers of “{column}”, so they are not used. Export again without opening the file in a spreadsheet.",
    "no_zone": "The times of “{column}” have no time zone; they are read as {zone}.",
    "mixed_encoding": "Some lines use another encoding than {encoding}; they were repaired one by one.",
}
