"""Captions that only say what is true of a scene, in many natural phrasings.

A caption is made of clauses. Each clause states one attribute of the scene and may be left out (people write
"red lamp" as often as a full sentence), but never says anything else.
"""

import numpy as np

from adfusion.data.scenes.scene import Scene

COLOR_WORDS: dict[str, tuple[str, ...]] = {
    "red": ("vermilion", "cardinal red", "tomato-red", "poppy-coloured", "blood-red", "fire-engine red"),
    "orange": ("carrot-coloured", "mandarin", "clementine", "bright orange", "papaya-coloured"),
    "yellow": ("mustard", "banana-coloured", "buttercup", "saffron", "golden yellow", "daffodil-coloured"),
    "green": ("moss-coloured", "fern green", "shamrock", "malachite", "kelly green", "meadow-coloured"),
    "teal": ("cyan", "sea-green", "blue-green", "peacock", "lagoon-coloured", "petrol"),
    "blue": ("royal blue", "cerulean", "ocean-coloured", "cornflower", "electric blue", "ultramarine"),
    "navy": ("dark blue", "indigo", "deep blue", "night-blue", "oxford blue"),
    "purple": ("grape-coloured", "mauve", "royal purple", "iris-coloured", "aubergine", "orchid"),
    "pink": ("blush", "salmon", "peony-coloured", "candy pink", "carnation", "baby pink"),
    "brown": ("mahogany", "walnut", "cocoa-coloured", "caramel", "cinnamon", "tobacco-coloured"),
    "beige": ("ecru", "champagne", "oatmeal", "wheat-coloured", "khaki", "biscuit-coloured"),
    "white": ("pure white", "pearl white", "chalk-coloured", "alabaster", "porcelain white", "off-white"),
    "grey": ("stone-coloured", "smoky grey", "silver-grey", "concrete", "pewter", "pebble-coloured"),
    "black": ("onyx", "coal-black", "pitch-black", "raven", "obsidian", "soot-coloured"),
}
"""Other words for a colour; the first choice is its name."""
PRODUCT_WORDS: dict[str, tuple[str, ...]] = {
    "bottle": ("bottle", "flask", "water bottle", "drinking bottle", "carafe"),
    "can": ("can", "drink can", "beverage can", "beer can", "cola can"),
    "jar": ("jar", "cosmetic jar", "cream pot", "pot of cream", "balm jar"),
    "tube": ("tube", "cream tube", "toothpaste tube", "squeeze tube", "ointment tube"),
    "perfume": ("perfume", "perfume bottle", "perfume flacon", "cologne", "scent", "perfume spray"),
    "mug": ("mug", "coffee mug", "tea mug", "beaker", "tankard"),
    "gift box": ("gift box", "gift", "parcel with a bow", "box with a ribbon", "gift package"),
    "ice cream": ("ice cream", "ice-cream cone", "soft serve", "sorbet", "frozen dessert"),
    "lamp": ("lamp", "table lamp", "desk lamp", "reading light", "lantern"),
    "sneaker": ("sneaker", "tennis shoe", "athletic shoe", "gym shoe", "shoe"),
    "handbag": ("handbag", "tote", "clutch", "shoulder bag", "leather bag"),
    "watch": ("watch", "wristwatch", "smart watch", "diver's watch"),
    "phone": ("phone", "smartphone", "handset", "touchscreen phone", "telephone"),
    "headphones": ("headphones", "over-ear headphones", "studio headphones", "pair of headphones"),
    "candle": ("candle", "scented candle", "wax candle", "pillar candle"),
    "book": ("book", "volume", "paperback", "textbook"),
    "apple": ("apple", "ripe apple", "fresh apple", "fruit"),
    "lipstick": ("lipstick", "lip balm", "lip make-up", "stick of lipstick"),
    "donut": ("donut", "glazed donut", "ring-shaped pastry", "iced donut"),
    "teapot": ("teapot", "kettle", "tea kettle", "pot for tea"),
    "soap dispenser": ("soap dispenser", "pump dispenser", "lotion pump", "pump bottle", "liquid soap pump"),
    "wine glass": ("wine glass", "glass of wine", "chalice", "stemmed glass", "crystal glass"),
    "cupcake": ("cupcake", "little cake", "iced cake", "cake in a paper case"),
    "backpack": ("backpack", "knapsack", "daypack", "hiking pack"),
    "plant pot": ("plant pot", "potted plant", "flowerpot", "indoor plant", "plant in a pot"),
    "speaker": ("speaker", "loudspeaker", "bluetooth speaker", "audio speaker", "sound box"),
    "sunglasses": ("sunglasses", "aviators", "eyewear", "tinted glasses"),
    "ring": ("ring", "jewelled ring", "wedding ring", "finger ring", "signet"),
}
"""Nouns of each product, its name first. None of them is a word of `adfusion.evaluation.synonyms`."""
MATERIAL_WORDS: dict[str, tuple[str, ...]] = {
    "matte": ("matte", "mat", "satin-finish"),
    "glossy": ("glossy", "shiny", "polished", "lacquered"),
    "metal": ("metallic", "metal", "chrome-like"),
    "glass": ("glass", "translucent", "see-through"),
}
STAGE_WORDS: dict[str, tuple[str, ...]] = {
    "none": ("on the floor", "standing on the ground", "", "resting on the bare floor", "without a podium"),
    "round podium": (
        "on a round podium",
        "on a round plinth",
        "standing on a circular podium",
        "on top of a round podium",
        "on a round pedestal",
        "shown on a cylinder",
        "on a drum-shaped stand",
    ),
    "square podium": (
        "on a square podium",
        "on a square plinth",
        "placed on a square block",
        "on top of a square podium",
        "on a square pedestal",
        "shown on a cube",
        "on a box-shaped stand",
    ),
    "steps": (
        "on steps",
        "on a set of steps",
        "standing on a small staircase",
        "on top of the steps",
        "on a stepped platform",
        "on terraced blocks",
    ),
    "arch": (
        "in front of an arch",
        "framed by an arch",
        "with an arch behind it",
        "before a round arch",
        "with an arch in the background",
        "below an arch",
    ),
}
LIGHT_WORDS: dict[str, tuple[str, ...]] = {
    "soft studio": ("soft studio light", "softly lit", "soft lighting", "diffuse light", "softbox lighting"),
    "hard sun": ("hard sunlight", "bright direct sun", "hard sun with crisp shadows", "harsh sunshine"),
    "golden hour": (
        "golden hour light",
        "warm golden light",
        "golden hour",
        "low warm sun",
        "warm evening light",
    ),
    "neon": ("neon light", "neon glow", "two-colour neon lighting", "glowing neon tubes", "electric glow"),
}
SEASON_WORDS: dict[str, tuple[str, ...]] = {
    "none": ("",),
    "snow": ("falling snow", "snow and snowflakes", "winter snow", "a snowy winter scene", "frosty winter"),
    "ornaments": (
        "festive ornaments", "holiday ornaments", "shiny ornaments around it", "yuletide decorations",
        "festive holiday balls",
    ),
    "petals": ("flower petals", "spring petals", "scattered petals", "springtime", "petals in the air"),
    "leaves": ("autumn leaves", "fallen leaves", "scattered leaves", "in autumn", "dry leaves"),
    "confetti": ("confetti", "party confetti", "colourful confetti", "a party", "carnival confetti"),
    "hearts": ("hearts", "little hearts", "paper hearts", "heart shapes", "love hearts"),
    "pumpkins": ("pumpkins", "small pumpkins", "pumpkins around it", "gourds", "a pumpkin patch"),
}  # fmt: skip
HEIGHT_WORDS: dict[str, tuple[str, ...]] = {
    "eye level": ("at eye level", "eye-level view", "seen straight on"),
    "slightly above": ("seen slightly from above", "slightly elevated view"),
    "high angle": ("high angle", "seen from high above", "view from above"),
}
DISTANCE_WORDS: dict[str, tuple[str, ...]] = {
    "close-up": ("close-up", "close shot", "seen from close by"),
    "medium": ("medium shot",),
    "wide": ("wide shot", "seen from a distance", "small in the frame"),
}
COPY_SPACE_WORDS: dict[str, tuple[str, ...]] = {
    "left": (
        "copy space on the left", "empty space on the left", "room for text on the left", "free left half",
        "nothing on the left", "negative space to the left",
    ),
    "right": (
        "copy space on the right", "empty space on the right", "room for text on the right",
        "free right half", "nothing on the right", "negative space to the right",
    ),
    "top": (
        "copy space at the top", "empty space above", "room for text at the top", "nothing in the upper half",
        "negative space above it",
    ),
    "centre": ("centred", "centred composition", "in the middle of the frame", "in the centre"),
}  # fmt: skip
ACCENT_WORDS = (
    "with {} details", "with {} accents", "with {} trim", "and {} details", "trimmed in {}", "accented in {}",
    "that has {} details",
)  # fmt: skip
OPENINGS = (
    "", "", "", "", "", "product photo of ", "studio photo of ", "an advertising photo of ", "packshot of ",
    "picture of ", "create an image of ", "make a photo of ", "an ad with ", "I want a picture of ",
    "generate ", "banner with ", "photograph of ",
)  # fmt: skip
FRAMES = ("list", "list", "subject last", "sentences", "sentences", "tags", "brief")
"""How the clauses are put together; a list is the most likely."""

WITHOUT_ARTICLE = (
    "headphones", "over-ear headphones", "studio headphones", "sunglasses", "aviators", "eyewear",
    "tinted glasses", "perfume", "cologne", "ice cream", "soft serve", "sorbet", "lip make-up",
)  # fmt: skip


class _Voice:
    """Chooses words; the same key gives the same choices."""

    def __init__(self, scene_seed: int, wording: int) -> None:
        self._rng = np.random.Generator(np.random.Philox(key=[scene_seed, wording + 1]))

    def one_of(self, words: tuple[str, ...]) -> str:
        return words[self._rng.integers(len(words))]

    def says(self, chance: float) -> bool:
        return bool(self._rng.random() < chance)

    def noun(self, words: tuple[str, ...]) -> str:
        """Half of the time the first word."""
        return words[0] if self.says(0.5) else self.one_of(words)

    def color(self, name: str) -> str:
        """The colour's own name, or now and then another word for it."""
        return self.one_of(COLOR_WORDS[name]) if self.says(0.25) else name

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
        subject.append(voice.one_of(ACCENT_WORDS).format(voice.color(scene.accent_color)))
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
        case "brief":
            named = ("subject", "product", "main object")
            return "; ".join([f"{voice.one_of(named)}: {whole}", *clauses])
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
    noun = voice.noun(PRODUCT_WORDS[scene.product])
    words = [voice.color(scene.product_color), noun]
    if voice.says(0.15 if brief else 0.6):
        words.insert(0, voice.one_of(MATERIAL_WORDS[scene.material]))
    phrase = " ".join(words)
    if brief or noun in WITHOUT_ARTICLE or voice.says(0.3):
        return phrase
    return f"{'an' if phrase[0] in 'aeiou' else 'a'} {phrase}"


def _backdrop(scene: Scene, voice: _Voice) -> str:
    color, second = voice.color(scene.backdrop_color), voice.color(scene.second_color)
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
            f"the wall behind is {color}",
            f"a backdrop of {color}",
            f"{color} all around",
            f"background: {color}",
        ),
        "gradient": (
            f"gradient backdrop from {color} to {second}",
            f"{color} to {second} gradient background",
            f"{color} and {second} gradient",
            f"background shading from {color} to {second}",
            f"{color} turning into {second} in the background",
            f"the background changes from {color} to {second}",
            f"{color} blends into {second} behind it",
            f"a backdrop that turns from {color} to {second}",
            f"{color} melting into {second}",
            f"background: {color} to {second}",
        ),
        "two-tone": (
            f"two-tone backdrop, {color} wall and {second} floor",
            f"{color} wall and {second} floor",
            f"{color} wall above a {second} floor",
            f"{second} floor and {color} wall",
            f"floor in {second} and wall in {color}",
            f"the background is {color} and the floor is {second}",
            f"{color} above, {second} below",
            f"the back wall is {color} and the ground is {second}",
            f"upper part {color}, ground {second}",
            f"a {second} floor under a {color} wall",
        ),
        "cyclorama": (
            f"seamless {color} backdrop",
            f"{color} cyclorama",
            f"seamless {color} studio background",
            f"{color} infinity cove",
            f"a seamless sweep of {color}",
            f"an endless {color} background",
            f"a curved {color} studio wall",
            f"wall and floor in one {color}",
        ),
    }
    return voice.one_of(phrasings[scene.backdrop])
