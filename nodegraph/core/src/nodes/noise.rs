//! The noise of the synthesis network, as parameters of the nodes that run it.

use dragfx_engine::NoiseMode;

use crate::declare::ParamDecl;
use crate::operator::Params;

/// Ids of the parameters.
pub(super) const PARAMS: [&str; 2] = ["noise", "noise_seed"];

/// The parameters.
pub(super) fn params() -> [ParamDecl; 2] {
    [
        ParamDecl::choice(
            "noise",
            "Noise",
            &[
                ("const", "The checkpoint's own maps: the same at every frame."),
                ("none", "None: smoother, and off from what the network learned."),
                ("random", "Maps drawn from the noise seed."),
            ],
            "Which noise the synthesis layers add: it makes hair, fur and other fine texture.",
        ),
        ParamDecl::int("noise_seed", "Noise seed", 0, 0..=i64::from(u32::MAX), "Seed of random noise.").animates(),
    ]
}

/// What the parameters say.
pub(super) fn mode(params: &Params) -> NoiseMode {
    match params.text("noise") {
        "none" => NoiseMode::None,
        "random" => NoiseMode::Random(u32::try_from(params.int("noise_seed")).unwrap_or(u32::MAX)),
        _ => NoiseMode::Const,
    }
}

/// The parameters that count: the seed does for random noise only.
pub(super) fn read(params: &Params) -> &'static [&'static str] {
    if params.text("noise") == "random" { &PARAMS } else { &PARAMS[..1] }
}
