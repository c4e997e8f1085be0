//! `dragfx`: drag points of a StyleGAN2 picture, from the command line.

#![expect(clippy::print_stderr, reason = "a command-line program tells its errors there")]

mod animation;
mod args;
mod commands;
mod exit;
mod latents;
mod open;
mod overlay;
mod picture;
mod print;
mod progress;
mod save;
mod trace;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        Command::Model(command) => commands::model::run(command),
        Command::Generate(args) => commands::generate::run(args),
        Command::Latent(args) => commands::latent::run(args),
        Command::Drag(args) => commands::drag::run(args),
        Command::Bench(args) => commands::bench::run(args),
        Command::Doctor(args) => commands::doctor::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            exit::code(&error)
        }
    }
}
