"""Every form says for whom its page was made, so that nobody sends what another typed."""

from django import template
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html

from qijie.accounts.sending import POSTED_FOR

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> str:
    """Django's own tag, and beside it whom the page was made for."""
    token = CsrfTokenNode().render(context)
    made_for = context["made_for"]() if token and "made_for" in context else ""
    if not made_for:
        return token
    beside = format_html('<input type="hidden" name="{}" value="{}">', POSTED_FOR, made_for)
    return format_html("{}{}", token, beside)
