//! Picture files: what is written comes back, what others wrote is read as it is meant, and what is damaged is refused.

mod formats;
mod hostile;
mod round_trips;
mod support;
