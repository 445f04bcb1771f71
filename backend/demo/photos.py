"""Photos for the demo, drawn: a street, a front with its sign, a wall with licences, a machine. Nothing is found or copied.

Same chance, same bytes. No system fonts are used, so that a bare machine draws the same; signs carry codes and marks.
"""

import io
from random import Random

from PIL import Image, ImageDraw, ImageFont

SIZE = (480, 360)
QUALITY = 68
Colour = tuple[int, int, int]
Draw = ImageDraw.ImageDraw
FONT = ImageFont.load_default(26)
SMALL = ImageFont.load_default(13)
INK: Colour = (40, 40, 46)
PAPER: Colour = (246, 243, 232)


def draw_photo(chance: Random, scene: str, role: str, label: str) -> bytes:
    """A JPEG of ``scene`` (shop, clinic, barber, hotel, water) as a photo of ``role`` shows it; ``label`` is ASCII."""
    image = Image.new("RGB", SIZE, _tone(chance, 110, 220))
    draw = ImageDraw.Draw(image)
    _patches(chance, draw)
    if role == "licence":
        _wall(chance, draw, label)
    elif role == "detail":
        _detail(chance, draw, scene)
    elif scene == "water":
        _machine(chance, draw, label, close=role == "signboard")
    else:
        _front(chance, draw, scene, label, close=role == "signboard")
    turned = image.rotate(chance.uniform(-3, 3), resample=Image.Resampling.NEAREST, fillcolor=_tone(chance, 60, 140))
    content = io.BytesIO()
    turned.save(content, "JPEG", quality=QUALITY)
    return content.getvalue()


def _tone(chance: Random, low: int, high: int) -> Colour:
    """A greyish colour of that lightness, as walls and streets have."""
    light = chance.randint(low, high)
    red, green, blue = (max(0, min(255, light + chance.randint(-26, 26))) for _ in range(3))
    return red, green, blue


def _patches(chance: Random, draw: Draw) -> None:
    """Light and shade, parked cars, trees: what makes two photos of one street differ."""
    width, height = SIZE
    horizon = chance.randint(90, 200)
    draw.rectangle((0, horizon, width, height), fill=_tone(chance, 70, 150))
    for _ in range(chance.randint(7, 11)):
        x, y = chance.randint(-60, width), chance.randint(-60, height)
        w, h = chance.randint(50, 190), chance.randint(40, 170)
        shape = draw.ellipse if chance.random() < 0.4 else draw.rectangle
        shape((x, y, x + w, y + h), fill=_tone(chance, 30, 235))


def _front(chance: Random, draw: Draw, scene: str, label: str, *, close: bool) -> None:
    left, top = chance.randint(20, 110), chance.randint(30, 90)
    right, bottom = chance.randint(350, 460), chance.randint(270, 345)
    draw.rectangle((left, top, right, bottom), fill=_tone(chance, 120, 235), outline=INK, width=2)
    sign_bottom = top + (chance.randint(90, 130) if close else chance.randint(42, 66))
    draw.rectangle((left - 6, top - 6, right + 6, sign_bottom), fill=_tone(chance, 30, 190), outline=INK, width=2)
    draw.text((left + 62, (top + sign_bottom) // 2 - 14), label, fill=PAPER, font=FONT)
    _mark(draw, scene, left + 30, (top + sign_bottom) // 2)
    door = chance.randint(left + 40, right - 110)
    draw.rectangle(
        (door, sign_bottom + 24, door + chance.randint(50, 90), bottom), fill=_tone(chance, 30, 110), outline=INK
    )
    for _ in range(chance.randint(1, 3)):
        x = chance.randint(left + 8, right - 80)
        draw.rectangle((x, sign_bottom + 18, x + chance.randint(40, 76), sign_bottom + chance.randint(60, 110)),
                       fill=_tone(chance, 150, 245), outline=INK)  # fmt: skip


def _mark(draw: Draw, scene: str, x: int, y: int) -> None:
    """A cross for clinics, a striped pole for barbers, a bed for hotels; other shops have a plain disc."""
    if scene == "clinic":
        draw.rectangle((x - 14, y - 5, x + 14, y + 5), fill=(210, 40, 40))
        draw.rectangle((x - 5, y - 14, x + 5, y + 14), fill=(210, 40, 40))
    elif scene == "barber":
        for step, colour in enumerate(((200, 40, 40), PAPER, (40, 60, 170)) * 2):
            draw.rectangle((x - 8, y - 18 + step * 6, x + 8, y - 12 + step * 6), fill=colour)
    elif scene == "hotel":
        draw.rectangle((x - 16, y, x + 16, y + 10), fill=PAPER)
        draw.rectangle((x - 16, y - 8, x - 6, y), fill=PAPER)
    else:
        draw.ellipse((x - 12, y - 12, x + 12, y + 12), fill=PAPER)


def _machine(chance: Random, draw: Draw, label: str, *, close: bool) -> None:
    grown = 60 if close else 0
    left, top = chance.randint(60, 220) - grown // 2, chance.randint(20, 80) - grown // 3
    right, bottom = left + chance.randint(130, 190) + grown, chance.randint(290, 350)
    draw.rectangle((left, top, right, bottom), fill=_tone(chance, 150, 245), outline=INK, width=3)
    draw.rectangle((left, top, right, top + 40), fill=(30, 90, chance.randint(140, 220)))
    draw.text((left + 10, top + 8), label, fill=PAPER, font=FONT)
    middle = (left + right) // 2
    draw.polygon([(middle, top + 56), (middle - 20, top + 96), (middle + 20, top + 96)], fill=(60, 140, 220))
    draw.ellipse((middle - 21, top + 80, middle + 21, top + 120), fill=(60, 140, 220))
    draw.rectangle((middle - 34, bottom - 110, middle + 34, bottom - 40), fill=(35, 40, 50), outline=INK)
    draw.rectangle((middle - 4, bottom - 108, middle + 4, bottom - 84), fill=(190, 190, 195))


def _wall(chance: Random, draw: Draw, label: str) -> None:
    draw.rectangle((0, 0, *SIZE), fill=_tone(chance, 170, 240))
    _patches(chance, draw)
    for _ in range(chance.randint(1, 3)):
        x, y = chance.randint(10, 260), chance.randint(10, 170)
        w, h = chance.randint(110, 200), chance.randint(90, 160)
        draw.rectangle((x - 6, y - 6, x + w + 6, y + h + 6), fill=_tone(chance, 80, 140))
        draw.rectangle((x, y, x + w, y + h), fill=PAPER)
        draw.text((x + 12, y + 10), label, fill=(150, 30, 30), font=SMALL)
        for line in range(34, h - 12, 14):
            draw.line((x + 12, y + line, x + w - chance.randint(14, 60), y + line), fill=(150, 145, 140), width=2)
        draw.ellipse((x + w - 44, y + h - 44, x + w - 12, y + h - 12), outline=(200, 40, 40), width=3)


def _detail(chance: Random, draw: Draw, scene: str) -> None:
    for _ in range(chance.randint(3, 6)):
        x, y = chance.randint(20, 340), chance.randint(40, 240)
        if scene == "water":
            draw.line((x, y, x + chance.randint(-120, 160), y + chance.randint(20, 150)), fill=(40, 40, 40), width=6)
            draw.ellipse((x, y, x + chance.randint(60, 150), y + 40), fill=_tone(chance, 90, 190))
        else:
            draw.rounded_rectangle((x, y, x + chance.randint(40, 130), y + chance.randint(50, 110)), 12,
                                   fill=_tone(chance, 160, 250), outline=INK, width=2)  # fmt: skip
            draw.line((x + 10, y + 20, x + 60, y + 20), fill=(170, 40, 40), width=4)
