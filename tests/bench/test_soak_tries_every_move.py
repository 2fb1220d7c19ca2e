"""The soak's crowd finds the forms it means to send: what is never sent is never lost either."""

from soak.visitor import form_to

PAGE = """
<form method="post" action="/account/logout/"><input name="out" value="1"></form>
<form class="form" method="post" enctype="multipart/form-data"><input name="words" value=""></form>
"""


def test_a_form_without_an_action_goes_to_its_own_page() -> None:
    form = form_to(PAGE, "/add/", "/m/x/add/")
    assert form.fields == {"words": ""}
