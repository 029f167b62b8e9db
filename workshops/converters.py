"""How a session's number is written in an address."""

# With room for the session after it.
MOST = 32_766


class SessionNumber:
    """One to five digits; what does not fit the column is no number, or a database would answer with an error."""

    regex = "[0-9]{1,5}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > MOST:
            raise ValueError
        return number

    def to_url(self, value: int) -> str:
        return str(value)
