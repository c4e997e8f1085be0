//! The plugin in a host: the bundle as it is installed, loaded by `ofx-host`.

mod bundle;
mod cycles;
mod formats;
mod pixels;
mod suites;
mod threads;
