"""Captions that only say what is true of a scene, in many natural phrasings.

A caption is made of clauses. Each clause states one attribute of the scene and may be left out (people write
"red lamp" as often as a full sentence), but never says anything else.
"""

import numpy as np

from adfusion.data.scenes.scene import Scene

PRODUCT_WORDS: dict[str, tuple[str, ...]] = {
    "bottle": ("bottle", "bottle"), "can": ("can", "drink can"), "jar": ("jar", "cosmetic jar"),
    "tube": ("tube", "cream tube"), "perfume": ("perfume", "perfume bottle", "perfume flacon"),
    "mug": ("mug", "coffee mug"), "gift box": ("gift box", "gift"), "ice cream": ("ice cream",),
    "lamp": ("lamp", "table lamp"), "sneaker": ("sneaker", "sneaker"), "handbag": ("handbag", "handbag"),
    "watch": ("watch", "wristwatch"), "phone": ("phone", "smartphone"), "headphones": ("headphones",),
    "candle": ("candle", "scented candle"), "book": ("book", "book"), "apple": ("apple",),
    "lipstick": ("lipstick",), "donut": ("donut",), "teapot": ("teapot",),
    "soap dispenser": ("soap dispenser", "pump dispenser"), "wine glass": ("wine glass",),
    "cupcake": ("cupcake",), "backpack": ("backpack",), "plant pot": ("plant pot", "potted plant"),
    "speaker": ("speaker", "loudspeaker"), "sunglasses": ("sunglasses",), "ring": ("ring", "jewelled ring"),
}  # fmt: skip
MATERIAL_WORDS: dict[str, tuple[str, ...]] = {
    "matte": ("matte",),
    "glossy": ("glossy", "shiny"),
    "metal": ("metallic", "metal"),
    "glass": ("glass", "translucent"),
}
STAGE_WORDS: dict[str, tuple[str, ...]] = {
    "none": ("on the floor", "standing on the ground", ""),
    "round podium": ("on a round podium", "on a round plinth", "standing on a circular podium"),
    "square podium": ("on a square podium", "on a square plinth", "placed on a square block"),
    "steps": ("on steps", "on a set of steps", "standing on a small staircase"),
    "arch": ("in front of an arch", "framed by an arch", "with an arch behind it"),
}
LIGHT_WORDS: dict[str, tuple[str, ...]] = {
    "soft studio": ("soft studio light", "softly lit", "soft lighting"),
    "hard sun": ("hard sunlight", "bright direct sun", "hard sun with crisp shadows"),
    "golden hour": ("golden hour light", "warm golden light", "golden hour"),
    "neon": ("neon light", "neon glow", "two-colour neon lighting"),
}
SEASON_WORDS: dict[str, tuple[str, ...]] = {
    "none": ("",),
    "snow": ("falling snow", "snow and snowflakes", "winter snow"),
    "ornaments": ("festive ornaments", "holiday ornaments", "shiny ornaments around it"),
    "petals": ("flower petals", "spring petals", "scattered petals"),
    "leaves": ("autumn leaves", "fallen leaves", "scattered leaves"),
    "confetti": ("confetti", "party confetti", "colourful confetti"),
    "hearts": ("hearts", "little hearts", "paper hearts"),
    "pumpkins": ("pumpkins", "small pumpkins", "pumpkins around it"),
}
HEIGHT_WORDS: dict[str, tuple[str, ...]] = {
    "eye level": ("at eye level", "eye-level view"),
    "slightly above": ("seen slightly from above", "slightly elevated view"),
    "high angle": ("high angle", "seen from high above"),
}
DISTANCE_WORDS: dict[str, tuple[str, ...]] = {
    "close-up": ("close-up", "close shot"),
    "medium": ("medium shot",),
    "wide": ("wide shot", "seen from a distance"),
}
COPY_SPACE_WORDS: dict[str, tuple[str, ...]] = {
    "left": ("copy space on the left", "empty space on the left", "room for text on the left"),
    "right": ("copy space on the right", "empty space on the right", "room for text on the right"),
    "top": ("copy space at the top", "empty space above", "room for text at the top"),
    "centre": ("centred", "centred composition", "in the middle of the frame"),
}
ACCENT_WORDS = (
    "with {} details", "with {} accents", "with {} trim", "and {} details", "trimmed in {}", "accented in {}",
)  # fmt: skip
OPENINGS = (
    "", "", "", "", "", "product photo of ", "studio photo of ", "an advertising photo of ", "packshot of ",
    "picture of ", "create an image of ", "make a photo of ", "an ad with ",
)  # fmt: skip
FRAMES = ("list", "list", "subject last", "sentences", "tags")
"""How the clauses are put together; a list is the most likely."""

WITHOUT_ARTICLE = ("headphones", "sunglasses", "perfume", "ice cream")


class _Voice:
    """Chooses words; the same key gives the same choices."""

    def __init__(self, scene_seed: int, wording: int) -> None:
        self._rng = np.random.Generator(np.random.Philox(key=[scene_seed, wording + 1]))

    def one_of(self, words: tuple[str, ...]) -> str:
        return words[self._rng.integers(len(words))]

    def says(self, chance: float) -> bool:
        return bool(self._rng.random() < chance)

    def shuffled(self, clauses: list[str]) -> list[str]:
        return [clauses[i] for i in self._rng.permutation(len(clauses))]


def caption(scene: Scene, wording: int = 0) -> str:
    """One true sentence or phrase about `scene`; another `wording` gives other words and other clauses.

    One caption in eight is as short as "red lamp"; the rest name each further attribute with its own chance,
    in an order and punctuation of their own.
    """
    voice = _Voice(scene.seed, wording)
    if voice.says(0.13):
        return _subject(scene, voice, brief=True)
    subject = [_subject(scene, voice, brief=False)]
    if scene.product is not None and voice.says(0.45):
        subject.append(voice.one_of(ACCENT_WORDS).format(scene.accent_color))
    stage = voice.one_of(STAGE_WORDS[scene.stage])
    if stage and voice.says(0.9) and (scene.product is not None or scene.stage == "arch"):
        subject.append(stage)

    clauses = []
    if voice.says(0.9):
        clauses.append(_backdrop(scene, voice))
    if voice.says(0.5):
        clauses.append(voice.one_of(LIGHT_WORDS[scene.light]))
    if scene.season != "none" and voice.says(0.92):
        clauses.append(voice.one_of(SEASON_WORDS[scene.season]))
    if voice.says(0.22):
        clauses.append(voice.one_of(HEIGHT_WORDS[scene.camera_height]))
    if voice.says(0.3):
        clauses.append(voice.one_of(DISTANCE_WORDS[scene.camera_distance]))
    if voice.says(0.25 if scene.copy_space == "centre" else 0.8):
        clauses.append(voice.one_of(COPY_SPACE_WORDS[scene.copy_space]))
    if voice.says(0.5):
        clauses = voice.shuffled(clauses)
    return _framed(voice, voice.one_of(OPENINGS), subject, clauses)


def _framed(voice: _Voice, opening: str, subject: list[str], clauses: list[str]) -> str:
    whole = " ".join(subject)
    match voice.one_of(FRAMES):
        case "subject last":
            return ", ".join([*clauses, whole])
        case "sentences":
            return " ".join(f"{part[0].upper()}{part[1:]}." for part in (opening + whole, *clauses))
        case "tags":
            return voice.one_of(("; ", " / ", " - ")).join([*subject, *clauses])
        case _:
            return opening + ", ".join([whole, *clauses])


def _subject(scene: Scene, voice: _Voice, *, brief: bool) -> str:
    if scene.product is None:
        stage = scene.stage if scene.stage not in ("none", "arch") else "stage"
        return voice.one_of((f"an empty {stage}", f"empty {stage}", f"empty {stage}, no product"))
    noun = voice.one_of(PRODUCT_WORDS[scene.product])
    words = [scene.product_color, noun]
    if voice.says(0.15 if brief else 0.6):
        words.insert(0, voice.one_of(MATERIAL_WORDS[scene.material]))
    phrase = " ".join(words)
    if brief or noun in WITHOUT_ARTICLE or voice.says(0.3):
        return phrase
    return f"{'an' if phrase[0] in 'aeiou' else 'a'} {phrase}"


def _backdrop(scene: Scene, voice: _Voice) -> str:
    color, second = scene.backdrop_color, scene.second_color
    phrasings = {
        "plain": (
            f"{color} backdrop",
            f"{color} background",
            f"plain {color} background",
            f"plain {color} wall",
            f"against a {color} wall",
            f"set against {color}",
            f"{color} behind it",
            f"the background is {color}",
        ),
        "gradient": (
            f"gradient backdrop from {color} to {second}",
            f"{color} to {second} gradient background",
            f"{color} and {second} gradient",
            f"background shading from {color} to {second}",
            f"{color} turning into {second} in the background",
            f"the background changes from {color} to {second}",
        ),
        "two-tone": (
            f"two-tone backdrop, {color} wall and {second} floor",
            f"{color} wall and {second} floor",
            f"{color} wall above a {second} floor",
            f"{second} floor and {color} wall",
            f"floor in {second} and wall in {color}",
            f"the background is {color} and the floor is {second}",
        ),
        "cyclorama": (
            f"seamless {color} backdrop",
            f"{color} cyclorama",
            f"seamless {color} studio background",
            f"{color} infinity cove",
            f"a seamless sweep of {color}",
        ),
    }
    return voice.one_of(phrasings[scene.backdrop])
