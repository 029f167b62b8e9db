"""How much of a file is read before it is refused. The greatest real report we know of has some thousand lines."""

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 250_000
MAX_LINES = 1_100_000  # blank ones too; a sheet of Excel has 1,048,576
MAX_COLUMNS = 500
MAX_LINE = 100_000  # characters
MAX_RECORD_LINES = 30  # lines that one quoted cell may run over
MAX_PROBLEMS = 1_000  # told one by one; the rest are counted
NAME_LIMIT = 300  # characters of a name
HEAD = 400  # records in which a header is looked for
# A workbook is a zip: what it holds when unpacked, and how much more that may be than the file.
MAX_UNPACKED = 96 * 1024 * 1024
MAX_RATIO = 200
MAX_PARTS = 2_000
MAX_PART = 256 * 1024  # bytes of any part but a sheet, the strings or a picture
MAX_ROW_BYTES = 1024 * 1024  # of one row or one string
MAX_BESIDE_ROWS = 8 * 1024 * 1024  # of a sheet: its links and rules
