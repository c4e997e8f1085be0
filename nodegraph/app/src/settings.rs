//! Drag settings from options.

use anyhow::Result;
use dragfx_engine::{DragSettings, Method, Space};

use crate::args::{MethodArg, SettingsArgs, SpaceArg};
use crate::exit::Invalid;

/// The settings that the options mean.
pub(crate) fn of(args: &SettingsArgs) -> Result<DragSettings> {
    let method = match args.method {
        MethodArg::Reference => Method::Reference,
        MethodArg::Paper => Method::Paper,
    };
    let usual = DragSettings::for_method(method);
    let settings = DragSettings {
        method,
        space: match args.space {
            SpaceArg::W => Space::W,
            SpaceArg::WPlus => Space::WPlus,
        },
        learning_rate: args.lr.unwrap_or(usual.learning_rate),
        lambda: args.lambda.unwrap_or(usual.lambda),
        regularisation: args.reg.unwrap_or(usual.regularisation),
        r1: args.r1.unwrap_or(usual.r1),
        r2: args.r2.unwrap_or(usual.r2),
        max_steps: args.steps.unwrap_or(usual.max_steps),
    };
    settings.check().map_err(|error| {
        let option = OPTIONS.iter().find(|(field, _)| *field == error.field).map_or(error.field, |(_, option)| option);
        Invalid(format!("{option} is {}; it must be {}", error.value, error.range))
    })?;
    Ok(settings)
}

/// What the settings are called on the command line.
const OPTIONS: &[(&str, &str)] = &[
    ("learning_rate", "--lr"),
    ("lambda", "--lambda"),
    ("regularisation", "--reg"),
    ("r1", "--r1"),
    ("r2", "--r2"),
    ("max_steps", "--steps"),
];
