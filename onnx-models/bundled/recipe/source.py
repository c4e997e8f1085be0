"""The source: a procedural renderer of toy animal heads, whose every landmark is known.

A picture is made from a vector of *factors*, numbers in [0, 1] with names (`FACTORS`), and the factors from a latent z
by a fixed function (`factors_of`): z is normalised as StyleGAN2 does, projected on as many orthonormal directions as
there are factors, and squashed by the normal distribution function. So every z has a true picture, true landmarks and a
true mask.

The scene is a handful of ellipsoids under an orthographic camera. A ray meets an ellipsoid in closed form; what lies on
the surfaces (iris, lids, mouth, blush) is drawn by the surface point's place in the part's own frame. Frames, all
right-handed:

- view: x right, y up, z towards the camera; the picture is a square about `VIEW_CENTRE`, `VIEW_HALF` to each side;
- head: origin at the head's centre, axes turn with yaw, pitch and roll;
- pixels (landmarks): x right, y down, origin at the centre of the top-left pixel.

"Left" and "right" are those of the picture, not of the animal. Colours are sRGB values in [0, 1]; light is computed on
them as they are, which is enough for toys.
"""

from dataclasses import dataclass
from math import erf

import numba
import numpy as np

Z_DIM = 512

# Name, value at 0, value at 1. Lengths are in view units, angles in degrees, hues in turns.
FACTORS = (
    ("yaw", -38.0, 38.0),  # to the right of the picture is positive
    ("pitch", -20.0, 20.0),  # up is positive
    ("roll", -20.0, 20.0),  # towards the right of the picture is positive
    ("head_x", -0.10, 0.10),
    ("head_y", -0.06, 0.06),
    ("head_width", 0.88, 1.16),
    ("cheeks", 0.80, 1.22),
    ("muzzle_width", 0.135, 0.22),
    ("snout", 0.00, 0.20),
    ("mouth_open", -0.20, 1.00),  # below 0: closed
    ("smile", -0.55, 1.00),
    ("eye_size", 0.082, 0.122),
    ("eye_spacing", 0.150, 0.205),
    ("eye_open", -0.15, 1.25),  # clipped to [0, 1] after the wink
    ("wink", -0.28, 0.28),
    ("gaze_x", -0.50, 0.50),
    ("gaze_y", -0.38, 0.38),
    ("ear_length", 0.13, 0.33),  # half the axis
    ("ear_spread", 4.0, 62.0),  # from upright
    ("ear_width", 0.075, 0.135),
    ("brow_height", 0.00, 0.07),
    ("brow_tilt", -16.0, 24.0),  # inner ends down is positive
    ("patch", 0.45, 1.15),
    ("light_azimuth", -60.0, 60.0),
    ("light_elevation", 10.0, 60.0),
    ("fur_hue", -0.03, 0.135),
    ("fur_saturation", 0.08, 0.78),
    ("fur_lightness", 0.42, 0.97),
    ("second_lightness", 0.45, 1.00),
    ("markings", -0.20, 0.85),
    ("eye_hue", 0.02, 0.72),
    ("nose_tone", 0.00, 1.00),
    ("blush", 0.00, 0.65),
    ("sweater_hue", 0.00, 1.00),
    ("background_hue", 0.00, 1.00),
    ("background_lightness", 0.58, 1.00),
    ("background_shift", -0.28, 0.28),
)
NAMES = tuple(name for name, _, _ in FACTORS)
COUNT = len(FACTORS)
_LOW = np.array([low for _, low, _ in FACTORS])
_HIGH = np.array([high for _, _, high in FACTORS])

LANDMARKS = (
    "nose_tip", "nose_left", "nose_right", "muzzle_top", "chin", "forehead", "crown",
    "mouth_left", "mouth_right", "lip_top", "lip_bottom",
    "eye_left", "eye_left_outer", "eye_left_inner", "eye_left_top", "eye_left_bottom", "pupil_left",
    "eye_right", "eye_right_outer", "eye_right_inner", "eye_right_top", "eye_right_bottom", "pupil_right",
    "brow_left_outer", "brow_left_inner", "brow_right_outer", "brow_right_inner",
    "ear_left_tip", "ear_left_outer", "ear_left_inner", "ear_right_tip", "ear_right_outer", "ear_right_inner",
    "cheek_left", "cheek_right",
)  # fmt: skip

VIEW_CENTRE = (0.0, -0.06)
VIEW_HALF = 0.78

# The parts, in the order of the scene's rows. What is in view comes from the nearest of them.
BODY, HEAD, CHEEK_L, CHEEK_R, MUZZLE, JAW, NOSE, EYE_L, EYE_R, EAR_L, EAR_R, BROW_L, BROW_R = range(13)
PARTS = 13

# What the kernel needs of a part: centre 3, quadratic form 6 (xx, xy, xz, yy, yz, zz), half extents 2, axes 9 (rows:
# the part's unit axes divided by its radii, so that they map the surface to the unit sphere).
_CENTRE, _AXES = 0, 11

# The picture's other numbers, as offsets into one row.
_FIELDS = (
    ("to_head", 9), ("origin", 3), ("light", 3), ("fur", 3), ("second", 3), ("dark", 3), ("tip", 3), ("inner", 3),
    ("iris", 3), ("nose", 3), ("blush_rgb", 3), ("sweater", 3), ("stripe", 3), ("back_top", 3), ("back_bottom", 3),
    ("glow", 3), ("blush", 1), ("mouth", 5), ("lids", 4), ("gaze", 3), ("patch", 2), ("solids", 24), ("shadow", 2),
)  # fmt: skip
_AT = {}
_SIZE = 0
for _name, _length in _FIELDS:
    _AT[_name] = _SIZE
    _SIZE += _length
_TO_HEAD, _ORIGIN, _LIGHT = _AT["to_head"], _AT["origin"], _AT["light"]
_FUR, _SECOND, _DARK, _TIP, _INNER = _AT["fur"], _AT["second"], _AT["dark"], _AT["tip"], _AT["inner"]
_IRIS, _NOSE_RGB, _BLUSH_RGB, _SWEATER, _STRIPE = (
    _AT["iris"], _AT["nose"], _AT["blush_rgb"], _AT["sweater"], _AT["stripe"],
)  # fmt: skip
_BACK_TOP, _BACK_BOTTOM, _GLOW, _BLUSH = _AT["back_top"], _AT["back_bottom"], _AT["glow"], _AT["blush"]
_MOUTH, _LIDS, _GAZE, _PATCH, _SOLIDS, _SHADOW = (
    _AT["mouth"], _AT["lids"], _AT["gaze"], _AT["patch"], _AT["solids"], _AT["shadow"],
)  # fmt: skip


# -------------------------------------------------------------------------------------------------------------- factors


def held_out(count: int, first: int = 0) -> np.ndarray:
    """The latents of `dragfx`'s seeds from `first` on, [count, 512]. Training draws from another random generator, so
    no network has seen them."""
    return np.concatenate([np.random.RandomState(first + i).randn(1, Z_DIM) for i in range(count)])


def projection(z_dim: int = Z_DIM, seed: int = 20) -> np.ndarray:
    """The orthonormal directions of z that the factors are read from: [COUNT, z_dim], float64, always the same."""
    random = np.random.RandomState(seed).randn(z_dim, COUNT)
    q, r = np.linalg.qr(random)
    return (q * np.sign(np.diag(r))).T.copy()


def gaussians_of(z: np.ndarray) -> np.ndarray:
    """What the squash takes: one standard normal number per factor. [B, z_dim] -> [B, COUNT], float64."""
    z = np.asarray(z, np.float64)
    z = z / np.sqrt(np.mean(z * z, axis=1, keepdims=True) + 1e-8)
    return z @ projection(z.shape[1]).T


def squash(gaussians: np.ndarray) -> np.ndarray:
    """Normal numbers to factors in [0, 1] by the normal distribution function."""
    return 0.5 + 0.5 * np.vectorize(erf)(np.asarray(gaussians) / np.sqrt(2.0))


def factors_of(z: np.ndarray) -> np.ndarray:
    """The factors of latents. [B, z_dim] -> [B, COUNT] in [0, 1], float64."""
    return squash(gaussians_of(z))


# ---------------------------------------------------------------------------------------------------------------- scene


@dataclass
class Scene:
    """What the kernel draws, for a batch: parts [B, PARTS, 20], numbers [B, _SIZE]; and where the landmarks are."""

    parts: np.ndarray
    numbers: np.ndarray
    landmarks: np.ndarray  # [B, L, 3], view frame
    owners: np.ndarray  # [L]: the part that a landmark lies on


def _rgb(hue, saturation, value):
    """A smooth colour wheel: no kinks in hue, so that a generator can learn it. -> [B, 3]"""
    phase = np.stack([hue, hue - 1 / 3, hue - 2 / 3], axis=1)
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * phase)
    return value[:, None] * (1 - saturation[:, None] * wave)


def _mix(a, b, t):
    return a + (b - a) * np.asarray(t).reshape(-1, 1)


def _rotation(axis: int, degrees) -> np.ndarray:
    """[B, 3, 3] rotations about one axis, anticlockwise as seen from its positive end."""
    angle = np.deg2rad(np.atleast_1d(np.asarray(degrees, np.float64)))
    matrix = np.zeros((len(angle), 3, 3))
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix[:, axis, axis] = 1
    matrix[:, i, i] = matrix[:, j, j] = np.cos(angle)
    matrix[:, j, i] = np.sin(angle)
    matrix[:, i, j] = -np.sin(angle)
    return matrix


def scene_of(factors: np.ndarray) -> Scene:
    """Lays out the parts of the heads that factors [B, COUNT] in [0, 1] describe."""
    u = np.atleast_2d(np.asarray(factors, np.float64))
    batch = len(u)
    f = dict(zip(NAMES, (_LOW + (_HIGH - _LOW) * u).T, strict=True))
    zero, one = np.zeros(batch), np.ones(batch)

    def vec(x, y, z):
        return np.stack([x * one, y * one, z * one], axis=1)

    # The head turns about a point in the neck.
    turn = _rotation(2, -f["roll"]) @ _rotation(1, f["yaw"]) @ _rotation(0, -f["pitch"])
    pivot = vec(0, -0.24, -0.10)
    neck = vec(f["head_x"], f["head_y"] - 0.39, -0.10)
    origin = neck - np.einsum("bij,bj->bi", turn, pivot)

    def to_view(point):
        return origin + np.einsum("bij,bj->bi", turn, point)

    width = f["head_width"]
    head_radii = vec(0.42 * width, 0.385, 0.37)

    def on_ellipsoid(x, y, centre, radii):
        """The front of an ellipsoid of the head frame above (x, y); far behind where it has none."""
        rest = 1 - ((x - centre[:, 0]) / radii[:, 0]) ** 2 - ((y - centre[:, 1]) / radii[:, 1]) ** 2
        return np.where(rest > 0, centre[:, 2] + radii[:, 2] * np.sqrt(np.maximum(rest, 0)), -9.0)

    rows = []

    def add(centre, radii, axes):
        """One part: centre in view, radii [B, 3], axes [B, 3, 3] whose columns are its unit axes in view."""
        scaled = np.swapaxes(axes, 1, 2) / radii[:, :, None]
        form = np.einsum("bki,bkj->bij", scaled, scaled)
        spread = np.einsum("bik,bk->bi", axes**2, radii**2)
        upper = form[:, [0, 0, 0, 1, 1, 2], [0, 1, 2, 1, 2, 2]]
        rows.append(np.concatenate([centre, upper, np.sqrt(spread[:, :2]), scaled.reshape(batch, 9)], axis=1))

    eye = np.broadcast_to(np.eye(3), (batch, 3, 3))
    middle = vec(0, 0, 0)
    add(vec(0.55 * f["head_x"], -1.00, -0.22), vec(0.56, 0.54, 0.42), eye)
    add(to_view(middle), head_radii, turn)

    cheek_radii = vec(0.20, 0.165, 0.17) * f["cheeks"][:, None]
    cheeks = {side: vec(side * 0.225 * width, -0.135, 0.13) for side in (-1, 1)}
    for side in (-1, 1):
        add(to_view(cheeks[side]), cheek_radii, turn)

    opening = np.maximum(f["mouth_open"], 0)
    muzzle = vec(0, -0.125, 0.285 + 0.45 * f["snout"])
    muzzle_radii = vec(f["muzzle_width"], 0.125 + 0.15 * (f["muzzle_width"] - 0.17), 0.135 + 0.55 * f["snout"])
    jaw = vec(0, -0.225 - 0.085 * opening, 0.265 + 0.40 * f["snout"])
    jaw_radii = vec(0.62 * f["muzzle_width"] + 0.025, 0.080 + 0.035 * opening, 0.115 + 0.45 * f["snout"])
    add(to_view(muzzle), muzzle_radii, turn)
    add(to_view(jaw), jaw_radii, turn)

    nose_radii = vec(0.32 * f["muzzle_width"] + 0.014, 0.046, 0.045)
    nose_y = muzzle[:, 1] + 0.62 * muzzle_radii[:, 1]
    nose = vec(0, nose_y, on_ellipsoid(zero, nose_y, muzzle, muzzle_radii) - 0.004)
    add(to_view(nose), nose_radii, turn)

    size = f["eye_size"]
    eye_y = 0.075
    eyes, openings = {}, {}
    for side in (-1, 1):
        x = side * f["eye_spacing"] * width
        eyes[side] = vec(x, eye_y, on_ellipsoid(x, eye_y * one, middle, head_radii) - 0.30 * size)
        openings[side] = np.clip(f["eye_open"] + side * f["wink"], 0, 1)
        add(to_view(eyes[side]), vec(size, size, size), turn)

    ears = {}
    for side in (-1, 1):
        axes = _rotation(2, -side * f["ear_spread"]) @ _rotation(1, side * 14.0 * one)
        length = f["ear_length"]
        angle = np.deg2rad(f["ear_spread"])
        base = vec(side * (0.13 + 0.20 * np.sin(angle)) * width, 0.325 - 0.20 * np.sin(angle) ** 2, -0.03)
        centre = base + axes[:, :, 1] * (0.80 * length)[:, None]
        ears[side] = (base, centre, axes)
        add(to_view(centre), vec(f["ear_width"], length, 0.062), turn @ axes)

    brows = {}
    for side in (-1, 1):
        x = side * (f["eye_spacing"] * width + 0.008)
        y = eye_y + 0.96 * size + 0.028 + f["brow_height"]
        centre = vec(x, y, on_ellipsoid(x, y, middle, head_radii) + 0.004)
        # The brow lies along the head: it leans back as the head's surface does.
        lean = np.rad2deg(np.arcsin(np.clip(x / head_radii[:, 0], -0.9, 0.9)))
        axes = _rotation(1, 0.8 * lean) @ _rotation(2, side * f["brow_tilt"])
        brows[side] = (centre, axes)
        add(to_view(centre), vec(0.078, 0.021, 0.03), turn @ axes)
    parts = np.stack(rows, axis=1)

    # The mouth: a curve through (0, top), its ends raised by the smile, and a second one below it when open.
    half = f["muzzle_width"] * (0.66 + 0.14 * np.maximum(f["smile"], 0) - 0.10 * opening)
    top = muzzle[:, 1] - 0.36 * muzzle_radii[:, 1]
    lift = 0.062 * f["smile"]
    drop = 0.150 * opening
    mouth = np.stack([half, top, lift, drop, nose_y - 0.6 * nose_radii[:, 1]], axis=1)
    lids = np.stack(
        [
            value
            for side in (-1, 1)
            for value in (-0.42 + 1.50 * openings[side], -0.42 - 0.42 * openings[side])
        ],
        axis=1,
    )  # upper and lower lid of each eye, as angles above the horizon
    gaze = vec(f["gaze_x"], f["gaze_y"], 1)
    gaze /= np.linalg.norm(gaze, axis=1, keepdims=True)

    fur = _rgb(f["fur_hue"], f["fur_saturation"], f["fur_lightness"])
    second = _mix(fur, vec(1.0, 0.965, 0.90), f["second_lightness"])
    dark = fur * 0.30 + vec(0.03, 0.02, 0.02)
    tip = _mix(fur, dark, np.clip(f["markings"], 0, 1))
    inner = _mix(fur * 0.55 + second * 0.45, vec(0.96, 0.60, 0.60), 0.62 * one)
    iris = _rgb(f["eye_hue"], 0.80 * one, 0.80 * one)
    nose_rgb = _mix(vec(0.13, 0.09, 0.09), vec(0.86, 0.42, 0.45), f["nose_tone"])
    sweater = _rgb(f["sweater_hue"], 0.72 * one, 0.86 * one)
    stripe = _mix(sweater, vec(1, 1, 1), 0.62 * one)
    hue, light = f["background_hue"], f["background_lightness"]
    back_top = _rgb(hue, 0.42 * one, light)
    back_bottom = _rgb(hue + f["background_shift"], 0.52 * one, 0.80 * light)
    azimuth, elevation = np.deg2rad(f["light_azimuth"]), np.deg2rad(f["light_elevation"])
    to_light = vec(np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation))
    solids = np.concatenate(
        [muzzle, muzzle_radii, eyes[-1], eyes[1], nose, nose_radii, vec(size, 0, 0), head_radii], axis=1
    )
    head_view = to_view(vec(0, -0.06, 0))
    numbers = np.concatenate(
        [
            np.swapaxes(turn, 1, 2).reshape(batch, 9), origin, to_light, fur, second, dark, tip, inner, iris, nose_rgb,
            np.broadcast_to([0.95, 0.38, 0.36], (batch, 3)), sweater, stripe, back_top, back_bottom,
            _mix(back_top, vec(1, 1, 1), 0.5 * one), f["blush"][:, None], mouth, lids, gaze,
            np.stack([0.135 * f["patch"], 0.36 * f["patch"]], axis=1), solids, head_view[:, :2],
        ],
        axis=1,
    )  # fmt: skip

    # Landmarks, in the head frame, with the part they lie on.
    marks: dict[str, tuple[np.ndarray, int]] = {}

    def surface(x, y):
        """The frontmost of the face's parts above (x, y) of the head frame."""
        depth = [on_ellipsoid(x, y, middle, head_radii)]
        depth += [on_ellipsoid(x, y, cheeks[side], cheek_radii) for side in (-1, 1)]
        depth += [on_ellipsoid(x, y, muzzle, muzzle_radii), on_ellipsoid(x, y, jaw, jaw_radii)]
        return vec(x, y, np.max(depth, axis=0))

    marks["nose_tip"] = nose + vec(0, 0, 1) * nose_radii, NOSE
    for side, name in ((-1, "left"), (1, "right")):
        marks[f"nose_{name}"] = nose + vec(side * 0.92, 0, 0.392) * nose_radii, NOSE
        marks[f"mouth_{name}"] = surface(side * half, top + lift), MUZZLE
        base, centre, axes = ears[side]
        marks[f"ear_{name}_tip"] = centre + axes[:, :, 1] * f["ear_length"][:, None], EAR_L if side < 0 else EAR_R
        for end, sign in (("outer", side), ("inner", -side)):
            local = vec(sign * 0.93 * f["ear_width"], -0.25 * f["ear_length"], 0.016)
            marks[f"ear_{name}_{end}"] = centre + np.einsum("bij,bj->bi", axes, local), EAR_L if side < 0 else EAR_R
        ball, part = eyes[side], EYE_L if side < 0 else EYE_R
        upper, lower = lids[:, 0 if side < 0 else 2], lids[:, 1 if side < 0 else 3]
        between = 0.5 * (upper + lower)
        marks[f"eye_{name}"] = ball + vec(0, 0, 1) * size[:, None], part
        for end, sign in (("outer", side), ("inner", -side)):
            corner = vec(sign * 0.88, 0.475 * np.sin(between), 0.475 * np.cos(between))
            marks[f"eye_{name}_{end}"] = ball + corner * size[:, None], part
        marks[f"eye_{name}_top"] = ball + vec(0, np.sin(upper), np.cos(upper)) * size[:, None], part
        marks[f"eye_{name}_bottom"] = ball + vec(0, np.sin(lower), np.cos(lower)) * size[:, None], part
        marks[f"pupil_{name}"] = ball + gaze * size[:, None], part
        centre, axes = brows[side]
        for end, sign in (("outer", side), ("inner", -side)):
            along = vec(sign * 0.070, 0, 0.012)
            marks[f"brow_{name}_{end}"] = centre + np.einsum("bij,bj->bi", axes, along), BROW_L if side < 0 else BROW_R
        cheek = vec(side * 0.6, -0.15, np.sqrt(1 - 0.36 - 0.0225)) * cheek_radii
        marks[f"cheek_{name}"] = cheeks[side] + cheek, CHEEK_L if side < 0 else CHEEK_R
    marks["lip_top"] = surface(zero, top), MUZZLE
    marks["lip_bottom"] = surface(zero, top - drop), JAW
    marks["chin"] = jaw + vec(0, -0.80, 0.60) * jaw_radii, JAW
    marks["muzzle_top"] = muzzle + vec(0, 0.97, 0.243) * muzzle_radii, MUZZLE
    marks["forehead"] = vec(0, 0.58, np.sqrt(1 - 0.58**2)) * head_radii, HEAD
    marks["crown"] = vec(0, 0.94, np.sqrt(1 - 0.94**2)) * head_radii, HEAD
    points = np.stack([to_view(marks[name][0]) for name in LANDMARKS], axis=1)
    owners = np.array([marks[name][1] for name in LANDMARKS])
    return Scene(parts.astype(np.float32), numbers.astype(np.float32), points, owners)


# --------------------------------------------------------------------------------------------------------------- kernel

# Labels of what a ray meets: 0 is the background, else 1 + 8 * part + what is drawn there. Pixels in whose
# neighbourhood the labels differ are sampled more finely.
_PLAIN, _SECONDARY, _LINE, _INSIDE, _TONGUE, _PUPIL, _WHITE, _RING = range(8)
_FINE = 4  # samples along each side of a pixel where labels differ


@numba.njit(nogil=True, fastmath=True, cache=True)
def _nearest(parts, x, y):
    """The part that the ray at (x, y) meets first, or -1, and how near that is."""
    best, which = np.float32(-9.0), -1
    for i in range(parts.shape[0]):
        p = parts[i]
        dx, dy = x - p[0], y - p[1]
        if abs(dx) >= p[9] or abs(dy) >= p[10]:
            continue
        half = p[5] * dx + p[7] * dy
        rest = p[3] * dx * dx + np.float32(2.0) * p[4] * dx * dy + p[6] * dy * dy - np.float32(1.0)
        square = half * half - p[8] * rest
        if square <= 0:
            continue
        z = p[2] + (np.sqrt(square) - half) / p[8]
        if z > best:
            best, which = z, i
    return which, best


@numba.njit(nogil=True, cache=True)
def _nearest_of(parts, xs, ys):
    """`_nearest` of many rays."""
    which, best = np.empty(len(xs), np.int64), np.empty(len(xs), np.float32)
    for i in range(len(xs)):
        which[i], best[i] = _nearest(parts, xs[i], ys[i])
    return which, best


@numba.njit(nogil=True, fastmath=True, cache=True)
def _near(x, y, z, s, at, rx, ry, rz, reach):
    """How much an ellipsoid of the head frame shades a point close to it: 1 at its surface, 0 from `reach` on."""
    a, b, c = (x - s[at]) / rx, (y - s[at + 1]) / ry, (z - s[at + 2]) / rz
    t = np.float32(1.0) - (np.sqrt(a * a + b * b + c * c) - np.float32(1.0)) / reach
    t = min(max(t, np.float32(0.0)), np.float32(1.0))
    return t * t


@numba.njit(nogil=True, fastmath=True, cache=True)
def _shade(parts, s, x, y, out):
    """Writes the colour seen at (x, y) to out[0:3]; returns the label."""
    part, z = _nearest(parts, x, y)
    if part < 0:
        # A gradient with a soft glow behind the head.
        t = min(max(np.float32(0.5) - np.float32(0.6) * (y + np.float32(0.06)), np.float32(0.0)), np.float32(1.0))
        glow = np.float32(0.55) * np.exp(np.float32(-1.6) * (x * x + (y + 0.05) * (y + 0.05)))
        for k in range(3):
            c = s[_BACK_TOP + k] + (s[_BACK_BOTTOM + k] - s[_BACK_TOP + k]) * t
            out[k] = c + (s[_GLOW + k] - c) * glow
        return 0
    p = parts[part]
    dx, dy, dz = x - p[0], y - p[1], z - p[2]
    nx = p[3] * dx + p[4] * dy + p[5] * dz
    ny = p[4] * dx + p[6] * dy + p[7] * dz
    nz = p[5] * dx + p[7] * dy + p[8] * dz
    scale = np.float32(1.0) / np.sqrt(nx * nx + ny * ny + nz * nz)
    nx, ny, nz = nx * scale, ny * scale, nz * scale
    # The point on the part's unit sphere, and in the head frame.
    qx = p[11] * dx + p[12] * dy + p[13] * dz
    qy = p[14] * dx + p[15] * dy + p[16] * dz
    qz = p[17] * dx + p[18] * dy + p[19] * dz
    vx, vy, vz = x - s[_ORIGIN], y - s[_ORIGIN + 1], z - s[_ORIGIN + 2]
    hx = s[0] * vx + s[1] * vy + s[2] * vz
    hy = s[3] * vx + s[4] * vy + s[5] * vz
    hz = s[6] * vx + s[7] * vy + s[8] * vz

    drawn = _PLAIN
    colour = _FUR
    shine, occlusion, blush = np.float32(0.0), np.float32(1.0), np.float32(0.0)
    flat = np.float32(0.0)  # how far the light is left out
    if part == BODY:
        colour = _SWEATER
        if (qy * np.float32(5.5) + np.float32(20.3)) % np.float32(1.0) < np.float32(0.30):
            colour, drawn = _STRIPE, _SECONDARY
        ex, ey = (x - s[_SHADOW]) / np.float32(0.47), (y - s[_SHADOW + 1]) / np.float32(0.43)
        t = min(max((np.float32(1.65) - (ex * ex + ey * ey)) / np.float32(0.9), np.float32(0.0)), np.float32(1.0))
        occlusion = np.float32(1.0) - np.float32(0.42) * t * t * (np.float32(3.0) - np.float32(2.0) * t)
    elif part == EAR_L or part == EAR_R:
        ex, ey = qx / np.float32(0.62), (qy + np.float32(0.12)) / np.float32(0.74)
        if qz > 0 and ex * ex + ey * ey < 1:
            colour, drawn = _INNER, _SECONDARY
            occlusion = np.float32(0.80) + np.float32(0.20) * (ex * ex + ey * ey)
        elif qy > np.float32(0.58):
            colour, drawn = _TIP, _LINE
    elif part == NOSE:
        colour, shine = _NOSE_RGB, np.float32(0.55)
    elif part == BROW_L or part == BROW_R:
        colour = _DARK
    elif part == EYE_L or part == EYE_R:
        at = _LIDS if part == EYE_L else _LIDS + 2
        upper = qy * np.cos(s[at]) - qz * np.sin(s[at])
        lower = qz * np.sin(s[at + 1]) - qy * np.cos(s[at + 1])
        if upper > 0 or lower > 0:
            colour = _FUR
            occlusion = np.float32(0.86)
            if (upper > 0 and upper < np.float32(0.17)) or upper <= 0 and lower < np.float32(0.09):
                colour, drawn = _DARK, _LINE
        else:
            facing = qx * s[_GAZE] + qy * s[_GAZE + 1] + qz * s[_GAZE + 2]
            shine = np.float32(1.0)
            # The upper lid shades the ball.
            lid = max(np.float32(0.0), np.float32(1.0) + upper * np.float32(4.0))
            occlusion = np.float32(1.0) - np.float32(0.30) * lid
            if facing > np.float32(0.925):
                colour, drawn = _DARK, _PUPIL
            elif facing > np.float32(0.765):
                colour, drawn = _IRIS, _RING
            else:
                drawn = _WHITE
    else:
        # Head, cheeks, muzzle and jaw share one skin: the mouth, the patch and the blush run across them.
        if part == MUZZLE or part == JAW:
            colour, drawn = _SECOND, _SECONDARY
        elif hz > 0:
            ex, ey = hx / s[_PATCH], (hy - np.float32(0.06)) / s[_PATCH + 1]
            if part == HEAD and ex * ex + ey * ey < 1:
                colour, drawn = _SECOND, _SECONDARY
        if part != HEAD and hz > 0:
            half, top, lift, drop = s[_MOUTH], s[_MOUTH + 1], s[_MOUTH + 2], s[_MOUTH + 3]
            t = hx / half
            curve = top + lift * t * t
            below = curve - hy
            depth = drop * (np.float32(1.0) - t * t)
            line = np.float32(0.0085)
            if abs(t) < 1 and below > 0 and below < depth:
                drawn = _INSIDE
                ty = (hy - (top - drop)) / (np.float32(0.62) * drop + np.float32(0.001))
                tx = t / np.float32(0.62)
                if tx * tx + ty * ty < 1:
                    drawn = _TONGUE
                flat = np.float32(0.75)
            elif abs(t) < np.float32(1.03) and (abs(below) < line or abs(below - depth) < line):
                colour, drawn, flat = _DARK, _LINE, np.float32(0.6)
            elif abs(hx) < np.float32(0.7) * line and hy > top and hy < s[_MOUTH + 4]:
                colour, drawn, flat = _DARK, _LINE, np.float32(0.6)
        if drawn == _PLAIN or drawn == _SECONDARY:
            side = np.float32(-1.0) if hx < 0 else np.float32(1.0)
            ex = (hx - side * np.float32(0.63) * s[_SOLIDS + 21]) / np.float32(0.105)
            ey = (hy + np.float32(0.115)) / np.float32(0.075)
            t = max(np.float32(0.0), np.float32(1.0) - (ex * ex + ey * ey))
            if part != MUZZLE and part != JAW and hz > 0:
                blush = s[_BLUSH] * t * (np.float32(2.0) - t)
            if part != MUZZLE and part != JAW:
                a = _near(hx, hy, hz, s, _SOLIDS, s[_SOLIDS + 3], s[_SOLIDS + 4], s[_SOLIDS + 5], np.float32(0.45))
                occlusion *= np.float32(1.0) - np.float32(0.26) * a
                r = s[_SOLIDS + 18]
                a = _near(hx, hy, hz, s, _SOLIDS + 6, r, r, r, np.float32(0.38))
                a = max(a, _near(hx, hy, hz, s, _SOLIDS + 9, r, r, r, np.float32(0.38)))
                occlusion *= np.float32(1.0) - np.float32(0.38) * a
            else:
                a = _near(
                    hx, hy, hz, s, _SOLIDS + 12, s[_SOLIDS + 15], s[_SOLIDS + 16], s[_SOLIDS + 17], np.float32(0.55)
                )
                occlusion *= np.float32(1.0) - np.float32(0.24) * a
                if part == JAW:
                    t = (hy - s[_MOUTH + 1] + s[_MOUTH + 3]) * np.float32(9.0) + np.float32(0.7)
                    t = min(max(t, np.float32(0.0)), np.float32(1.0))
                    occlusion *= np.float32(1.0) - np.float32(0.30) * t

    lx, ly, lz = s[_LIGHT], s[_LIGHT + 1], s[_LIGHT + 2]
    lit = nx * lx + ny * ly + nz * lz
    wrapped = max(np.float32(0.0), (lit + np.float32(0.30)) / np.float32(1.30))
    rim = np.float32(1.0) - nz
    light = np.float32(0.50) + np.float32(0.10) * ny + np.float32(0.56) * wrapped
    light = (light + np.float32(0.22) * rim * rim * rim) * occlusion
    light = light + (np.float32(1.0) - light) * flat
    half = np.sqrt(lx * lx + ly * ly + (lz + 1) * (lz + 1))
    gloss = max(np.float32(0.0), (nx * lx + ny * ly + nz * (lz + 1)) / half)
    gloss = gloss * gloss
    gloss = gloss * gloss
    gloss = gloss * gloss
    gloss = gloss * gloss
    gloss = shine * min(np.float32(1.0), np.float32(1.5) * gloss * gloss * gloss)
    for k in range(3):
        c = s[colour + k]
        if drawn == _INSIDE:
            c = np.float32(0.30) if k == 0 else np.float32(0.07)
        elif drawn == _TONGUE:
            c = np.float32(0.92) if k == 0 else np.float32(0.42)
        elif drawn == _WHITE:
            c = np.float32(0.97)
        elif drawn == _PUPIL:
            c = np.float32(0.055)
        c += (s[_BLUSH_RGB + k] - c) * blush
        c *= light
        c += (np.float32(1.0) - c) * gloss
        # A soft shoulder instead of a hard clip.
        if c > np.float32(0.85):
            over = np.exp((np.float32(0.85) - c) / np.float32(0.15))
            c = np.float32(0.85) + np.float32(0.15) * (np.float32(1.0) - over)
        out[k] = c
    return 1 + 8 * part + drawn


@numba.njit(nogil=True, fastmath=True, cache=True)
def _is_detail(label):
    part, drawn = (label - 1) // 8, (label - 1) % 8
    if label == 0 or part == BODY:
        return False
    if part == NOSE or part == BROW_L or part == BROW_R or part == EYE_L or part == EYE_R:
        return True
    return drawn >= _LINE and drawn <= _TONGUE and part != EAR_L and part != EAR_R


@numba.njit(nogil=True, fastmath=True, cache=True, parallel=True)
def _draw(parts, numbers, size, everywhere, picture, mask, detail):
    """Fills picture [B, size, size, 3], mask and detail [B, size, size], all uint8."""
    step = np.float32(2.0 * VIEW_HALF) / np.float32(size)
    left, above = np.float32(VIEW_CENTRE[0] - VIEW_HALF), np.float32(VIEW_CENTRE[1] + VIEW_HALF)
    for b in numba.prange(parts.shape[0]):
        scene, s = parts[b], numbers[b]
        colour = np.zeros(3, np.float32)
        coarse = np.zeros((size, size, 3), np.float32)
        labels = np.zeros((size + 2, size + 2), np.int32)
        if not everywhere:
            for row in range(size):
                y = above - (np.float32(row) + np.float32(0.5)) * step
                for column in range(size):
                    x = (np.float32(column) + np.float32(0.5)) * step + left
                    labels[row + 1, column + 1] = _shade(scene, s, x, y, colour)
                    for k in range(3):
                        coarse[row, column, k] = colour[k]
            labels[0, :], labels[size + 1, :] = labels[1, :], labels[size, :]
            labels[:, 0], labels[:, size + 1] = labels[:, 1], labels[:, size]
        for row in range(size):
            for column in range(size):
                even = not everywhere
                if even:
                    label = labels[row + 1, column + 1]
                    for i in range(3):
                        for j in range(3):
                            if labels[row + i, column + j] != label:
                                even = False
                if even:
                    for k in range(3):
                        picture[b, row, column, k] = np.uint8(min(coarse[row, column, k] * 255 + np.float32(0.5), 255))
                    mask[b, row, column] = 255 if label > 0 else 0
                    detail[b, row, column] = 255 if _is_detail(label) else 0
                    continue
                r, g, l = np.float32(0), np.float32(0), np.float32(0)
                inside, fine = 0, 0
                for i in range(_FINE):
                    y = above - (np.float32(row) + (np.float32(i) + np.float32(0.5)) / _FINE) * step
                    for j in range(_FINE):
                        x = (np.float32(column) + (np.float32(j) + np.float32(0.5)) / _FINE) * step + left
                        label = _shade(scene, s, np.float32(x), np.float32(y), colour)
                        r, g, l = r + colour[0], g + colour[1], l + colour[2]
                        inside += 1 if label > 0 else 0
                        fine += 1 if _is_detail(label) else 0
                gain = np.float32(255.0 / (_FINE * _FINE))
                picture[b, row, column, 0] = np.uint8(min(r * gain + np.float32(0.5), 255))
                picture[b, row, column, 1] = np.uint8(min(g * gain + np.float32(0.5), 255))
                picture[b, row, column, 2] = np.uint8(min(l * gain + np.float32(0.5), 255))
                mask[b, row, column] = np.uint8(inside * gain + np.float32(0.5))
                detail[b, row, column] = np.uint8(fine * gain + np.float32(0.5))


# ------------------------------------------------------------------------------------------------------------ rendering


@dataclass
class Rendering:
    """Pictures of a batch, and what is true of them."""

    picture: np.ndarray  # [B, R, R, 3] uint8, sRGB
    mask: np.ndarray  # [B, R, R] uint8: 255 where the animal is, in between on its outline
    detail: np.ndarray  # [B, R, R] uint8: 255 on eyes, brows, nose and mouth
    landmarks: np.ndarray  # [B, L, 2] float64: x, y in pixels
    visible: np.ndarray  # [B, L] bool


def pixels_of(points: np.ndarray, size: int) -> np.ndarray:
    """Where points [..., 3] of the view are in the picture: [..., 2] (x, y) in pixels."""
    scale = size / (2 * VIEW_HALF)
    x = (points[..., 0] - VIEW_CENTRE[0] + VIEW_HALF) * scale - 0.5
    y = (VIEW_CENTRE[1] + VIEW_HALF - points[..., 1]) * scale - 0.5
    return np.stack([x, y], axis=-1)


def _inside(pixels: np.ndarray, size: int) -> np.ndarray:
    return np.all((pixels >= -0.5) & (pixels <= size - 0.5), axis=-1)


def landmarks_of(scene: Scene, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the landmarks are in pixels [B, L, 2] (x, y), and which of them can be seen [B, L].

    A landmark is seen if it is in the picture and nothing lies before it. Points near an outline are given the benefit
    of the doubt: the surface there turns away from the camera.
    """
    pixels = pixels_of(scene.landmarks, size)
    visible = _inside(pixels, size)
    for b, (x, y, z) in enumerate(scene.landmarks.astype(np.float32).transpose(0, 2, 1)):
        part, nearest = _nearest_of(scene.parts[b], x, y)
        visible[b] &= (part < 0) | (nearest < z + np.float32(0.03))
    return pixels, visible


def surface_at(scene: Scene, pixels: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """What a picture of one head has at pixels [N, 2] (x, y): the part [N], or -1, and its surface's point [N, 3]."""
    step = 2 * VIEW_HALF / size
    x = VIEW_CENTRE[0] - VIEW_HALF + (pixels[:, 0] + 0.5) * step
    y = VIEW_CENTRE[1] + VIEW_HALF - (pixels[:, 1] + 0.5) * step
    part, z = _nearest_of(scene.parts[0], x.astype(np.float32), y.astype(np.float32))
    return part, np.stack([x, y, z], axis=1)


def correspondences(a: Scene, b: Scene, pixels: np.ndarray, size: int = 256) -> tuple[np.ndarray, np.ndarray]:
    """Where a picture of one head, b, has what a picture of another, a, has at pixels [N, 2] (x, y), and whether it is
    seen there [N].

    A surface point keeps its place in its part's own frame, however the part is moved, turned and stretched. It is seen
    if it is in the picture, nothing lies before it, and neither camera looks along the surface, where a small error of
    depth is a large one in the frame.
    """
    part, points = surface_at(a, pixels, size)
    frames, onto = (s.parts[0, part].astype(np.float64) for s in (a, b))
    axes, axes_b = (rows[:, _AXES:].reshape(-1, 3, 3) for rows in (frames, onto))
    sphere = np.einsum("nij,nj->ni", axes, points - frames[:, _CENTRE : _CENTRE + 3])
    moved = onto[:, _CENTRE : _CENTRE + 3] + np.linalg.solve(axes_b, sphere[:, :, None])[:, :, 0]
    found = pixels_of(moved, size)
    part_b, points_b = surface_at(b, found, size)
    seen = (part >= 0) & (part_b == part) & (np.abs(points_b[:, 2] - moved[:, 2]) < 0.01) & _inside(found, size)
    for each in (axes, axes_b):
        normal = np.einsum("nij,ni->nj", each, sphere)
        seen &= normal[:, 2] > 0.25 * np.linalg.norm(normal, axis=1)
    return found, seen


def render(factors: np.ndarray, size: int = 256, landmarks: bool = True) -> Rendering:
    """Renders factors [B, COUNT] (in [0, 1]) at size x size."""
    scene = scene_of(factors)
    batch = len(scene.parts)
    picture = np.empty((batch, size, size, 3), np.uint8)
    mask, detail = np.empty((batch, size, size), np.uint8), np.empty((batch, size, size), np.uint8)
    # Small pictures are nothing but edges, and thin lines would fall between the first samples.
    _draw(scene.parts, scene.numbers, size, size < 128, picture, mask, detail)
    pixels, visible = landmarks_of(scene, size) if landmarks else (np.empty((batch, 0, 2)), np.empty((batch, 0), bool))
    return Rendering(picture, mask, detail, pixels, visible)
