"""Captions are true: what an independent reader finds in one always holds for the scene."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from adfusion.data.scenes import caption as words
from adfusion.data.scenes.caption import caption
from adfusion.data.scenes.scene import ASPECTS, COLORS, Scene, random_scene
from adfusion.evaluation.synonyms import SYNONYMS

COLOR = "|".join(COLORS)
NOUN = "|".join(
    sorted({noun for nouns in words.PRODUCT_WORDS.values() for noun in nouns}, key=len, reverse=True)
)
SUBJECT = re.compile(rf"\b({COLOR}) ({NOUN})\b")
EMPTY = re.compile(r"\bempty (?:stage|round podium|square podium|steps)\b")
ROLES = {
    "accent_color": (
        rf"(?:with|and|has) ({COLOR}) (?:details|accents|trim)|(?:trimmed|accented) in ({COLOR})"
    ),
    "backdrop_color": (
        rf"({COLOR})(?: to (?:{COLOR}))? (?:gradient |studio )?(?:backdrop|background|cyclorama)\b"
        rf"|({COLOR}) wall|wall in ({COLOR})|from ({COLOR}) to|({COLOR}) and (?:{COLOR}) gradient"
        rf"|({COLOR}) turning into|set against ({COLOR})|(?<!into )({COLOR}) behind it"
        rf"|background is ({COLOR})"
        rf"|sweep of ({COLOR})|({COLOR}) infinity cove|wall behind is ({COLOR})|backdrop of ({COLOR})"
        rf"|({COLOR}) all around|background: ({COLOR})|({COLOR}) (?:blends|melting) into|turns from ({COLOR})"
        rf"|({COLOR}) above, |back wall is ({COLOR})|upper part ({COLOR})|({COLOR}) studio wall|one ({COLOR})"
    ),
    "second_color": (
        rf"({COLOR}) floor|floor (?:in|is) ({COLOR})|to ({COLOR})\b|(?:{COLOR}) and ({COLOR}) gradient"
        rf"|(?:turning|blends|melting) into ({COLOR})|above, ({COLOR}) below|\bground is ({COLOR})"
        rf"|\bground ({COLOR})"
    ),
}
PHRASES = {
    "stage": words.STAGE_WORDS,
    "light": words.LIGHT_WORDS,
    "season": words.SEASON_WORDS,
    "camera_height": words.HEIGHT_WORDS,
    "camera_distance": words.DISTANCE_WORDS,
    "copy_space": words.COPY_SPACE_WORDS,
}
scenes = st.builds(random_scene, st.integers(0, 10_000_000), st.sampled_from(list(ASPECTS)))
wordings = st.integers(0, 1000)


SHADES = {shade: name for name, shades in words.COLOR_WORDS.items() for shade in shades}
SHADE = re.compile("|".join(rf"\b{shade}\b" for shade in sorted(SHADES, key=len, reverse=True)))


def plain(text: str) -> str:
    """The text in small letters, with the names of colours for other words for them."""
    return SHADE.sub(lambda match: SHADES[match[0]], text.lower())


def read(text: str) -> dict[str, set[str]]:
    """Every claim that the text makes, by field of the scene."""
    claims: dict[str, set[str]] = {}
    for color, noun in SUBJECT.findall(text):
        claims.setdefault("product_color", set()).add(color)
        kinds = {kind for kind, nouns in words.PRODUCT_WORDS.items() if noun in nouns}
        claims.setdefault("product", set()).update(kinds)
    for field, pattern in ROLES.items():
        for match in re.finditer(pattern, text):
            claims.setdefault(field, set()).update(group for group in match.groups() if group)
    for field, table in PHRASES.items():
        for value, phrases in table.items():
            if any(phrase and re.search(rf"\b{re.escape(phrase)}\b", text) for phrase in phrases):
                claims.setdefault(field, set()).add(value)
    for value, phrases in words.MATERIAL_WORDS.items():
        if re.search(rf"\b(?:{'|'.join(phrases)}) (?:{COLOR}) ", text):
            claims.setdefault("material", set()).add(value)
    return claims


@settings(max_examples=500, deadline=None)
@given(scenes, wordings)
def test_every_claim_of_a_caption_holds_for_its_scene(scene: Scene, wording: int) -> None:
    text = plain(caption(scene, wording))
    for field, values in read(text).items():
        assert values == {getattr(scene, field)}, (field, text)


@settings(max_examples=500, deadline=None)
@given(scenes, wordings)
def test_every_color_word_has_a_role(scene: Scene, wording: int) -> None:
    text = plain(caption(scene, wording))
    claimed = [value for values in read(text).values() for value in values if value in COLORS]
    assert set(re.findall(rf"\b(?:{COLOR})\b", text)) == set(claimed), text


@given(scenes, wordings)
def test_an_empty_stage_is_never_said_to_hold_a_product(scene: Scene, wording: int) -> None:
    text = plain(caption(scene, wording))
    assert bool(EMPTY.search(text)) == (not SUBJECT.search(text)) == (scene.product is None), text


def test_every_attribute_is_spoken_of_and_wordings_differ() -> None:
    texts = [plain(caption(random_scene(number), wording)) for number in range(300) for wording in range(2)]
    spoken = {field for text in texts for field in read(text)}
    assert spoken == {"product", "product_color", "material", *ROLES, *PHRASES}
    assert len(set(texts)) > 0.95 * len(texts)
    assert any(len(text.split()) <= 2 for text in texts), "short prompts are learnt too"


def test_a_caption_depends_on_scene_and_wording_alone() -> None:
    assert caption(random_scene(5), 3) == caption(random_scene(5), 3)


def test_no_caption_holds_a_word_whose_understanding_is_measured() -> None:
    tables = (
        words.COLOR_WORDS,
        words.PRODUCT_WORDS,
        words.STAGE_WORDS,
        words.LIGHT_WORDS,
        words.SEASON_WORDS,
    )
    learnt = " | ".join(word for table in tables for said in table.values() for word in said).lower()
    for synonym in SYNONYMS:
        assert not re.search(rf"\b{re.escape(synonym.word.lower())}\b", learnt), synonym.word
