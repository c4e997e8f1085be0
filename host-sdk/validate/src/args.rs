//! What can be asked for.

use std::path::PathBuf;

/// Check that plugins keep to the OpenFX standard.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The bundles, or folders of bundles.
    #[arg(required_unless_present_any = ["list", "child"], value_name = "BUNDLE")]
    pub bundles: Vec<PathBuf>,
    /// Only this plugin, by its identifier. Can be given several times.
    #[arg(long, value_name = "ID")]
    pub plugin: Vec<String>,
    /// Only this check, or all whose names begin so. Can be given several times.
    #[arg(long, value_name = "CHECK")]
    pub only: Vec<String>,
    /// List the checks.
    #[arg(long)]
    pub list: bool,
    /// Print JSON.
    #[arg(long, conflicts_with = "markdown")]
    pub json: bool,
    /// Print Markdown.
    #[arg(long)]
    pub markdown: bool,
    /// What random values begin with: the same number gives the same values.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Take warnings for failures.
    #[arg(long)]
    pub strict: bool,
    /// How long a check may take, in seconds.
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    pub timeout: u64,
    /// How many checks run at once. By default as many as there are processors.
    #[arg(long)]
    pub jobs: Option<usize>,
    /// Run one check in this process: what to check, as JSON.
    #[arg(long, hide = true)]
    pub child: Option<String>,
}
