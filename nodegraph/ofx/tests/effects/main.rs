//! Effects of the host's test plugin as nodes of graphs.

mod kinds;
mod renders;
mod stage;
