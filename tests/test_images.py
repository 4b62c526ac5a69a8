"""Pictures of every kind arrive as the colors that a person sees."""

from __future__ import annotations

import io
import os
import re
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageFile

from xwidget.images import fit, read, to_pil

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


class FromBytes:
    """A path that is bytes, as some systems hold it."""

    def __init__(self, path: bytes) -> None:
        self.path = path

    def __fspath__(self) -> bytes:
        return self.path


def corners() -> np.ndarray:
    """A 4×6 picture: red, green, blue and white quarters, from the top left along the rows."""
    picture = np.zeros((4, 6, 3), np.uint8)
    picture[:2, :3], picture[:2, 3:], picture[2:, :3], picture[2:, 3:] = RED, GREEN, BLUE, WHITE
    return picture


def test_a_file_an_open_image_an_array_and_a_tensor_give_the_same_picture(tmp_path: Path) -> None:
    picture = corners()
    path = tmp_path / "corners.png"
    Image.fromarray(picture).save(path)
    tensor = torch.from_numpy(picture).permute(2, 0, 1)
    for image in (path, str(path), Image.open(path), picture, tensor):
        read_back = read(image)
        assert read_back.dtype == np.uint8
        np.testing.assert_array_equal(read_back, picture)


def test_the_picture_is_a_copy() -> None:
    source = corners()
    picture = read(source)
    picture[:] = 0
    assert source.max() == 255


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_taken_with_a_turned_camera_is_upright(tmp_path: Path, orientation: int) -> None:
    # What was stored for an upright photo, by the EXIF standard's table of orientations.
    stored = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }[orientation](corners())
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.png"
    Image.fromarray(np.ascontiguousarray(stored)).save(path, exif=exif)
    np.testing.assert_array_equal(read(path), corners())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("tag", "type_", "value"),
    [
        (0x011A, 10, struct.pack("<ii", -1, 0)),  # a resolution of -1/0
        (0x011A, 5, struct.pack("<II", 72, 0)),
        (0x8769, 4, struct.pack("<II", 1, 1)),  # a table of its own, that begins in mid-file
    ],
)
def test_what_else_exif_says_may_be_nonsense(
    tmp_path: Path, kind: str, tag: int, type_: int, value: bytes
) -> None:
    turned = struct.pack("<HHII", 0x0112, 3, 1, 6)
    table = struct.pack("<H", 2) + turned + struct.pack("<HHII", tag, type_, 1, 38)
    exif = b"Exif\0\0II*\0\x08\0\0\0" + table + bytes(4) + value
    path = tmp_path / f"turned.{kind.lower()}"
    Image.new("RGB", (8, 4), RED).save(path, kind, exif=exif)
    picture = read(path)
    assert picture.shape == (8, 4, 3)
    np.testing.assert_allclose(picture[4, 2], RED, atol=2)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize(
    "error", [struct.error, ValueError, TypeError, ZeroDivisionError, KeyError, OverflowError]
)
def test_whatever_exif_raises_the_picture_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, error: type[Exception]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / f"turned.{kind.lower()}"
    Image.new("RGB", (8, 4), RED).save(path, kind, exif=exif)

    def fails(*_: object) -> None:
        raise error("nonsense")

    monkeypatch.setattr(Image.Exif, "load", fails)
    monkeypatch.setattr(Image.Exif, "load_from_fp", fails)
    picture = read(path)
    assert picture.shape == (4, 8, 3)
    np.testing.assert_allclose(picture[2, 4], RED, atol=2)


def test_exif_that_keeps_a_file_from_being_opened_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_(image: ImageFile.ImageFile, *_: object) -> None:
        assert image.fp is not None
        if b"Exif" in image.fp.read(64):
            raise IndexError("nonsense")
        image.fp.seek(0)
        real(image)

    from PIL.JpegImagePlugin import JpegImageFile

    real = JpegImageFile._open
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (8, 4), RED).save(path, exif=b"Exif\0\0II*\0\x08\0\0\0\0\0")
    monkeypatch.setattr(JpegImageFile, "_open", open_)
    assert read(path).shape == (4, 8, 3)


def test_transparent_is_white_and_half_transparent_is_half_way() -> None:
    rgba = np.array([[[255, 0, 0, 0], [255, 0, 0, 255], [0, 0, 0, 128]]], np.uint8)
    seen = np.array([[[255, 255, 255], [255, 0, 0], [127, 127, 127]]])
    for image in (rgba, Image.fromarray(rgba), torch.from_numpy(rgba).permute(2, 0, 1)):
        np.testing.assert_allclose(read(image), seen, atol=1)
    np.testing.assert_allclose(read(rgba / 255) * 255, seen, atol=1)
    gray = Image.fromarray(np.array([[[40, 0], [40, 255]]], np.uint8), "LA")
    np.testing.assert_array_equal(read(gray)[0, :, 0], [255, 40])


def test_a_palette_keeps_its_colors_and_its_transparent_entry_is_white() -> None:
    palette = Image.new("P", (3, 1))
    palette.putpalette([*RED, *GREEN, *BLUE])
    palette.putdata([0, 1, 2])
    np.testing.assert_array_equal(read(palette), [[RED, GREEN, BLUE]])
    file = io.BytesIO()
    palette.save(file, "PNG", transparency=1)
    np.testing.assert_array_equal(read(Image.open(file)), [[RED, WHITE, BLUE]])


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_are_neither_cut_off_nor_stretched(tmp_path: Path, suffix: str) -> None:
    values = np.array([[0, 256, 32768, 65535]], np.uint16)
    path = tmp_path / f"deep.{suffix}"
    Image.fromarray(values).save(path)
    for image in (path, values, Image.fromarray(values.astype(np.int32))):
        picture = read(image)
        assert picture.dtype == np.float32
        np.testing.assert_allclose(picture[..., 1], values / 65535, atol=1e-7)


@pytest.mark.parametrize("most", [1, 255])
def test_eight_bits_in_sixteen_are_not_taken_for_black_without_a_word(
    tmp_path: Path, most: int
) -> None:
    values = np.array([[0, most]], np.uint16)
    path = tmp_path / "dark.png"
    Image.fromarray(values).save(path)
    wide = (values.astype(">u2"), values[..., None].repeat(3, 2), Image.fromarray(values))
    tensor = torch.from_numpy(values)
    words = f"largest value is {most}, which is black"
    for image in (values, *wide, path, tensor):
        with pytest.warns(UserWarning, match=words):
            assert read(image).max() == pytest.approx(most / 65535)
    with pytest.raises(ValueError, match=words):
        read(Image.fromarray(values.astype(np.int32)))
    np.testing.assert_allclose(read(np.asarray(values) / 65535)[..., 0], values / 65535)
    for black in (np.zeros((2, 2), np.uint16), Image.new("I;16", (2, 2)), Image.new("I", (2, 2))):
        assert not read(black).any()


def test_premultiplied_gray_is_put_on_white() -> None:
    gray = Image.new("LA", (2, 2), (100, 128))
    np.testing.assert_allclose(read(gray.convert("La")), read(gray), atol=1)


def test_a_mode_without_a_way_to_colors_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def convert(self: Image.Image, mode: str) -> Image.Image:
        raise ValueError(f"conversion from {self.mode} to {mode} not supported")

    monkeypatch.setattr(Image.Image, "convert", convert)
    with pytest.raises(ValueError, match=r"the image has mode 'LAB', .* convert it to RGB first"):
        read(Image.new("LAB", (2, 2)))


def test_an_empty_path_is_called_empty() -> None:
    with pytest.raises(ValueError, match="the path of the image is empty"):
        read("")


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["u1", "u2", "f2", "f4", "f8"])
def test_arrays_of_any_byte_order(order: str, kind: str) -> None:
    value = {"u1": 51, "u2": 13107}.get(kind, 0.2)
    array = np.full((2, 2), value, order + kind)
    np.testing.assert_allclose(np.float32(read(array)) / (255 if kind == "u1" else 1), 0.2, 1e-3)


def test_a_big_endian_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.pgm"
    path.write_bytes(b"P5 1 1 65535 " + struct.pack(">H", 30000))
    np.testing.assert_allclose(read(path), 30000 / 65535, rtol=1e-6)
    np.testing.assert_allclose(read(Image.open(path)), 30000 / 65535, rtol=1e-6)


def test_kinds_of_arrays() -> None:
    levels = np.array([[0, 51], [102, 255]], np.uint8)
    wanted = np.stack([levels] * 3, -1)
    np.testing.assert_array_equal(read(np.matrix(levels)), wanted)
    np.testing.assert_array_equal(read(np.matrix(levels / 255)), np.float32(wanted / 255))
    np.testing.assert_array_equal(read(np.ma.masked_array(levels, mask=False)), wanted)
    np.testing.assert_array_equal(read(levels[::-1]), wanted[::-1])
    frozen = levels.copy()
    frozen.flags.writeable = False
    np.testing.assert_array_equal(read(frozen), wanted)
    np.testing.assert_array_equal(read(np.asfortranarray(wanted)), wanted)


def test_a_file_uri_is_the_file_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "my corners, ä.png"
    Image.fromarray(corners()).save(path)
    monkeypatch.chdir(tmp_path)
    names = [path.as_uri(), f"file:{path}", f"FILE://localhost{path.as_uri()[7:]}", path.name]
    for name in [*names, f"file:{path.name}", FromBytes(os.fsencode(path))]:
        np.testing.assert_array_equal(read(name), corners())


def test_print_colors_and_one_bit_images_are_read_as_rgb() -> None:
    cyan = Image.new("CMYK", (1, 1), (255, 0, 0, 0))
    np.testing.assert_array_equal(read(cyan), [[[0, 255, 255]]])
    bits = Image.fromarray(np.array([[0, 255]], np.uint8)).convert("1")
    np.testing.assert_array_equal(read(bits)[0, :, 0], [0, 255])
    np.testing.assert_array_equal(read(np.array([[False, True]]))[0, :, 0], [0, 255])


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 1)])
def test_gray_is_three_equal_channels(shape: tuple[int, ...]) -> None:
    gray = np.arange(6, dtype=np.uint8).reshape(shape)
    picture = read(gray)
    assert picture.shape == (2, 3, 3)
    for channel in range(3):
        np.testing.assert_array_equal(picture[..., channel].ravel(), range(6))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_tensors_of_any_float_type_even_with_gradients(dtype: torch.dtype) -> None:
    tensor = torch.tensor([[[0.0, 0.5]], [[0.25, 1.0]], [[1.0, 0.75]]], dtype=dtype)
    picture = read(tensor.requires_grad_())
    np.testing.assert_array_equal(picture, [[[0, 0.25, 1], [0.5, 1, 0.75]]])
    np.testing.assert_array_equal(read(tensor[:1])[0, 1], [0.5] * 3)


def test_a_hair_outside_of_zero_to_one_is_cut_not_refused() -> None:
    np.testing.assert_array_equal(read(np.array([[-1e-6, 1 + 1e-6]]))[0, :, 0], [0, 1])


@pytest.mark.parametrize(
    ("image", "kind", "words"),
    [
        (np.zeros((2, 2, 3)) * np.nan, ValueError, "12 of the image's 12 values are NaN"),
        (np.array([[0.0, np.inf]]), ValueError, "NaN or infinite"),
        (np.array([[0.0, 255.0]]), ValueError, "divide by 255"),
        (np.array([[-2.1, 2.6]]), ValueError, "looks normalized"),
        (np.zeros((2, 2), np.int64), TypeError, "astype(np.uint8)"),
        (np.zeros((0, 2, 3), np.uint8), ValueError, "empty"),
        (np.zeros((1, 4, 4, 3), np.uint8), ValueError, "a batch"),
        (np.zeros((3, 8, 8), np.uint8), ValueError, "np.moveaxis(image, 0, -1)"),
        (np.zeros((8, 8, 2), np.uint8), ValueError, "(8, 8, 2)"),
        (np.zeros(8, np.uint8), ValueError, "(8,)"),
        (torch.zeros(1, 3, 4, 4), ValueError, "image[0]"),
        (torch.zeros(5, 3, 4, 4), ValueError, "batch[0]"),
        (torch.zeros(8, 8, 3), ValueError, "image.permute(2, 0, 1)"),
        (torch.zeros(7, 8, 9), ValueError, "expected (3,H,W)"),
        (torch.zeros(3, 2, 2, device="meta"), ValueError, "meta device"),
        (torch.zeros(3, 2, 2).to_sparse(), ValueError, ".to_dense()"),
        (torch.zeros(3, 2, 2) + 7, ValueError, "7"),
        (torch.zeros(3, 2, 2, dtype=torch.int64), TypeError, "int64"),
        (Image.fromarray(np.full((2, 2), -1, np.int32)), ValueError, "-1"),
        (Image.fromarray(np.full((2, 2), 200, np.int32)), ValueError, "np.uint8(image)"),
        (None, TypeError, "NoneType"),
        ([[1, 2]], TypeError, "One image at a time"),
        (b"\x89PNG", TypeError, "BytesIO"),
        (memoryview(b"\x89PNG"), TypeError, "BytesIO"),
        (io.BytesIO(), TypeError, "PIL.Image.open(file)"),
        (np.float32(0.5), TypeError, "np.asarray(image)"),
        (np.zeros((2, 2), object), TypeError, "type object"),
        (np.zeros((2, 2), complex), TypeError, "type complex128"),
        (np.ma.masked_less(np.array([[0, 9]], np.uint8), 5), ValueError, "1 of the image's 2"),
        (np.matrix(np.eye(2)) * 255, ValueError, "divide by 255"),
        ("file://turned.jpg", ValueError, "names the host 'turned.jpg'; pass the path alone"),
        ("file:///no/such%20file.jpg", ValueError, "there is no file"),
        ("data:image/png;base64,iVBO", ValueError, "urllib.request.urlopen(uri)"),
        ("x" * 9999, ValueError, "there is no file 'xxx"),
        ("a\0b.png", ValueError, "there is no file"),
        (os.devnull, ValueError, "is no regular file"),
        ("https://example.org/cat.jpg", ValueError, "download it"),
        ("no/such/file.jpg", ValueError, "there is no file 'no/such/file.jpg'"),
        (".", ValueError, "is a folder"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    image: object, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=re.escape(words)):
        read(image)


def test_a_file_that_is_no_image_or_only_half_of_one(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a picture")
    with pytest.raises(ValueError, match="is not an image that Pillow can read"):
        read(text)
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)).save(
        file, "JPEG"
    )
    half = tmp_path / "half.jpg"
    half.write_bytes(file.getvalue()[: len(file.getvalue()) // 2])
    with pytest.raises(ValueError, match=r"half\.jpg.* could not be read"):
        read(half)
    with pytest.raises(ValueError, match="the image could not be read"):
        read(Image.open(half))
    closed = Image.open(half)
    closed.close()
    with pytest.raises(ValueError, match="the image could not be read"):
        read(closed)


def test_fit_changes_nothing_where_the_size_is_right() -> None:
    np.testing.assert_array_equal(np.round(fit(corners(), (4, 6)) * 255), corners())


@pytest.mark.parametrize("deep", [False, True])
def test_fit_cuts_evenly_and_only_what_does_not_fit(deep: bool) -> None:
    picture = np.zeros((10, 30, 3), np.uint8)
    picture[:, :10], picture[:, 10:20], picture[:, 20:] = RED, GREEN, BLUE
    source = (picture / np.float32(255)).astype(np.float32) if deep else picture
    middle = fit(source, (10, 10))
    np.testing.assert_allclose(middle, np.broadcast_to([0, 1, 0], (10, 10, 3)), atol=1e-6)
    whole = fit(source, (5, 15))
    np.testing.assert_allclose(whole[2, [2, 7, 12]], np.eye(3), atol=0.02)


def test_shrinking_averages_rather_than_picking_pixels() -> None:
    checkers = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)[..., None].repeat(3, 2)
    assert np.abs(fit(checkers, (8, 8)) - 0.5).max() < 0.02


def test_to_pil_rounds_deep_pictures_to_the_nearest_level() -> None:
    picture = np.full((1, 1, 3), 99.6 / 255, np.float32)
    assert to_pil(picture).getpixel((0, 0)) == (100, 100, 100)
