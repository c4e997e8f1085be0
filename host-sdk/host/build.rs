//! Compiles the C functions that take any number of arguments.

fn main() {
    println!("cargo::rerun-if-changed=shim.c");
    cc::Build::new().file("shim.c").std("c11").compile("ofx_host_shim");
}
