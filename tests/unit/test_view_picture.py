"""A GIF keeps the colours of wide areas and of small marks, in every frame."""

from __future__ import annotations

import imageio.v3
import numpy as np
import pytest

from tubewall.view.picture import gif_of

WHITE, BLUE, RED = (255, 255, 255), (130, 180, 226), (217, 13, 38)


def frames():
    """White paper, a blue swatch, thin red lines, a smooth key of many colours, and dark shades that change."""
    made = []
    for shift in range(3):
        image = np.full((120, 160, 3), 255, dtype=np.uint8)
        image[:60, :100, 0] = np.linspace(0, 60, 100)
        image[:60, :100, 1] = np.linspace(0, 30 + 10 * shift, 60)[:, None]
        image[:60, :100, 2] = 80
        image[80:90, 20:50] = BLUE
        image[100, :] = RED
        image[:, 150:155, 0] = np.linspace(68, 253, 120)[:, None]
        image[:, 150:155, 1] = np.linspace(1, 231, 120)[:, None]
        image[:, 150:155, 2] = 60
        made.append(image)
    return made


def test_a_gif_keeps_flat_colours_and_the_steps_of_a_key():
    drawn = np.array(frames()).astype(int)
    read = np.asarray(imageio.v3.imread(gif_of(frames(), 0.1), extension=".gif"))[..., :3].astype(int)
    off = np.abs(read - drawn).max(axis=-1)
    assert off[:, 110:119, :140].max() <= 3  # paper
    assert off[:, 80:90, 20:50].max() <= 3  # swatch
    assert off[:, 100, :140].max() <= 3  # lines
    assert off[:, 101:, 150:155].max() <= 16  # key
    assert off.mean() < 3


@pytest.mark.parametrize("colour", [(0, 0, 0), WHITE])
def test_a_gif_of_one_colour_is_that_colour(colour):
    still = np.full((60, 80, 3), colour, dtype=np.uint8)
    read = np.asarray(imageio.v3.imread(gif_of([still, still], 0.1), extension=".gif"))[..., :3]
    assert (read == still).all()
