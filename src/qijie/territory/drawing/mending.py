"""What was mended, and what could not be: one sentence for each."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """Something a person should know about the data a drawing was made from."""

    layer: str
    """streets, barriers, buildings, communities or compounds, or the name of a file"""
    feature: str
    """Key of the feature, or its number counted from 1."""
    sentence: str
    mended: bool = True
    """False where the data were taken as they are, and a person should look."""
