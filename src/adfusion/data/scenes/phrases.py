"""Phrases in which people say each attribute of a scene, and what they say around them.

Templates hold the roles of their colours in braces. They are for reading (`adfusion.data.scenes.sentences`);
what pictures are captioned with is in `adfusion.data.scenes.caption`.
"""

import re
from collections.abc import Iterator

MATERIAL = {
    "matte": ("matte", "matt", "mat", "satin-finish", "non-shiny", "dull", "unpolished", "soft-touch"),
    "glossy": ("glossy", "shiny", "polished", "lacquered", "gleaming", "high-gloss", "varnished", "sleek"),
    "metal": ("metallic", "metal", "chrome", "steel", "aluminium", "brushed metal", "brass"),
    "glass": ("glass", "translucent", "see-through", "transparent", "clear glass", "crystal"),
}
MADE = {
    "matte": ("with a matte finish", "in a matte look", "matte surface", "not shiny"),
    "glossy": ("with a glossy finish", "high gloss surface", "that shines", "with a lacquer finish"),
    "metal": ("made of metal", "in metal", "with a metal finish", "out of steel"),
    "glass": ("made of glass", "in glass", "of clear glass", "glass look"),
}
STAGE = {
    "none": (
        "on the floor", "standing on the floor", "on the ground", "flat on the ground",
        "resting on the floor", "sitting on the bare floor", "without a podium", "no podium",
        "no pedestal at all", "lying on the ground", "placed straight on the floor", "just on the floor",
        "simply on the surface", "no stand",
    ),
    "round podium": (
        "on a round podium", "on a round plinth", "on a circular pedestal", "on top of a cylinder",
        "standing on a cylindrical podium", "upon a round stand", "round podium", "circular podium",
        "raised on a round plinth", "presented on a disc", "displayed on a round platform",
        "placed on a drum", "on a circular stand", "on a round base", "podium (round)",
        "put it on a round pedestal", "the podium is round", "using a cylinder as its stand", "on a podium",
        "on a pedestal",
    ),
    "square podium": (
        "on a square podium", "on a square plinth", "on a cube", "on top of a box-shaped pedestal",
        "standing on a block", "upon a square stand", "square podium", "cubic podium",
        "on a rectangular podium", "raised on a square plinth", "displayed on a square platform",
        "placed on a cube", "podium (square)", "on a square base", "put it on a square pedestal",
        "the podium is square", "with a cube as its stand", "placed on a square block",
    ),
    "steps": (
        "on steps", "on a set of steps", "on a small staircase", "on top of the steps",
        "on a stepped platform", "standing on a small staircase", "on the top step", "with steps under it",
        "on a flight of steps", "placed on tiered steps", "on a two-level stand", "steps as the stage",
        "on terraced blocks", "steps", "put it on some steps", "on the uppermost step", "on a stepped base",
    ),
    "arch": (
        "in front of an arch", "framed by an arch", "with an arch behind it", "an arch in the back",
        "before an arch", "arch in the background", "under an arch", "with a round arch at the back",
        "there is an arch behind it", "arched opening behind it", "arch", "near an arch",
        "backed by an arch", "an arch frames it",
    ),
}  # fmt: skip
PLAIN = (
    "{plain} background", "plain {plain} background", "{plain} backdrop", "plain {plain} wall",
    "{plain} wall", "against {plain}", "on {plain}", "set against a {plain} wall", "{plain} behind it",
    "the background is {plain}", "background: {plain}", "background {plain}", "bg {plain}",
    "backdrop in {plain}", "a backdrop of {plain}", "on a {plain} background", "in front of a {plain} wall",
    "before a {plain} backdrop", "solid {plain} background", "a simple {plain} background",
    "flat {plain} background", "uniform {plain} backdrop", "{plain} all around",
    "with {plain} in the background", "wall painted {plain}", "wall in {plain}",
    "make the background {plain}", "I would like the background to be {plain}",
    "background should be {plain}", "backdrop: plain {plain}", "have a {plain} wall behind it",
    "the wall behind it is {plain}", "{plain} surroundings", "all {plain} behind", "the back is {plain}",
    "background colour: {plain}", "{plain} as background colour", "a {plain} set",
    "everything around it {plain}", "with a {plain} background", "over a {plain} background",
    "{plain} scene", "in a {plain} room", "the set is {plain}", "use {plain} for the background",
    "behind it plain {plain}", "behind it a {plain} wall", "the rest is {plain}", "surrounded by {plain}",
    "{plain} bg", "the wall: {plain}", "a wall of {plain}", "the wall should be {plain}", "wall {plain}",
    "colour of the wall: {plain}",
)  # fmt: skip
CYCLORAMA = (
    "seamless {cyclorama} backdrop", "{cyclorama} cyclorama", "seamless {cyclorama} studio background",
    "{cyclorama} infinity cove", "a seamless sweep of {cyclorama}", "an endless {cyclorama} background",
    "a curved {cyclorama} studio wall", "wall and floor in one {cyclorama}", "{cyclorama} infinity wall",
    "a {cyclorama} sweep without edges", "{cyclorama} paper roll backdrop", "on a {cyclorama} paper sweep",
    "in a {cyclorama} cove", "seamless {cyclorama}", "{cyclorama} seamless", "cyc wall in {cyclorama}",
    "infinite {cyclorama} backdrop", "studio cyclorama, {cyclorama}", "the cyclorama is {cyclorama}",
    "cyclorama: {cyclorama}", "a {cyclorama} limbo background",
    "floor flows into the wall, all {cyclorama}", "rounded {cyclorama} studio corner",
    "{cyclorama} curved backdrop", "a photo studio with a {cyclorama} cyc",
    "with no horizon, just {cyclorama}", "{cyclorama} studio paper, no seam",
    "rolled {cyclorama} background paper", "a smooth {cyclorama} studio curve",
    "{cyclorama} backdrop with no visible edge", "seamless roll in {cyclorama}",
)  # fmt: skip
GRADIENT = (
    "gradient backdrop from {from} to {to}", "{from} to {to} gradient background",
    "{from} and {to} gradient", "background shading from {from} to {to}",
    "{from} turning into {to} in the background", "ombre {from} to {to}",
    "the background changes from {from} to {to}", "{from} blends into {to} behind it",
    "{from}-{to} gradient", "{from}/{to} gradient", "a backdrop that turns from {from} to {to}",
    "{from} melting into {to}", "background: {from} to {to}", "gradient: {from}, {to}",
    "gradient of {from} and {to}", "a soft transition from {from} to {to}",
    "the backdrop goes from {from} into {to}", "colour fade {from} to {to}", "{from} going over into {to}",
    "gradient background ({from} into {to})", "starting {from}, ending {to}",
    "blend of {from} and {to} behind", "the wall shifts from {from} to {to}", "{from} flowing into {to}",
    "a gradient that starts with {from} and ends in {to}", "smooth gradient, {from} below and {to} above",
    "{from} at the bottom to {to} at the top", "from {from} up to {to}",
    "backdrop blending {from} with {to}", "{from} dissolving into {to} in the back",
    "background runs from {from} to {to}", "{from} into {to}",
    "two colours behind it, {from} changing to {to}", "the background should shade {from} to {to}",
    "gradient from {from} to {to}", "gradient {from} to {to}",
    "a gradient behind it which goes from {from} to {to}",
    "behind it the colour flows from {from} on one side to {to} on the other",
    "the backdrop moves from {from} to {to}", "a backdrop fading from {from} to {to}",
    "{from} fading to {to}", "background with gradient ({from}, {to})", "gradient from {from} into {to}",
    "backdrop: gradient, {from} to {to}", "{from} to {to}", "a {from} to {to} fade",
    "the colour behind drifts from {from} towards {to}", "gradient bg {from} > {to}",
    "gradient with {from} and {to}",
)  # fmt: skip
TWO_TONE = (
    "two-tone backdrop, {wall} wall and {floor} floor", "{wall} wall and {floor} floor",
    "{wall} wall above a {floor} floor", "{floor} floor and {wall} wall",
    "floor in {floor} and wall in {wall}", "the background is {wall} and the floor is {floor}",
    "{wall} above, {floor} below", "{floor} ground, {wall} wall",
    "the back wall is {wall} and the ground is {floor}", "upper part {wall}, ground {floor}",
    "a {floor} floor under a {wall} wall", "wall: {wall}, floor: {floor}", "floor: {floor}; wall: {wall}",
    "two colours: {wall} for the wall, {floor} for the floor",
    "on a {floor} floor in front of a {wall} wall", "standing on {floor} with {wall} behind",
    "{wall} background and {floor} floor", "{floor} table, {wall} wall",
    "{wall} background, {floor} ground", "the floor is {floor} and the wall behind is {wall}",
    "a {wall} wall over {floor} ground", "on a {floor} surface before a {wall} background",
    "a {wall} backdrop with a {floor} floor", "colour-blocked: {wall} on top, {floor} at the bottom",
    "top half {wall}, bottom half {floor}", "ground {floor}, background {wall}",
    "{wall} back, {floor} base", "split background, {wall} over {floor}",
    "the wall should be {wall}, and make the ground {floor}", "paint the wall {wall} and the floor {floor}",
    "on {floor} ground against {wall}", "a {floor} tabletop and a {wall} wall",
    "the lower part of the background is {floor}, the upper one {wall}", "{floor} below and {wall} behind",
    "where a {wall} wall stands on a {floor} floor", "between {floor} floor and {wall} wall",
    "{floor} floor beneath a {wall} wall", "{wall} wall, {floor} floor",
    "a {floor} floor below a {wall} wall", "wall in {wall}, floor in {floor}",
    "wall {wall} and floor {floor}", "{floor} floor, {wall} wall", "{floor} ground and {wall} backdrop",
    "on a {floor} floor under a {wall} wall", "wall {wall}, ground {floor}",
    "on a {floor} ground, with a {wall} wall at the back", "the floor in {floor} under a wall in {wall}",
    "floor {floor}, background {wall}", "a {wall} wall rising from a {floor} floor",
    "{floor} floor // {wall} wall", "the ground it stands on is {floor}, what is behind is {wall}",
    "{wall} wall/{floor} floor",
)  # fmt: skip
BACKDROPS = {"plain": PLAIN, "cyclorama": CYCLORAMA, "gradient": GRADIENT, "two-tone": TWO_TONE}
ACCENT = (
    "with {accent_color} details", "with {accent_color} accents", "with {accent_color} trim",
    "and {accent_color} details", "trimmed in {accent_color}", "accented in {accent_color}",
    "that has {accent_color} details", "({accent_color} details)", "with touches of {accent_color}",
    "with {accent_color} edges", "with {accent_color} parts", "details in {accent_color}",
    "with a {accent_color} {part}", "with a {accent_color} {part}", "with its {accent_color} {part}",
    "with {accent_color} {part}", ", {accent_color} {part}", "and a {accent_color} {part}",
    "and {accent_color} {part}", "that has a {accent_color} {part}", "with the {accent_color} {part}",
    "with a {part} in {accent_color}", ", {part} in {accent_color}", "its {part} is {accent_color}",
    "w/ {accent_color} {part}", "{accent_color} {part}", "tied with a {accent_color} {part}",
    "and a bit of {accent_color} on it", "decorated in {accent_color}", "with {accent_color} highlights",
    "whose details are {accent_color}", "with some {accent_color}", "{accent_color} trim",
    "its details {accent_color}", ", {accent_color} details", ", accents: {accent_color}",
    "finished with {accent_color}", "plus {accent_color} details", ", secondary colour {accent_color}",
    "with {accent_color} elements", "with a hint of {accent_color}", "combined with {accent_color}",
)  # fmt: skip
PARTS = (
    "cap", "lid", "ribbon", "bow", "handle", "strap", "laces", "sole", "label", "band", "cord", "shade",
    "base", "rim", "button", "screen", "case", "frame", "zip", "pocket", "logo", "stripe", "edge",
    "stitching", "buckle", "pump", "nozzle", "icing", "sprinkles", "stem", "cover", "wrapper", "piping",
    "seam", "lining", "tip", "pattern", "dots",
)  # fmt: skip
STANDS = (
    "", "", "", "", "", "standing", "sitting", "placed", "shown", "displayed", "it stands", "which is",
    "that sits", "resting", "presented", "put", "lying", "and it sits", "that stands", "set", "posed",
    "seen", "photographed",
)  # fmt: skip
LIGHT = {
    "soft studio": (
        "soft studio light", "softly lit", "soft lighting", "diffuse light", "softbox lighting",
        "gentle light", "even studio lighting", "soft light", "studio lighting", "with soft shadows",
        "light: soft", "diffused lighting", "lit by a softbox", "in the soft light of a studio",
        "mellow studio light", "lighting soft and even",
    ),
    "hard sun": (
        "hard sunlight", "bright direct sun", "hard sun with crisp shadows", "harsh sunshine",
        "strong sunlight", "in bright sunlight", "in full sun", "with hard shadows",
        "sunny with sharp shadows", "direct sunlight", "light: hard sun", "in the blazing sun",
        "midday sun", "strong sun from the side", "sunlit, crisp shadows",
    ),
    "golden hour": (
        "golden hour light", "warm golden light", "golden hour", "low warm sun", "warm evening light",
        "evening sun", "in golden light", "late afternoon sun", "with a warm golden glow",
        "light: golden hour", "warm low light", "in the warm light of the evening", "golden evening mood",
        "bathed in golden light",
    ),
    "neon": (
        "neon light", "neon glow", "two-colour neon lighting", "glowing neon tubes", "electric glow",
        "neon lights", "in neon light", "with neon lighting", "light: neon", "under neon tubes", "neon-lit",
        "a neon look", "coloured neon around it", "in the glow of neon signs",
    ),
}  # fmt: skip
SEASON = {
    "snow": (
        "falling snow", "snow and snowflakes", "winter snow", "a snowy winter scene", "frosty winter",
        "in winter", "snowing", "with snow", "snowflakes in the air", "wintry", "snowy", "light snowfall",
        "winter mood, snow",
    ),
    "ornaments": (
        "festive ornaments", "holiday ornaments", "shiny ornaments around it", "yuletide decorations",
        "with ornaments", "festive holiday balls", "festive baubles", "holiday decorations",
        "glass balls around it", "for the holidays", "holiday season", "festive decoration",
        "tree ornaments around",
    ),
    "petals": (
        "flower petals", "spring petals", "scattered petals", "springtime", "petals in the air",
        "in spring", "with petals", "floating petals", "petals falling", "spring mood",
        "flower petals around", "petals everywhere",
    ),
    "leaves": (
        "autumn leaves", "fallen leaves", "scattered leaves", "in autumn", "dry leaves",
        "with autumn leaves", "autumn mood", "leaves falling", "autumnal", "leaves on the ground",
        "coloured leaves around it", "in the fall",
    ),
    "confetti": (
        "confetti", "party confetti", "colourful confetti", "a party", "carnival confetti", "with confetti",
        "confetti falling", "party mood", "confetti everywhere", "celebration confetti",
        "confetti in the air",
    ),
    "hearts": (
        "hearts", "little hearts", "paper hearts", "heart shapes", "love hearts", "with hearts",
        "hearts around it", "floating hearts", "small hearts in the air", "heart decorations",
        "with love hearts everywhere",
    ),
    "pumpkins": (
        "pumpkins", "small pumpkins", "pumpkins around it", "gourds", "a pumpkin patch", "with pumpkins",
        "pumpkins on the ground", "some pumpkins", "pumpkins next to it", "decorated with pumpkins",
    ),
}  # fmt: skip
OCCASIONS = {
    "snow": ("a snowstorm", "ice and snow", "a cold winter day", "January", "sleigh ride"),
    "ornaments": ("Advent", "yuletide", "Santa Claus", "noel"),
    "petals": ("blossoms", "flowering trees", "Easter", "April", "flowers of May"),
    "leaves": ("golden autumn", "September", "leaves turning red", "Indian summer"),
    "confetti": ("carnival", "an anniversary", "grand opening", "jubilee", "graduation party", "fireworks"),
    "hearts": ("love", "lovers", "sweethearts", "Mother's Day", "date night", "a declaration of love"),
    "pumpkins": ("trick or treat", "spooky", "31 October", "ghosts and pumpkins"),
}  # fmt: skip
"""Times and feasts, with the season that is shown for them. No sentence says them, but unknown words are
compared with them, as with those of `SEASON`."""
HEIGHT = {
    "eye level": (
        "at eye level", "eye-level view", "seen straight on", "straight-on view", "frontal view",
        "eye level",
    ),
    "slightly above": (
        "seen slightly from above", "slightly elevated view", "slightly from above", "camera a bit above",
        "a little from above", "slight top-down angle", "from just above",
    ),
    "high angle": (
        "high angle", "seen from high above", "view from above", "from above", "top view",
        "steep view from above", "bird's-eye view", "high camera angle", "looking down on it",
    ),
}  # fmt: skip
DISTANCE = {
    "close-up": (
        "close-up", "close shot", "seen from close by", "close up", "tight crop", "macro", "near view",
        "very close",
    ),
    "medium": ("medium shot", "medium distance", "mid shot", "medium framing", "from a medium distance"),
    "wide": (
        "wide shot", "seen from a distance", "small in the frame", "wide view", "from far away",
        "long shot", "with a lot of space around it", "shot from afar", "the product is small",
    ),
}  # fmt: skip
SIDES = {
    "left": ("left", "left side", "left half", "left-hand side", "left part", "left third"),
    "right": ("right", "right side", "right half", "right-hand side", "right part", "right third"),
    "top": ("top", "upper half", "upper part", "upper third", "top half", "upper area"),
}
FREE = (
    "copy space on the {side}", "empty space on the {side}", "room for text on the {side}", "free {side}",
    "nothing on the {side}", "negative space on the {side}", "space for copy on the {side}",
    "keep the {side} free", "the {side} is empty", "the {side} stays clear", "no objects on the {side}",
    "text goes on the {side}", "headline will be on the {side}", "blank {side}", "space on the {side}",
    "clean area on the {side}", "copy space {side}", "text area {side}", "white space at the {side}",
    "leave room at the {side}", "we need the {side} for text", "the copy will stand on the {side}",
    "keep clear: {side}", "empty {side}", "a free area at the {side}", "with an empty {side}",
    "the {side} should be free of objects", "headline {side}", "uncluttered {side}",
    "reserve the {side} for the headline", "I will put text on the {side}", "don't fill the {side}",
    "place for a slogan on the {side}", "plenty of room on the {side}", "open space on the {side}",
)  # fmt: skip
BESIDE = {
    "left": (
        "negative space to the left", "space to the left of it", "room left of the product",
        "text on the left of it",
    ),
    "right": (
        "negative space to the right", "space to the right of it", "room right of the product",
        "text on the right of it",
    ),
    "top": (
        "empty space above", "nothing in the upper half", "negative space above it",
        "room above for a headline", "space above the product", "text above it", "headline above",
        "free space over it", "empty above",
    ),
}  # fmt: skip
CENTRE = (
    "centred", "centred composition", "in the middle of the frame", "in the centre", "centered",
    "in the middle", "product in the centre", "symmetrical composition", "placed in the middle",
    "dead centre", "central composition", "right in the middle", "composition: centred",
    "the product is centred",
)  # fmt: skip
EMPTY = (
    "an empty stage", "empty stage", "an empty set", "a bare stage", "stage without a product",
    "no product", "nothing on it", "empty scene", "just the background, no product", "without any product",
    "only the stage", "a vacant stage", "blank backdrop for a product", "an empty scene for our product",
    "background only",
)  # fmt: skip
BARE = (
    "an empty {}",
    "empty {}",
    "a bare {}",
    "{} with nothing on it",
    "{} without a product",
    "just the {}, no product",
)
PODIUMS = {
    "round podium": (
        "round podium",
        "round plinth",
        "circular pedestal",
        "cylinder podium",
        "round stand",
        "podium",
    ),
    "square podium": ("square podium", "square plinth", "cube podium", "square pedestal", "square stand"),
    "steps": ("steps", "staircase", "set of steps", "stepped platform"),
}
SUBJECTS = (
    "{material} {product_color} {product}", "{product_color} {material} {product}",
    "{product} in {product_color}", "{product} in {material} {product_color}", "{product}, {product_color}",
    "{product} that is {product_color}", "{product_color} {product} {made}",
    "{product} {made}, {product_color}", "{product} ({product_color})",
    "{product_color}-coloured {product}", "{product} coloured {product_color}",
    "{material} {product} in {product_color}",
)  # fmt: skip
OPENINGS = (
    "", "", "", "", "", "", "", "product photo of ", "studio photo of ", "an advertising photo of ",
    "packshot of ", "picture of ", "create an image of ", "make a photo of ", "an ad with ",
    "I want a picture of ", "generate ", "banner with ", "photograph of ", "could you make ", "can you do ",
    "visual for our campaign: ", "hero shot: ", "key visual with ", "please create ", "let's have ",
    "I need ", "we would like ", "image: ", "subject: ", "product: ", "for instagram: ", "ad for ",
    "a clean shot of ", "3d render of ", "minimal photo of ", "design ", "imagine ", "there is ",
    "here is ", "it shows ", "the picture shows ", "we see ", "give me ", "main object: ", "a beautiful ",
    "the star of the picture is ", "in focus: ", "poster with ", "thumbnail with ", "try ", "what about ",
)  # fmt: skip
ASIDES = (
    "", "", "", "", "", "", "", "", "very modern", "minimalist style", "high quality", "4k",
    "photorealistic", "elegant", "premium look", "for our spring campaign", "on brand", "clean and simple",
    "eye-catching", "for a social media post", "thanks", "professional", "sharp focus", "make it pop",
    "no text", "modern design", "it should look expensive", "playful", "calm mood", "for young people",
    "sale", "new arrival", "trendy", "best quality", "bold", "luxury", "fresh look",
    "for the website later", "our client is a young brand", "so that we can crop it",
    "it is for the newsletter", "hi", "dear designer", "as discussed", "like in the last campaign",
    "nothing too dramatic", "we also sell furniture", "inspired by Scandinavian design",
    "everything should feel light", "think of a magazine cover", "hello", "please",
    "this is for our honey brand", "the picture is for a story", "the target group is students",
    "simple is better", "we meet on Monday", "for the shop in Berlin", "our motto is less is more",
    "just like that", "classy", "it should come across as friendly", "the mood is quiet",
    "let me know if it works", "versions in every format", "made for people who love to travel",
    "the rest is up to you", "with a twist", "and that is all", "no people",
)  # fmt: skip
JOINS = (", ", ", ", ", ", "; ", " / ", " - ", ". ", ". ", " | ", " ", ", and ", " with ", "\n", " and ")
ORDINARY = (
    "river", "window", "music", "doctor", "summer", "engine", "paper", "village", "garden", "number",
    "winter", "tiger", "carpet", "planet", "kitchen", "soldier", "letter", "market", "ocean", "button",
    "forest", "dragon", "sofa", "bicycle", "horse", "castle", "guitar", "rocket", "table", "chair", "shirt",
    "jacket", "umbrella", "camera", "pencil", "bread", "cheese", "lemonade", "burger", "pizza", "sandwich",
    "drone", "laptop", "tablet", "printer", "necklace", "bracelet", "hat", "scarf", "glove", "sock", "toy",
    "doll", "ball", "racket", "skateboard", "car", "truck", "boat", "plane",
)  # fmt: skip
"""Nouns that no product has. They stand in at times, so that a role is told by its place, not by its word."""


def beside_the_point() -> Iterator[str]:
    """Words that say nothing of season or light: courtesies, parts of products, words of frames."""
    for told in (OPENINGS, ASIDES, PARTS, STANDS):
        yield from filter(None, (phrase.strip() for phrase in told))
    frames = (*(frame for told in BACKDROPS.values() for frame in told), *ACCENT, *FREE)
    around = " ".join(re.sub("{.*?}", "", frame) for frame in frames)
    yield from sorted(set(re.findall(r"\b[a-z]{3,}\b", around)))
