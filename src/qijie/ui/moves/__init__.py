"""The moves of the closed loop as forms: one form a move, the same on every surface.

A form cleans what was typed, then `perform` calls the one action; a refusal becomes the form's own
error, and nothing typed is lost.
"""

from qijie.ui.moves.fields import WordsField
from qijie.ui.moves.forms import FORMS, MoveForm, form_for

__all__ = ["FORMS", "MoveForm", "WordsField", "form_for"]
