//! Compiles the variadic functions, which Rust cannot define.

fn main() {
    let files = ["shim/message.c", "shim/param.c"];
    cc::Build::new().files(files).std("c11").warnings(true).compile("ofx_host_shim");
    for file in files {
        println!("cargo::rerun-if-changed={file}");
    }
}
