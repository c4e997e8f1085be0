//! Presets as effects, and chosen in the graph effect, through a host.

mod chosen;
mod clips;
mod presets;
mod renders;
mod support;
mod values;
