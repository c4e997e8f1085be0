//! `dragfx`: drag points of a StyleGAN2 picture, from the command line.

#![expect(clippy::print_stderr, reason = "a command-line program tells its errors there")]

mod animation;
mod args;
mod commands;
mod effects;
mod exit;
mod graphs;
mod latents;
mod open;
mod overlay;
mod picture;
mod print;
mod progress;
mod save;
mod settings;
mod trace;

use std::process::ExitCode;

use clap::Parser;
use dragfx_graph::summary;

use args::{Cli, Command};

fn main() -> ExitCode {
    let command = Cli::parse().command;
    // Without a command, the editor opens as if it had been named: with the defaults of its options.
    let Some(command) = command.or_else(|| Cli::parse_from(["dragfx", "edit"]).command) else {
        return ExitCode::FAILURE;
    };
    let result = match &command {
        Command::Edit(args) => commands::edit::run(args),
        Command::Model(command) => commands::model::run(command),
        Command::Generate(args) => commands::generate::run(args),
        Command::Latent(args) => commands::latent::run(args),
        Command::Drag(args) => commands::drag::run(args),
        Command::Graph(command) => commands::graph::run(command),
        Command::Render(args) => commands::render::run(args),
        Command::Nodes(args) => commands::nodes::run(args),
        Command::Validate(args) => commands::validate::run(args),
        Command::Eval(args) => commands::eval::run(args),
        Command::Bench(args) => commands::bench::run(args),
        Command::Doctor(args) => commands::doctor::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A message may quote what a stranger's preset says.
            eprintln!("error: {}", summary::tame(&format!("{error:#}")));
            if let Some(hint) = exit::hint(&error) {
                eprintln!("{hint}");
            }
            exit::code(&error)
        }
    }
}
