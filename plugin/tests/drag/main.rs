//! The drag effect in a host: its pictures are those of the same graph without one, to the bit.

mod hosts;
mod pictures;
mod points;
mod support;
mod way;
