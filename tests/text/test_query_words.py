"""The words of a search and where they stand."""

from dscore.text.query_words import FIELDS, STATES, read_words


def test_words_know_their_kind_and_place() -> None:
    text = 'a  -( "b c" or width>=5 )'
    words = read_words(text)
    assert [word.kind for word in words] == ["term", "not", "open", "term", "or", "term", "close"]
    assert [text[word.start : word.end] for word in words] == ["a", "-", "(", '"b c"', "or", "width>=5", ")"]


def test_each_fields_own_example_is_a_term_on_it() -> None:
    for name, field in FIELDS.items():
        assert [word.field for word in read_words(field.example)] == [name]


def test_every_state_can_be_asked_for() -> None:
    assert [word.text for word in read_words(" ".join(f"is:{state}" for state in STATES))] == list(STATES)
