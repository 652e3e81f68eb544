"""Featured images whose headers lie, loop or never end."""
import os
import struct

from worst import HEAD, Case, put

BIG = 2**31
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8"


def image(name, data, comes, extension="png", **more):
    def make(site):
        size = put(site, f"images/worst.{extension}", data())
        put(site, "content/worst.md",
            f"---\n{HEAD}image: worst.{extension}\n---\nText.\n")
        return size
    return Case("image", name, make, comes, **more)


def box(kind, inside=b"", size=None):
    size = 8 + len(inside) if size is None else size
    return struct.pack(">I", size) + kind + inside


def nested(kind, levels):
    data = b""
    for _ in range(levels):
        data = box(kind, data)
    return data


def fifo(site):
    (site.folder / "images").mkdir()
    os.mkfifo(site.folder / "images" / "worst.png")
    put(site, "content/worst.md", f"---\n{HEAD}image: worst.png\n---\nText.\n")
    return 0


FTYP = box(b"ftyp", b"avif\0\0\0\0avif")
IHDR = PNG + struct.pack(">I", 13) + b"IHDR"
SVG = "<svg xmlns='http://www.w3.org/2000/svg' "

CASES = [
    image("PNG of 2^31 x 2^31", lambda: IHDR + struct.pack(">II", BIG, BIG) + bytes(9), "valid"),
    image("PNG of 2^32-1 x 1", lambda: IHDR + struct.pack(">II", 2**32 - 1, 1) + bytes(9), "valid"),
    image("PNG, a chunk of 2^32-1 bytes", lambda: PNG + struct.pack(">I", 2**32 - 1) + b"IHDR" + bytes(20), "valid"),
    image("PNG, 8 MiB of empty chunks", lambda: PNG + (bytes(4) + b"teXt" + bytes(4)) * 700000, "valid"),
    image("JPEG, segments without end", lambda: JPEG + b"\xff\xe0\0\2" * 2000000, "valid", "jpg"),
    image("JPEG, 8 MiB of 0xFF", lambda: JPEG + b"\xff" * (8 << 20), "valid", "jpg"),
    image("JPEG, segments of length 0", lambda: JPEG + b"\xff\xe0\0\0" * 2000000, "valid", "jpg"),
    image("JPEG of 65535 x 65535", lambda: JPEG + b"\xff\xc0\0\x11\x08" + b"\xff" * 4 + bytes(10), "valid", "jpg"),
    image("GIF of 65535 x 65535", lambda: b"GIF89a" + b"\xff" * 4 + bytes(3), "valid", "gif"),
    image("WebP, a chunk of 2^32-1 bytes",
          lambda: b"RIFF" + b"\xff" * 4 + b"WEBPVP8 " + b"\xff" * 4 + bytes(20), "valid", "webp"),
    image("WebP, VP8X of 2^24 x 2^24",
          lambda: b"RIFF" + b"\x16\0\0\0" + b"WEBPVP8X\x0a\0\0\0" + bytes(4) + b"\xff" * 6, "valid", "webp"),
    image("AVIF, boxes 4,000 deep", lambda: FTYP + nested(b"meta", 4000), "valid", "avif"),
    image("AVIF, 1e6 empty boxes", lambda: FTYP + box(b"free") * 1000000, "valid", "avif"),
    image("AVIF, a box of size 0", lambda: FTYP + box(b"meta", size=0) + bytes(100), "valid", "avif"),
    image("AVIF, a box of size 1 and 2^63",
          lambda: FTYP + box(b"meta", struct.pack(">Q", BIG << 32) + bytes(100), size=1), "valid", "avif"),
    image("AVIF, boxes of size 2", lambda: FTYP + box(b"meta", bytes(100), size=2) * 1000, "valid", "avif"),
    image("SVG, a huge viewBox", lambda: SVG + f"viewBox='0 0 {'9' * 100000} {'9' * 100000}'/>", "valid", "svg"),
    image("SVG, sizes of 1e308", lambda: SVG + "width='1e308' height='1e308'/>", "valid", "svg"),
    image("SVG, a bomb of entities",
          lambda: "<!DOCTYPE svg [<!ENTITY a0 'x'>" + "".join(
              f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 20)) + "]>" + SVG + "viewBox='&a19;'/>",
          "valid", "svg"),
    image("SVG, 8 MiB of comments", lambda: "<!--x-->" * (1 << 20) + SVG + "/>", "either", "svg"),
    image("SVG, 1e6 attributes", lambda: SVG + "a='' " * 1000000 + "/>", "valid", "svg"),
    image("no image, 8 MiB of zeros", lambda: bytes(8 << 20), "warning"),
    image("no image, nothing", lambda: b"", "warning"),
    Case("image", "a FIFO", fifo, "warning"),
]
