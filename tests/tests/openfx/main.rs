//! The plugin in a host: the bundle as it is installed, loaded by `ofx-host`.

mod bundle;
mod cycles;
mod frames;
mod pixels;
mod suites;
