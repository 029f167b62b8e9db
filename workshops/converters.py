"""How a session's number is written in an address."""


class SessionNumber:
    """One to five digits; more would not fit the column, and a database says so with an error of its own."""

    regex = "[0-9]{1,5}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)
