//! `ofx`: list, describe and render OpenFX plugins from the command line.

#![expect(clippy::print_stderr, reason = "a command-line program tells its errors there")]

mod args;
mod console;
mod describe;
mod files;
mod find;
mod list;
mod render;
mod setting;

use std::io::IsTerminal;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use ofx_host::{Fault, HostError};

use args::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        Command::List(args) => list::run(&cli.common, args),
        Command::Describe(args) => describe::run(&cli.common, args),
        Command::Render(args) => render::run(&cli.common, args),
        Command::Validate(args) => match ofx_validate::run(args, &mut std::io::stdout(), progress) {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
    };
    let Err(error) = result else { return ExitCode::SUCCESS };
    eprintln!("error: {}", printable(&format!("{error:#}")));
    match error.downcast_ref::<HostError>() {
        Some(HostError::Cancelled) => ExitCode::from(130),
        Some(error) if error.fault() == Fault::Plugin => {
            eprintln!("The fault lies with the plugin.");
            ExitCode::from(3)
        }
        _ => ExitCode::FAILURE,
    }
}

/// Prints a line. Whoever reads may stop reading (`| head`): then there is nobody to tell, and the work goes on.
fn print(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Says on a terminal how far a long work is.
fn progress(done: usize, all: usize) {
    if std::io::stderr().is_terminal() {
        let end = if done == all { '\n' } else { '\r' };
        eprint!("{done} of {all} checks{end}");
    }
}

/// Text for a terminal: what plugins say cannot move its cursor or change its colours.
fn printable(text: &str) -> String {
    text.chars().map(|char| if char.is_control() && char != '\n' { '\u{fffd}' } else { char }).collect()
}
