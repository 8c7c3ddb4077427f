"""Colours find their roles together."""

from adfusion.models.color_roles import COLOR_ROLES, give_roles


def word(**likely: float) -> dict[str, float]:
    return dict.fromkeys(COLOR_ROLES, 0.0) | {
        {"from_": "from"}.get(name, name): chance for name, chance in likely.items()
    }


def test_a_colour_that_two_words_could_be_goes_to_the_likelier_and_the_other_gets_the_next_best() -> None:
    kind, places = give_roles([word(plain=0.6, product_color=0.4), word(plain=0.9, product_color=0.1)])
    assert (kind, places) == ("plain", {"product_color": 0, "plain": 1})


def test_two_floors_are_a_wall_and_a_floor() -> None:
    kind, places = give_roles([word(product_color=0.9), word(floor=0.9, wall=0.1), word(floor=0.6, wall=0.4)])
    assert (kind, places) == ("two-tone", {"product_color": 0, "floor": 1, "wall": 2})


def test_a_gradient_runs_in_the_order_of_its_words() -> None:
    kind, places = give_roles([word(to=0.8, from_=0.2), word(to=0.9, from_=0.1)])
    assert (kind, places) == ("gradient", {"from": 0, "to": 1})


def test_a_word_that_is_the_colour_of_nothing_gets_no_role() -> None:
    kind, places = give_roles([word(product_color=0.9), word(product_color=0.01)])
    assert (kind, places) == (None, {"product_color": 0})


def test_an_empty_stage_has_no_colour_of_a_product() -> None:
    kind, places = give_roles([word(product_color=0.7, plain=0.3)], product=False)
    assert (kind, places) == ("plain", {"plain": 0})


def test_no_colours_give_no_roles() -> None:
    assert give_roles([]) == (None, {})


def test_one_colour_of_a_pair_alone_is_that_of_the_whole_backdrop() -> None:
    assert give_roles([word(floor=0.95)]) == ("plain", {"plain": 0})
