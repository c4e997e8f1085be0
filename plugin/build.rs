//! Link options of the plugin.

fn main() {
    // A host may unload the plugin while ONNX Runtime, which nobody can unload, still knows functions of it and threads
    // still have destructors in it. So the library stays, and loading it again finds it as it was.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo::rustc-link-arg-cdylib=-Wl,-z,nodelete");
    }
}
