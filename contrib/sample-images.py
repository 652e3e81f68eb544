#!/usr/bin/python3
"""Draw the pictures of the sample site, feeds/medigy/images.

Needs Pillow (Debian: python3-pil). The drawing has no random part and no
outside input, so the same Pillow makes the same files again:

    /usr/bin/python3 contrib/sample-images.py [DIR]
"""
import math
import os
import sys

from PIL import Image, ImageDraw, ImageFont

W, H = 1200, 630            # what social previews and feed readers like
SS = 2                      # drawn twice as large, then scaled down: smooth edges
WHITE = (255, 255, 255)


# -- ground and lettering ---------------------------------------------------

def ground(top, bottom, size=(W, H), diagonal=False):
    """A gradient from top to bottom (or corner to corner), at drawing size."""
    w, h = size[0] * SS, size[1] * SS
    mask = Image.linear_gradient("L").resize((w, h), Image.BILINEAR)
    if diagonal:
        across = Image.linear_gradient("L").rotate(90).resize((w, h), Image.BILINEAR)
        mask = Image.blend(mask, across, 0.5)
    return Image.composite(Image.new("RGB", (w, h), bottom),
                           Image.new("RGB", (w, h), top), mask)


def mix(a, b, t):
    return tuple(round(x + (y - x) * t) for x, y in zip(a, b))


def glyphs(text, gap=0):
    """The set pixels of text in Pillow's own bitmap font, and their extent.

    The font gives every letter six columns; gap adds some between letters.
    """
    load = getattr(ImageFont, "load_default_imagefont", ImageFont.load_default)
    probe = Image.new("1", (len(text) * (6 + gap) + 8, 16), 0)
    d = ImageDraw.Draw(probe)
    for i, c in enumerate(text):
        d.text((i * (6 + gap), 0), c, fill=1, font=load())
    left, _, right, _ = probe.getbbox()
    on = [(x - left, y) for y in range(16) for x in range(left, right)
          if probe.getpixel((x, y))]
    return on, right - left


def dots(d, x, y, text, pitch, fill, gap=0):
    """Text as a dot matrix, the way a bedside monitor would print it."""
    on, width = glyphs(text, gap)
    r = pitch * 0.46
    for px, py in on:
        cx, cy = x + (px + 0.5) * pitch, y + (py + 0.5) * pitch
        ellipse(d, cx, cy, r, r, fill=fill)
    return width * pitch


# -- drawing in picture coordinates -----------------------------------------

def ellipse(d, cx, cy, rx, ry, **kw):
    if "width" in kw:
        kw["width"] = round(kw["width"] * SS)
    d.ellipse([(cx - rx) * SS, (cy - ry) * SS, (cx + rx) * SS, (cy + ry) * SS], **kw)


def line(d, pts, fill, width, caps=True):
    d.line([(x * SS, y * SS) for x, y in pts], fill=fill,
           width=round(width * SS), joint="curve")
    if caps:
        for x, y in (pts[0], pts[-1]):
            ellipse(d, x, y, width / 2, width / 2, fill=fill)


def poly(d, pts, fill):
    d.polygon([(x * SS, y * SS) for x, y in pts], fill=fill)


def box(d, x0, y0, x1, y1, r, **kw):
    if "width" in kw:
        kw["width"] = round(kw["width"] * SS)
    d.rounded_rectangle([x0 * SS, y0 * SS, x1 * SS, y1 * SS], radius=r * SS, **kw)


def arc(d, cx, cy, r, a0, a1, fill, width):
    d.arc([(cx - r) * SS, (cy - r) * SS, (cx + r) * SS, (cy + r) * SS],
          a0, a1, fill=fill, width=round(width * SS))


def heart(d, cx, cy, s, fill):
    pts = []
    for i in range(120):
        t = 2 * math.pi * i / 120
        x = 16 * math.sin(t) ** 3
        y = -(13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t))
        pts.append((cx + x * s / 16, cy + y * s / 16))
    poly(d, pts, fill)


# -- pictograms: each is drawn around (840, 300) ----------------------------

CX, CY = 840, 300


def p_fhir(d, ink, soft):
    nodes = [(CX + 210 * math.cos(math.radians(a)), CY + 185 * math.sin(math.radians(a)))
             for a in range(-90, 270, 60)]
    for i, n in enumerate(nodes):
        line(d, [(CX, CY), n], soft, 8)
        line(d, [n, nodes[(i + 1) % 6]], soft, 4)
    for i, (x, y) in enumerate(nodes):
        ellipse(d, x, y, 34, 34, fill=ink)
        ellipse(d, x, y, 15, 15, fill=soft)
    ellipse(d, CX, CY, 74, 74, fill=ink)
    for sx in (-1, 1):                       # a pair of braces in the middle
        x = CX + sx * 26
        line(d, [(x - sx * 8, CY - 36), (x, CY - 30), (x, CY - 8), (x + sx * 11, CY),
                 (x, CY + 8), (x, CY + 30), (x - sx * 8, CY + 36)], soft, 8)


def p_terminology(d, ink, soft):
    rows = [[CX], [CX - 160, CX + 160], [CX - 240, CX - 80, CX + 80, CX + 240]]
    ys = [130, 295, 460]
    for r in (0, 1):
        for i, x in enumerate(rows[r]):
            for k in (2 * i, 2 * i + 1):
                cx = rows[r + 1][k]
                mid = (ys[r] + ys[r + 1]) / 2
                line(d, [(x, ys[r]), (x, mid), (cx, mid), (cx, ys[r + 1])], soft, 8)
    line(d, [(CX - 160, ys[1]), (CX + 80, ys[2])], soft, 4)       # one more parent
    for r, w in ((0, 84), (1, 66), (2, 52)):
        for x in rows[r]:
            box(d, x - w, ys[r] - 36, x + w, ys[r] + 36, 20, fill=ink)
            line(d, [(x - w * .5, ys[r] - 9), (x + w * .5, ys[r] - 9)], soft, 8)
            line(d, [(x - w * .5, ys[r] + 11), (x + w * .2, ys[r] + 11)], soft, 8)


def p_security(d, ink, soft):
    pts = []
    for i in range(61):                      # a shield: flat shoulders, round foot
        t = i / 60
        pts.append((CX + 180 * math.cos(math.pi * t / 2) ** 0.7 if t < 1 else CX,
                    250 + 260 * math.sin(math.pi * t / 2)))
    left = [(2 * CX - x, y) for x, y in reversed(pts)]
    poly(d, [(CX - 180, 130), (CX, 84), (CX + 180, 130)] + pts + left, ink)
    arc(d, CX, 262, 52, 180, 360, soft, 20)
    line(d, [(CX - 42, 262), (CX - 42, 300)], soft, 20, caps=False)
    line(d, [(CX + 42, 262), (CX + 42, 300)], soft, 20, caps=False)
    box(d, CX - 78, 282, CX + 78, 398, 18, fill=soft)
    ellipse(d, CX, 328, 16, 16, fill=ink)
    line(d, [(CX, 330), (CX, 364)], ink, 12)


def p_standards(d, ink, soft):
    for i, y in enumerate((430, 350, 270, 190)):
        w, h = 230, 92
        top = [(CX, y - h), (CX + w, y), (CX, y + h), (CX - w, y)]
        under = [(x, yy + 22) for x, yy in top]
        poly(d, [under[3], top[3], top[0], top[1], under[1], under[2]], soft)
        poly(d, top, mix(soft, ink, 0.45 + 0.18 * i))


def p_imaging(d, ink, soft):
    ellipse(d, CX, CY, 250, 226, fill=mix(soft, (0, 0, 0), 0.55))
    ellipse(d, CX, CY, 222, 198, fill=ink)
    ellipse(d, CX, CY, 202, 178, fill=mix(soft, ink, 0.25))
    for s in (-1, 1):
        for k in range(5):                   # folds, then the dark chambers
            a = math.radians(-60 + 30 * k)
            x, y = CX + s * 128 * math.cos(a), CY + 128 * math.sin(a)
            ellipse(d, x, y, 36, 30, fill=mix(soft, ink, 0.45))
            ellipse(d, x + s * 6, y, 17, 14, fill=mix(soft, ink, 0.7))
        ellipse(d, CX + s * 38, CY - 10, 24, 68, fill=mix(soft, (0, 0, 0), 0.45))
    line(d, [(CX, CY - 172), (CX, CY + 172)], mix(soft, ink, 0.6), 5)
    for x0, x1 in ((CX - 300, CX - 262), (CX + 262, CX + 300)):
        line(d, [(x0, CY), (x1, CY)], ink, 4)
    for y0, y1 in ((CY - 268, CY - 238), (CY + 238, CY + 268)):
        line(d, [(CX, y0), (CX, y1)], ink, 4)


def p_public_health(d, ink, soft):
    hs = [90, 140, 120, 200, 260, 230, 320]
    for i, h in enumerate(hs):
        x = CX - 250 + i * 74
        box(d, x, 480 - h, x + 50, 480, 10, fill=mix(soft, ink, 0.35 + 0.09 * i))
    line(d, [(CX - 270, 498), (CX + 280, 498)], ink, 8)
    pts = [(CX - 225 + i * 74, 442 - h) for i, h in enumerate(hs)]
    line(d, pts, ink, 7)
    for x, y in pts:
        ellipse(d, x, y, 13, 13, fill=ink)


def p_genomics(d, ink, soft):
    n, a = 220, 92
    for k in range(14):
        t = (k + 0.5) / 14
        x = CX - 290 + 580 * t
        y = a * math.sin(t * 4 * math.pi)
        if abs(y) > 14:
            line(d, [(x, CY - y), (x, CY)], ink, 9)
            line(d, [(x, CY), (x, CY + y)], mix(soft, ink, 0.45), 9)
    for sign, col in ((1, mix(soft, ink, 0.6)), (-1, ink)):
        line(d, [(CX - 290 + 580 * i / n, CY + sign * a * math.sin(i / n * 4 * math.pi))
                 for i in range(n + 1)], col, 22)


def p_covid19(d, ink, soft):
    for k in range(14):
        a = 2 * math.pi * k / 14
        c, s = math.cos(a), math.sin(a)
        line(d, [(CX + 130 * c, CY + 130 * s), (CX + 202 * c, CY + 202 * s)], ink, 11)
        ellipse(d, CX + 212 * c, CY + 212 * s, 20, 20, fill=ink)
    ellipse(d, CX, CY, 152, 152, fill=ink)
    for r, k0, n in ((58, 0, 5), (108, 0.3, 9)):
        for k in range(n):
            a = 2 * math.pi * (k + k0) / n
            ellipse(d, CX + r * math.cos(a), CY + r * math.sin(a), 15, 15, fill=soft)
    ellipse(d, CX, CY, 15, 15, fill=soft)


def p_research(d, ink, soft):
    poly(d, [(CX - 52, 110), (CX + 52, 110), (CX + 52, 260), (CX + 186, 470),
             (CX - 186, 470), (CX - 52, 260)], ink)
    box(d, CX - 190, 440, CX + 190, 500, 30, fill=ink)
    box(d, CX - 80, 84, CX + 80, 122, 16, fill=ink)
    poly(d, [(CX - 88, 356), (CX + 88, 356), (CX + 158, 468), (CX - 158, 468)], soft)
    for x, y, r in ((CX - 30, 330, 14), (CX + 26, 288, 10), (CX + 2, 232, 8)):
        ellipse(d, x, y, r, r, fill=soft)
    for x, y, r in ((CX - 74, 430, 16), (CX + 10, 408, 22), (CX + 84, 438, 13)):
        ellipse(d, x, y, r, r, fill=ink)


def p_policy(d, ink, soft):
    poly(d, [(CX - 250, 212), (CX, 92), (CX + 250, 212)], ink)
    ellipse(d, CX, 170, 24, 24, fill=soft)
    box(d, CX - 250, 222, CX + 250, 252, 6, fill=ink)
    for k in range(5):
        x = CX - 208 + k * 104
        box(d, x - 25, 266, x + 25, 436, 8, fill=mix(soft, ink, 0.75))
        line(d, [(x - 8, 282), (x - 8, 420)], soft, 5)
        line(d, [(x + 8, 282), (x + 8, 420)], soft, 5)
    box(d, CX - 250, 450, CX + 250, 476, 6, fill=ink)
    box(d, CX - 276, 482, CX + 276, 512, 6, fill=ink)


def p_ai(d, ink, soft):
    cols = [(CX - 230, 4), (CX - 76, 5), (CX + 76, 5), (CX + 230, 2)]
    layer = [[(x, CY + (i - (n - 1) / 2) * 88) for i in range(n)] for x, n in cols]
    for a, b in zip(layer, layer[1:]):
        for p in a:
            for q in b:
                line(d, [p, q], soft, 3)
    for k, pts in enumerate(layer):
        for x, y in pts:
            ellipse(d, x, y, 30, 30, fill=ink)
            if (k + round(y)) % 2:
                ellipse(d, x, y, 14, 14, fill=soft)


def p_mhealth(d, ink, soft):
    box(d, CX - 140, 64, CX + 140, 536, 40, fill=ink)
    box(d, CX - 120, 110, CX + 120, 484, 10, fill=soft)
    line(d, [(CX - 24, 88), (CX + 24, 88)], soft, 9)
    ellipse(d, CX, 510, 13, 13, fill=soft)
    heart(d, CX, 250, 84, ink)
    line(d, [(CX - 96, 412), (CX - 46, 412), (CX - 28, 378), (CX - 4, 446),
             (CX + 18, 396), (CX + 30, 412), (CX + 96, 412)], ink, 8)


def p_units(d, ink, soft):
    for k, (fill, hue) in enumerate(((0.35, 0.30), (0.62, 0.45), (0.48, 0.60), (0.8, 0.78))):
        x = CX - 216 + k * 144
        box(d, x - 44, 96, x + 44, 500, 44, fill=ink)
        box(d, x - 30, 110, x + 30, 486, 30, fill=mix(soft, ink, 0.12))
        top = 470 - 340 * fill
        box(d, x - 30, top, x + 30, 486, 30, fill=mix(soft, ink, hue))
        box(d, x - 30, top, x + 30, top + 40, 4, fill=mix(soft, ink, hue))
        for j in range(6):
            line(d, [(x + 8, 160 + j * 52), (x + 30, 160 + j * 52)], ink, 4, caps=False)
        box(d, x - 58, 84, x + 58, 112, 12, fill=ink)


# -- putting a picture together ---------------------------------------------

def finish(im, size=(W, H)):
    return im.resize(size, Image.LANCZOS)


def caption(d, title, sub, ink, soft):
    box(d, 84, 176, 172, 188, 6, fill=ink)
    dots(d, 84, 214, title, 8.6 if len(title) <= 7 else 6.6, ink, gap=1)
    dots(d, 86, 332, sub, 3.6, mix(soft, ink, 0.62))


def plate(draw, title, sub, top, bottom, soft, diagonal=False):
    im = ground(top, bottom, diagonal=diagonal)
    d = ImageDraw.Draw(im)
    ellipse(d, CX, CY + 15, 330, 330, fill=mix(mix(top, bottom, 0.5), WHITE, 0.07))
    draw(d, WHITE, soft)
    caption(d, title, sub, WHITE, soft)
    return finish(im)


def ecg(t):
    """One heartbeat over 0..1, in picture units upward."""
    bumps = ((0.18, 0.030, 26), (0.335, 0.011, -26), (0.37, 0.013, 190),
             (0.405, 0.012, -58), (0.62, 0.050, 44))
    return sum(h * math.exp(-((t - m) / s) ** 2) for m, s, h in bumps)


def pulse():
    """A monitor trace in six frames; few colours, so that a GIF stays small."""
    back, grid, trace, glow = (9, 30, 38), (17, 54, 64), (94, 234, 190), (28, 110, 100)
    frames = []
    for f in range(6):
        im = Image.new("RGB", (W * SS, H * SS), back)
        d = ImageDraw.Draw(im)
        for x in range(0, W + 1, 60):
            line(d, [(x, 0), (x, H)], grid, 2, caps=False)
        for y in range(15, H + 1, 60):
            line(d, [(0, y), (W, y)], grid, 2, caps=False)
        head = W * (f + 1) / 6
        pts = [(x, 380 - ecg((x / 300) % 1)) for x in range(0, W + 1, 3)]
        old = [p for p in pts if p[0] > head + 40]
        new = [p for p in pts if p[0] <= head]
        if len(old) > 1:
            line(d, old, glow, 5)
        line(d, new, trace, 8)
        ellipse(d, *new[-1], 15, 15, fill=trace)
        dots(d, 60, 44, "Waveforms", 5.4, trace, gap=1)
        im = im.resize((W, H), Image.BOX)
        frames.append(im)
    frames.insert(0, frames.pop())           # still viewers show the whole trace
    base = frames[0].quantize(8, dither=Image.Dither.NONE)
    return [f.quantize(palette=base, dither=Image.Dither.NONE) for f in frames]


def svg(title, top, bottom, body):
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {W} {H}" role="img" aria-label="{title}">
  <defs>
    <linearGradient id="g" x1="0" y1="0" x2="1" y2="1">
      <stop offset="0" stop-color="{top}"/>
      <stop offset="1" stop-color="{bottom}"/>
    </linearGradient>
  </defs>
  <rect width="{W}" height="{H}" fill="url(#g)"/>
  <circle cx="840" cy="315" r="330" fill="#fff" opacity=".07"/>
{body}
  <rect x="84" y="176" width="88" height="12" rx="6" fill="#fff"/>
{svg_text(84, 214, title)}
</svg>
"""


def svg_text(x, y, text, pitch=6.6):
    on, _ = glyphs(text, gap=1)
    path = "".join(f"M{x + (px + .5) * pitch:.1f} {y + (py + .5) * pitch:.1f}h0" for px, py in on)
    return (f'  <path d="{path}" stroke="#fff" stroke-width="{pitch * .92:.1f}"'
            ' stroke-linecap="round"/>')


EHR = """  <g fill="#fff">
    <rect x="660" y="104" width="360" height="424" rx="26"/>
    <rect x="766" y="70" width="148" height="72" rx="20"/>
  </g>
  <g fill="none" stroke="#7c3aed" stroke-width="14" stroke-linecap="round">
    <circle cx="840" cy="104" r="9"/>
    <path d="M720 220h112M720 274h120M720 328h140M720 470h240"/>
    <path d="M916 198v88M872 242h88" stroke="#db2777" stroke-width="26"/>
    <path d="M720 404h52l18-38 26 72 24-50 12 16h108" stroke="#db2777" stroke-width="10" stroke-linejoin="round"/>
  </g>"""

OPEN = """  <g fill="none" stroke="#fff" stroke-linecap="round" stroke-linejoin="round">
    <rect x="590" y="110" width="500" height="390" rx="28" stroke-width="14"/>
    <path d="M590 184h500" stroke-width="10"/>
    <path d="M740 270l-72 72 72 72M940 270l72 72-72 72M872 250l-64 184" stroke-width="24"/>
  </g>
  <g fill="#fff"><circle cx="632" cy="148" r="11"/><circle cx="668" cy="148" r="11"/><circle cx="704" cy="148" r="11"/></g>"""


def favicon():
    im = Image.new("RGBA", (96 * SS, 96 * SS), (0, 0, 0, 0))
    d = ImageDraw.Draw(im)
    box(d, 2, 2, 94, 94, 22, fill=(13, 116, 128, 255))
    heart(d, 48, 50, 33, (255, 255, 255, 255))
    line(d, [(18, 49), (36, 49), (43, 36), (53, 62), (59, 49), (78, 49)],
         (13, 116, 128, 255), 5.5)
    return finish(im, (96, 96))


def sketch():
    """The little flow chart inside the bundle: client, token, server."""
    im = Image.new("RGB", (900 * SS, 260 * SS), (246, 248, 251))
    d = ImageDraw.Draw(im)
    ink, edge = (30, 58, 95), (120, 144, 172)
    for x, text in ((40, "App"), (340, "Authorize"), (640, "FHIR API")):
        box(d, x, 70, x + 220, 190, 22, fill=WHITE, outline=ink, width=5)
        _, w = glyphs(text)
        dots(d, x + 110 - w * 3.4 / 2, 106, text, 3.4, ink)
    for x in (268, 568):
        line(d, [(x, 130), (x + 52, 130)], edge, 7)
        poly(d, [(x + 48, 112), (x + 68, 130), (x + 48, 148)], edge)
    return im.resize((900, 260), Image.LANCZOS)


PLATES = [
    # file, drawing, caption, second line, gradient from, to, colour of the details
    ("fhir.png", p_fhir, "FHIR", "resources that link", (196, 62, 28), (120, 22, 44), (204, 84, 62)),
    ("terminology.png", p_terminology, "Terms", "one meaning, one code", (20, 104, 120), (12, 58, 92), (70, 142, 160)),
    ("security.png", p_security, "Privacy", "and security", (46, 58, 98), (20, 26, 52), (74, 90, 146)),
    ("standards.png", p_standards, "Standards", "layer upon layer", (30, 112, 92), (10, 64, 72), (46, 122, 112)),
    ("imaging.jpeg", p_imaging, "Imaging", "slices and series", (38, 48, 60), (12, 16, 24), (58, 70, 86)),
    ("public-health.jpeg", p_public_health, "Health", "of whole populations", (14, 122, 86), (8, 70, 92), (40, 130, 116)),
    ("genomics.jpeg", p_genomics, "Genomes", "and phenotypes", (92, 44, 140), (40, 24, 92), (146, 96, 190)),
    ("covid19.jpeg", p_covid19, "COVID-19", "data in a pandemic", (160, 52, 64), (84, 24, 60), (196, 96, 104)),
    ("research.jpeg", p_research, "Research", "open data, open methods", (24, 96, 160), (16, 48, 104), (66, 132, 190)),
    ("policy.webp", p_policy, "Policy", "rules of the road", (90, 78, 60), (48, 38, 40), (140, 122, 100)),
    ("ai.webp", p_ai, "AI", "learn, then check", (28, 60, 150), (70, 24, 120), (112, 116, 206)),
    ("mhealth.webp", p_mhealth, "mHealth", "care in a pocket", (214, 92, 74), (150, 40, 92), (216, 104, 104)),
]
KINDS = {".png": ("PNG", {"optimize": True}),
         ".jpeg": ("JPEG", {"quality": 72, "optimize": True, "progressive": True}),
         ".webp": ("WEBP", {"quality": 76, "method": 6})}


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    site = os.path.join(here, "..", "feeds", "medigy")
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(site, "images")
    os.makedirs(out, exist_ok=True)

    for name, draw, title, sub, top, bottom, soft in PLATES:
        kind, opts = KINDS[os.path.splitext(name)[1]]
        im = plate(draw, title, sub, top, bottom, soft, diagonal=kind != "PNG")
        if kind == "PNG":                    # 256 colours do, and halve the file
            im = im.quantize(256, dither=Image.Dither.NONE)
        im.save(os.path.join(out, name), kind, **opts)

    frames = pulse()
    frames[0].save(os.path.join(out, "pulse.gif"), "GIF", save_all=True,
                   append_images=frames[1:], duration=300, loop=0, optimize=True)

    back = (22, 78, 99)
    im = plate(p_units, "Units", "mg/dL or mmol/L", back, back, (60, 140, 150))
    im.quantize(32, dither=Image.Dither.NONE).save(
        os.path.join(out, "units.gif"), "GIF", optimize=True)

    for name, text in (("ehr.svg", svg("Records", "#6d28d9", "#9d174d", EHR)),
                       ("open-source.svg", svg("Open", "#0f766e", "#1e3a8a", OPEN))):
        with open(os.path.join(out, name), "w", encoding="utf-8", newline="\n") as f:
            f.write(text)

    favicon().save(os.path.join(out, "favicon.png"), "PNG", optimize=True)
    if len(sys.argv) < 2:
        bundle = os.path.join(site, "content", "smart-app-launch")
        os.makedirs(bundle, exist_ok=True)
        sketch().quantize(32, dither=Image.Dither.NONE).save(
            os.path.join(bundle, "flow.png"), "PNG", optimize=True)


if __name__ == "__main__":
    main()
