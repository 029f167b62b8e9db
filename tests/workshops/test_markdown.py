"""Markdown that staff write becomes HTML that cannot harm a reader."""

import pytest

from iatp_events.lib import markdown


def test_headings_begin_below_those_of_the_page():
    assert markdown.render("# One\n\n###### Six") == "<h3>One</h3>\n<h6>Six</h6>"


def test_links_open_nothing_and_lend_no_credit():
    assert markdown.render("[us](https://example.org)") == (
        '<p><a href="https://example.org" rel="noopener nofollow">us</a></p>'
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "![x](https://tracker.example/pixel.png)",
        "<style>*{display:none}</style>",
        '[x](https://example.org "a\\" onmouseover=\\"alert(1)")',
    ],
)
def test_what_could_act_is_shown_or_dropped(hostile):
    html = str(markdown.render(hostile))

    assert not any(part in html for part in ("<script", "<img", "<style", 'href="javascript', '" onmouseover'))


def test_lists_emphasis_and_paragraphs_stay():
    assert markdown.render("- **a**\n- *b*") == "<ul>\n<li><strong>a</strong></li>\n<li><em>b</em></li>\n</ul>"
