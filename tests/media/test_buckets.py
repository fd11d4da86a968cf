from __future__ import annotations

import random

import pytest

from dscore.errors import WrongUseError
from dscore.media.buckets import (
    SD15,
    SDXL,
    Bucket,
    BucketManager,
    BucketSettings,
    Fit,
    assign,
    make_bucket_resolutions,
)

NO_UPSCALE = BucketSettings(no_upscale=True)
SETTINGS = (
    SDXL,
    SD15,
    NO_UPSCALE,
    BucketSettings((512, 512), most=1024, no_upscale=True),
    BucketSettings((768, 512), least=128, most=1024, steps=32),
    BucketSettings((1024, 1024), least=512, most=1536, steps=128, no_upscale=True),
)


def test_the_buckets_are_as_many_as_kohya_makes() -> None:
    sdxl = make_bucket_resolutions((1024, 1024), 256, 2048, 64)
    assert len(sdxl) == 41
    assert (1024, 1024) in sdxl
    assert (832, 1216) in sdxl
    assert (sdxl[0], sdxl[-1]) == ((256, 2048), (2048, 512))
    assert len(make_bucket_resolutions((512, 512), 256, 1024, 64)) == 17


# Worked out by hand from sd-scripts' select_bucket.
@pytest.mark.parametrize(
    ("settings", "size", "bucket", "resized"),
    [
        (SDXL, (1024, 1024), (1024, 1024), (1024, 1024)),
        (SDXL, (832, 1216), (832, 1216), (832, 1216)),  # a bucket itself
        (SDXL, (2000, 2000), (1024, 1024), (1024, 1024)),
        (SDXL, (64, 64), (1024, 1024), (1024, 1024)),  # made 16 times as large
        (SDXL, (1920, 1080), (1344, 768), (1365, 768)),  # 1.778 is nearer to 1.75 than to 2.0 (1408 x 704)
        (SDXL, (1080, 1920), (768, 1344), (768, 1365)),
        (SDXL, (10_000, 100), (2048, 256), (25_600, 256)),
        (SD15, (1920, 1080), (640, 384), (683, 384)),
        (SD15, (600, 400), (640, 384), (640, 427)),  # 1.5 is nearer to 1.667 than to 1.286 (576 x 448)
        (NO_UPSCALE, (500, 300), (448, 256), (500, 300)),  # left as it is, and cut to steps
        (NO_UPSCALE, (1024, 1024), (1024, 1024), (1024, 1024)),
        (NO_UPSCALE, (2000, 2000), (1024, 1024), (1024, 1024)),
        (NO_UPSCALE, (1920, 1080), (1344, 768), (1365, 768)),
        (BucketSettings(enabled=False), (1920, 1080), (1024, 1024), (1820, 1024)),
    ],
)
def test_hand_checked_pictures(
    settings: BucketSettings, size: tuple[int, int], bucket: tuple[int, int], resized: tuple[int, int]
) -> None:
    fit = BucketManager(settings).fit(*size)
    assert fit is not None
    assert (fit.bucket, fit.resized) == (bucket, resized)


def test_scale_and_crop_are_said() -> None:
    fit = BucketManager(SDXL).fit(1920, 1080)
    assert fit == Fit((1344, 768), (1365, 768), 1365 / 1920, 1 - 1344 / 1365)


@pytest.mark.parametrize("settings", SETTINGS)
def test_what_holds_for_any_size(settings: BucketSettings) -> None:
    """100,000 random sizes over the six settings."""
    manager, draw = BucketManager(settings), random.Random(7)
    area = settings.resolution[0] * settings.resolution[1]
    offered = set(make_bucket_resolutions(settings.resolution, settings.least, settings.most, settings.steps))
    for _ in range(100_000 // len(SETTINGS) + 1):
        width, height = draw.randint(1, 6000), draw.randint(1, 6000)
        fit = manager.fit(width, height)
        if fit is None:
            assert settings.no_upscale
            continue
        (wide, high), (resized_wide, resized_high) = fit.bucket, fit.resized
        assert wide % settings.steps == high % settings.steps == 0
        assert 0 < wide * high <= area
        assert 0 <= fit.cropped < 1
        assert resized_wide >= wide
        assert resized_high >= high
        if settings.no_upscale:
            assert resized_wide <= width
            assert resized_high <= height
            assert resized_wide - wide < settings.steps
            assert resized_high - high < settings.steps
        else:
            assert fit.bucket in offered
            assert resized_wide == wide or resized_high == high


@pytest.mark.parametrize("size", [(63, 500), (500, 63), (1, 1), (40, 6000)])
def test_a_picture_narrower_than_the_steps_is_refused_where_kohya_would_crash(size: tuple[int, int]) -> None:
    assert BucketManager(NO_UPSCALE).fit(*size) is None
    assert BucketManager(SDXL).fit(*size) is not None


def test_a_dataset_in_buckets() -> None:
    found = assign(
        [(1024, 1024, 3), (1000, 1000, 2), (1920, 1080, 1), (10, 500, 1)], NO_UPSCALE, batch_size=4, repeats=3
    )
    assert found.buckets == (
        Bucket((1024, 1024), 3, 3),  # 9 entries in batches of 4
        Bucket((960, 960), 2, 2),
        Bucket((1344, 768), 1, 1),
    )
    assert found.batches == 6
    assert found.alone() == ((1344, 768),)
    assert found.sizes_in((960, 960)) == [(1000, 1000)]
    assert found.refused == ((10, 500),)


def test_limits_are_taken_to_the_steps_as_kohya_does() -> None:
    uneven = BucketManager(BucketSettings(least=300, most=2000))
    even = BucketManager(BucketSettings(least=256, most=2048))
    assert [uneven.fit(3000, side) for side in range(500, 6000, 100)] == [
        even.fit(3000, side) for side in range(500, 6000, 100)
    ]


@pytest.mark.parametrize(
    "settings",
    [
        BucketSettings(resolution=(128, 128)),
        BucketSettings(resolution=(4096, 4096)),
        BucketSettings(steps=0),
        BucketSettings(least=0),
        BucketSettings(least=32),
        BucketSettings(resolution=(100_000, 100_000), most=100_000),
    ],
)
def test_settings_that_kohya_refuses_are_refused(settings: BucketSettings) -> None:
    with pytest.raises(WrongUseError):
        BucketManager(settings)
