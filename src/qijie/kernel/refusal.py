class Refusal(ValueError):
    """Something a person gave cannot be taken; `str()` is one Chinese sentence fit to show them."""

    @property
    def sentence(self) -> str:
        return str(self)
